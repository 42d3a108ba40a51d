// Any bytes as a .npy file: a tensor that fills exactly the bytes behind the head, or Error; nothing else.
// Seeds: tests/golden/npy.
#include <wattention/error.h>

#include <cstdint>
#include <cstdlib>

#include "tensor/npy_decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const wattention::Tensor tensor =
        wattention::parse_npy(std::as_bytes(std::span(data, size)), "fuzz.npy");
    // f16 is the smallest element: two bytes of file each.
    if (static_cast<std::uint64_t>(tensor.numel()) * 2 > size) std::abort();
  } catch (const wattention::Error&) {
  }
  return 0;
}
