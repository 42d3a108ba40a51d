// Any bytes as records in JSON: a run that can be written, read and written alike again, or Error; nothing else.
// Seeds: tests/golden/records, which `wattention bench` wrote (rows left out, the machine's names replaced).
#include <wattention/bench.h>
#include <wattention/error.h>

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto run = wattention::bench_from_json({reinterpret_cast<const char*>(data), size});
    const std::string written = wattention::to_json(run);
    if (wattention::to_json(wattention::bench_from_json(written)) != written) std::abort();
  } catch (const wattention::Error&) {
  }
  return 0;
}
