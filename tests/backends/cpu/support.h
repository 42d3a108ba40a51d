#pragma once
// Inputs, oracles and error measures that the CPU device's tests share.
#include <wattention/tensor.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "backends/cpu/amx_player.h"
#include "backends/cpu/choose.h"
#include "backends/cpu/gemm.h"
#include "backends/cpu/pack.h"

namespace wattention::cpu_test {

using cpu::Arithmetic;
using cpu::Engine;
using cpu::GemmKernel;
using cpu::GemmType;

/// A row-major matrix of floats; for bf16 kernels every value is a bf16's.
struct Matrix {
  std::int64_t rows, cols;
  std::vector<float> values;
  Matrix(std::int64_t row_count, std::int64_t col_count)
      : rows(row_count), cols(col_count), values(static_cast<std::size_t>(row_count * col_count)) {}
  float& at(std::int64_t r, std::int64_t c) {
    return values[static_cast<std::size_t>(r * cols + c)];
  }
  float at(std::int64_t r, std::int64_t c) const {
    return values[static_cast<std::size_t>(r * cols + c)];
  }
  void round_to_bf16() {
    for (float& value : values) value = bfloat16(value);
  }
  Matrix transposed() const {
    Matrix out(cols, rows);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < cols; ++c) out.at(c, r) = at(r, c);
    return out;
  }
};

inline Matrix normal_matrix(std::int64_t rows, std::int64_t cols, unsigned seed,
                            float scale = 1.0f) {
  Matrix m(rows, cols);
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  for (float& value : m.values) value = normal(engine);
  return m;
}

/// The matrix's bytes in a type.
inline std::vector<std::byte> bytes_of(const Matrix& m, GemmType type) {
  std::vector<std::byte> bytes(m.values.size() * (type == GemmType::f32 ? 4 : 2));
  for (std::size_t i = 0; i < m.values.size(); ++i) {
    if (type == GemmType::f32) {
      std::memcpy(bytes.data() + i * 4, &m.values[i], 4);
    } else {
      const bfloat16 half(m.values[i]);
      std::memcpy(bytes.data() + i * 2, &half.bits, 2);
    }
  }
  return bytes;
}

/// Tensor of a matrix, rounded to the dtype.
inline Tensor tensor_of(const Matrix& m, DType dtype) {
  return Tensor::from<float>(m.values, {m.rows, m.cols}).to(dtype);
}

/// Whether this processor runs the kernel itself.
inline bool is_native(const GemmKernel& kernel) {
  return cpu::this_cpu().has(cpu::needed_flags(kernel.isa));
}
/// Where AMX is missing, an AmxPlayer plays its kernel's instructions.
inline bool runs_here(const GemmKernel& kernel) {
  return is_native(kernel) || (kernel.isa == cpu::Isa::amx && AmxPlayer::can_play());
}
/// To be kept while the kernel runs; nullptr where nothing needs to be played.
std::unique_ptr<AmxPlayer> player_for(const GemmKernel& kernel);

/// The kernel with the row operations it runs beside on this machine.
Engine engine_of(const GemmKernel& kernel);

/// c [a.rows, n] in f32, straight from the kernel: packs, multiplies, no rounding on the way out.
Matrix run_kernel(const GemmKernel& kernel, const Matrix& a, const Matrix& b);

/// The same by a triple loop that follows the row's stated arithmetic, one rounding at a time.
Matrix arithmetic_oracle(const GemmKernel& kernel, const Matrix& a, const Matrix& b);

}  // namespace wattention::cpu_test
