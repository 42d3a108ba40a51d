#pragma once
// How fast a host does the work around a card: what a time model needs to know of the machine.
#include <string>

namespace wattention {

/// Seconds per element unless the name says otherwise. An element is one number of the tensor.
struct HostRates {
  std::string name;
  std::string source;  ///< citation, or how and when it was measured

  double cast_s = 0;       ///< f32 to bf16
  double tilize_s = 0;     ///< row major bf16 to 32x32 tiles
  double untilize_s = 0;   ///< and back
  double transpose_s = 0;  ///< a transposed bf16 view made contiguous
  double scale_s = 0;      ///< a bf16 tensor divided by a number
  double uniform_s = 0;    ///< one uniform draw: a weight of nn.Linear
  double normal_s = 0;     ///< one normal draw: an input of the benchmark
  double copy_bytes_per_s = 0;
  double gemm_flops_per_s = 0;  ///< f32, all threads

  double low_factor = 1;  ///< what the true times may be, as a factor of these
  double high_factor = 1;
};

}  // namespace wattention
