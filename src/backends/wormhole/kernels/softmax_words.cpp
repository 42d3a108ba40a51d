#include "backends/wormhole/kernels/softmax_words.h"

#include "backends/wormhole/kernels/0_81/softmax.h"

namespace wattention::wormhole::kernels {

const SoftmaxSet* softmax_set(std::string_view kernel_set) {
  static constexpr SoftmaxSet set_0_81 = {v0_81::softmax_rows, v0_81::softmax_line,
                                          v0_81::softmax_across};
  return kernel_set == "0_81" ? &set_0_81 : nullptr;
}

}  // namespace wattention::wormhole::kernels
