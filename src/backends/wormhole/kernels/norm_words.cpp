#include "backends/wormhole/kernels/norm_words.h"

#include "backends/wormhole/kernels/0_81/norm.h"

namespace wattention::wormhole::kernels {

NormRowsKernel norm_rows_kernel(std::string_view kernel_set) {
  return kernel_set == "0_81" ? v0_81::norm_rows : nullptr;
}

}  // namespace wattention::wormhole::kernels
