#include "backends/wormhole/kernels/reduce_words.h"

#include "backends/wormhole/kernels/0_81/variance.h"

namespace wattention::wormhole::kernels {

const ReduceSet* reduce_set(std::string_view kernel_set) {
  static constexpr ReduceSet set_0_81 = {v0_81::variance};
  return kernel_set == "0_81" ? &set_0_81 : nullptr;
}

}  // namespace wattention::wormhole::kernels
