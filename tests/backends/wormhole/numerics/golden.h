#pragma once
// The stored bit vectors of tests/golden/wormhole, read into padded matrices.
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "backends/wormhole/exec/exec.h"

namespace wattention::wormhole::golden {

/// bf16 patterns, row major. Vectors have one row.
struct Matrix {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::vector<Bits> bits;

  MatrixView view() const { return {bits.data(), rows, cols}; }
  std::span<const Bits> row(std::int64_t r) const {
    return std::span(bits).subspan(static_cast<std::size_t>(r * cols),
                                   static_cast<std::size_t>(cols));
  }
  friend bool operator==(const Matrix&, const Matrix&) = default;
};

/// With zeros up to whole tiles, and without them again.
Matrix padded(const Matrix& matrix);
Matrix cropped(const Matrix& matrix, std::int64_t rows, std::int64_t cols);
Matrix transposed(const Matrix& matrix);

/// A file of tests/golden/wormhole_library, of one release of the library.
std::string library_path(const std::string& file, const std::string& release = "0.59");

/// A little-endian uint16 .npy; dimensions but the last count as rows.
Matrix load_npy(const std::string& path);

struct Case {
  std::string name;
  nlohmann::json attributes;
  Matrix load(const std::string& array) const;
};

/// Cases whose folder's name starts with `prefix`, in order of name.
std::vector<Case> cases(const std::string& prefix);

/// A matmul case's attributes.
MatmulNumerics matmul_numerics(const Case& golden);

}  // namespace wattention::wormhole::golden
