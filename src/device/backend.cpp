#include "device/backend.h"

#include "base/fail.h"

namespace wattention {

std::vector<std::string_view> Backend::sensors() const {
  if (!uses_host_memory()) return {};
  return {"rapl-package", "rapl-platform"};  // this machine's processors compute
}

Tensor Backend::to_layout(const Tensor&, Layout layout) {
  fail(ErrorKind::unsupported, "[to_layout] expected a device with layouts; found {} and layout {}",
       name(), to_string(layout));
}

std::unique_ptr<PreparedAttention> Backend::prepare_attention(const Tensor&, const Tensor&,
                                                              const Tensor&,
                                                              const AttentionOptions&) {
  fail(ErrorKind::unsupported, "[attention] expected a device with a fused kernel; found {}",
       name());
}

}  // namespace wattention
