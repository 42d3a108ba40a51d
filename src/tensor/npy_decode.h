#pragma once
// The elements of a .npy file into a tensor, piece by piece, so that a file is never held twice.
#include <wattention/tensor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/npy_header.h"

namespace wattention {

class NpyFiller {
 public:
  /// `out` is a host tensor of header.shape and header.dtype().
  NpyFiller(const NpyHeader& header, Tensor& out);
  /// The next elements in file order; a whole number of them.
  void feed(std::span<const std::byte> bytes);

 private:
  template <class Word, class Decode, class Out>
  void decode_all(std::span<const std::byte> bytes, Decode decode, std::span<Out> out);
  void advance();

  NpyHeader header_;
  Tensor& out_;
  std::array<std::int64_t, Shape::max_rank> index_{};    ///< of the next element
  std::array<std::int64_t, Shape::max_rank> strides_{};  ///< of the output, in elements
  std::int64_t offset_ = 0;                              ///< where the next element goes
};

/// A whole file's bytes; for tests and fuzzing. Throws as load_npy does.
Tensor parse_npy(std::span<const std::byte> bytes, std::string_view file);

}  // namespace wattention
