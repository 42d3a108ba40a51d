#pragma once
// The notebook's forward on a GPU that this project measured once, to stand beside the notebook's own figures.
#include <string_view>

namespace wattention {

/// [1024, 2048] -> [1024, 2048] in bf16, per forward.
struct MeasuredGpu {
  std::string_view name, date, source;
  double loop_ms;      ///< host to host, one after the other: the notebook's loop of 1000
  double overlap_ms;   ///< host to host, 64 page-locked tensors with overlap
  double resident_ms;  ///< tokens and context in the GPU's memory
  double resident_j;   ///< the same by NVML's counter: the board, gross
};
inline constexpr MeasuredGpu measured_gpu{
    .name = "NVIDIA H200",
    .date = "2026-11-27",
    .source =
        "wattention bench --device cuda --variant fused --dtype bf16 --count 1000; "
        "bench_cuda_attention --host; bench_cuda_attention --joules (docs/cuda.md)",
    .loop_ms = 0.5200,
    .overlap_ms = 0.1655,
    .resident_ms = 0.0624,
    .resident_j = 0.0458};

}  // namespace wattention
