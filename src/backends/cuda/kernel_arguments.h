#pragma once
// What host and kernels pass to each other: plain numbers, read by the C++ compiler and by nvcc.
#include <cstdint>

namespace wattention::cuda {

inline constexpr int most_dims = 16;

/// Elements of a result and of two operands that are read under its shape; stride 0 repeats.
struct BroadcastShape {
  int dims;
  std::int64_t size[8], a_stride[8], b_stride[8];
};

/// A box of elements on its way from one place to another (tensor/strided_copy.h).
struct CopyBox {
  int dims;
  std::int64_t elements, source_offset, destination_offset;
  std::int64_t size[most_dims], source_stride[most_dims], destination_stride[most_dims];
};

/// Which elements meet in a reduction: each index of the kept dimensions has those of the reduced ones.
struct ReducedShape {
  int kept, reduced;
  std::int64_t groups, count;
  std::int64_t kept_size[8], kept_stride[8], reduced_size[8], reduced_stride[8];
};

/// Numbers beside the operand of a unary function; the op says what they mean.
struct Parameters {
  float first, second;
};

}  // namespace wattention::cuda
