// Any bytes as a file of safetensors: tensors that together are no larger than it, or Error; nothing else.
// Seeds: tests/golden/safetensors.
#include <sys/mman.h>
#include <unistd.h>
#include <wattention/error.h>
#include <wattention/safetensors.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

// A file in memory that is written anew each time.
class File {
 public:
  File() : descriptor_(memfd_create("safetensors", 0)) {}
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  bool write(const std::uint8_t* data, std::size_t size) const {
    return ftruncate(descriptor_, 0) == 0 &&
           pwrite(descriptor_, data, size, 0) == static_cast<ssize_t>(size);
  }

 private:
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const File file;
  if (!file.write(data, size)) std::abort();
  try {
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : wattention::load_safetensors(file.path()))
      bytes += static_cast<std::size_t>(tensor.numel()) * wattention::size_of(tensor.dtype());
    if (bytes > size) std::abort();
  } catch (const wattention::Error&) {
  }
  return 0;
}
