// A parser with a bug: it dies of a version 9 file whose head is damaged. For the test of the driver.
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8 && data[0] == 0x93 && data[6] > 8 && data[7] == 0) std::abort();
  return 0;
}
