#pragma once
// What the notebook printed and measured: SelfAttention on a Xeon w5-3535X (20 cores) and a Wormhole n150d,
// PyTorch 2 and TT-NN 0.57, 2025-04-29. Its cells are named where a value stands.
#include <wattention/device.h>
#include <wattention/tensor.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace wattention {

/// Shape of its benchmark: x [1024, 2048], weights [2048, 2048].
inline constexpr std::int64_t notebook_tokens = 1024;
inline constexpr std::int64_t notebook_dim = 2048;
inline constexpr std::uint64_t notebook_seed = 789;

/// Of one forward: three projections, scores, context.
inline constexpr double notebook_flops = 6.0 * notebook_tokens * notebook_dim * notebook_dim +
                                         4.0 * notebook_tokens * notebook_tokens * notebook_dim;

inline constexpr std::string_view notebook_source =
    "The notebook, 2025-04-29: n150d and Xeon w5-3535X. Total time of `count` forwards [1024, "
    "2048] -> [1024, 2048].";

/// A row of the table "Performance (ms)": module and `count` forwards, in milliseconds.
struct NotebookTimes {
  std::int64_t count;
  double cpu_ms;       ///< "CPU": PyTorch, f32
  double naive_ms;     ///< "Tensix": variant naive
  double resident_ms;  ///< "Tensix Fast": variant resident, core grid 8x8
};
inline constexpr std::array<NotebookTimes, 4> notebook_times{{
    {1, 67.33, 105.28, 98.39},
    {100, 1258.74, 4676.81, 1183.98},
    {1000, 11671.33, 46124.67, 10935.41},
    {10000, 115895.56, 467358.59, 109907.44},
}};

/// A row of its table of core grids: resident, 1000 tensors, in milliseconds.
struct NotebookGridTime {
  CoreGrid grid;
  double resident_ms;
};
inline constexpr std::int64_t notebook_grid_count = 1000;
inline constexpr std::array<NotebookGridTime, 4> notebook_grid_times{{
    {{2, 2}, 19399.75},
    {{8, 8}, 10988.90},
    {{16, 16}, 11042.35},
    {{32, 32}, 11005.19},
}};

/// A matrix as printed: its first and last `edge` rows and columns (all, where there are no more).
struct NotebookPrint {
  std::string_view what;
  std::string_view cell;
  int rows;
  int cols;
  int edge;
  int digits;               ///< behind the point
  std::string_view values;  ///< row by row, parted by blanks
  int loose = 0;            ///< so many values may be one bf16 step off
};

extern const NotebookPrint cell4_context;
extern const NotebookPrint cell6_scores_device, cell6_scores_cpu;
extern const NotebookPrint cell7_weights_device, cell7_weights_cpu;
extern const NotebookPrint cell8_context_device, cell8_context_cpu;
extern const NotebookPrint cell11_context;
extern const NotebookPrint cell15_context, cell16_context, cell36_context;

/// The six embedded tokens "Your journey starts with one step", [6, 3].
Tensor notebook_sentence();

}  // namespace wattention
