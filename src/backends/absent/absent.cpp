#include "backends/absent/absent.h"

#include <utility>

#include "base/fail.h"
#include "device/backend.h"

namespace wattention {
namespace {

DeviceInfo absent(std::string name, std::string description, std::string reason) {
  DeviceInfo info;
  info.name = std::move(name);
  info.description = std::move(description);
  info.reason = std::move(reason);
  return info;
}

[[noreturn]] void refuse(const DeviceInfo& info) {
  fail(ErrorKind::absent, "[open_device] expected a device of this build; found {}: {}", info.name,
       info.reason);
}

}  // namespace

DeviceInfo describe_absent_cuda() {
  return absent("cuda", "NVIDIA GPU",
                "this build found no CUDA toolkit (13.0 or later); with one, configure it with "
                "-DWATTENTION_CUDA=ON");
}

std::shared_ptr<Backend> open_absent_cuda(const DeviceOptions&) {
  refuse(describe_absent_cuda());
}

DeviceInfo describe_absent_ttnn() {
  return absent(
      "ttnn", "a real Tenstorrent card through the TT-NN SDK",
      "no TT-NN adapter is part of this version; the device wormhole answers with the same bits");
}

std::shared_ptr<Backend> open_absent_ttnn(const DeviceOptions&) {
  refuse(describe_absent_ttnn());
}

}  // namespace wattention
