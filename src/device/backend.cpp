#include "device/backend.h"

#include "base/fail.h"

namespace wattention {

std::unique_ptr<PreparedAttention> Backend::prepare_attention(const Tensor&, const Tensor&,
                                                              const Tensor&,
                                                              const AttentionOptions&) {
  fail(ErrorKind::unsupported, "[attention] expected a device with a fused kernel; found {}",
       name());
}

}  // namespace wattention
