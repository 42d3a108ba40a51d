#include "backends/wormhole/timing/measure_host.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "backends/wormhole/spec/chip.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

using Clock = std::chrono::steady_clock;
using Half = std::uint16_t;  // a bf16

/// Seconds of the fastest run: the rest is other programs' noise.
double fastest_s(int repeats, const std::function<void()>& work) {
  double best = std::numeric_limits<double>::max();
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const auto start = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

Half nearest_even(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<Half>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

struct Matrix {
  std::size_t rows;
  std::size_t columns;
  std::size_t size() const { return rows * columns; }
};

/// Calls move(element in row-major order, element in tile order) for each run of 16 elements: a tile is four
/// faces of 16x16, left to right, top to bottom.
template <class Move>
void each_face_row(const Matrix& matrix, Move move) {
  constexpr std::size_t face = 16, side = tile_side;
  std::size_t tiled = 0;
  for (std::size_t row = 0; row < matrix.rows; row += side)
    for (std::size_t column = 0; column < matrix.columns; column += side)
      for (std::size_t quarter = 0; quarter < 4; ++quarter)
        for (std::size_t line = 0; line < face; ++line, tiled += face)
          move((row + quarter / 2 * face + line) * matrix.columns + column + quarter % 2 * face,
               tiled);
}

/// The buffers that a conversion goes through. Each call allocates its result anew, as TT-NN does.
struct Conversions {
  Matrix matrix;
  std::vector<float> full;
  std::vector<Half> half;

  explicit Conversions(const Matrix& shape)
      : matrix(shape), full(shape.size(), 0.5f), half(shape.size(), Half{0x3F00}) {}

  void cast() const {
    std::vector<Half> out(matrix.size());
    std::transform(full.begin(), full.end(), out.begin(), nearest_even);
    keep(out);
  }
  void tilize() const {
    std::vector<Half> out(matrix.size());
    each_face_row(matrix, [&](std::size_t row_major, std::size_t tiled) {
      std::memcpy(&out[tiled], &half[row_major], 16 * sizeof(Half));
    });
    keep(out);
  }
  void untilize() const {
    std::vector<Half> out(matrix.size());
    each_face_row(matrix, [&](std::size_t row_major, std::size_t tiled) {
      std::memcpy(&out[row_major], &half[tiled], 16 * sizeof(Half));
    });
    keep(out);
  }
  void transpose() const {
    std::vector<Half> out(matrix.size());
    // Rows of 4 KiB share one cache set, which holds 8 lines or more.
    constexpr std::size_t block = 8;
    for (std::size_t row = 0; row < matrix.rows; row += block)
      for (std::size_t column = 0; column < matrix.columns; ++column)
        for (std::size_t i = row; i < std::min(row + block, matrix.rows); ++i)
          out[column * matrix.rows + i] = half[i * matrix.columns + column];
    keep(out);
  }
  void scale() const {
    std::vector<Half> out(matrix.size());
    std::transform(half.begin(), half.end(), out.begin(), [](Half value) {
      return nearest_even(std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16) / 45.25f);
    });
    keep(out);
  }
  void copy() const {
    std::vector<Half> out(matrix.size());
    std::memcpy(out.data(), half.data(), matrix.size() * sizeof(Half));
    keep(out);
  }

  // A result that nobody reads could be left out by the compiler.
  static void keep(const std::vector<Half>& out) {
    [[maybe_unused]] static volatile Half sink;
    sink = out[out.size() / 2];
  }
};

double draw_s(int repeats, std::size_t count, bool normal) {
  std::mt19937 engine(789);
  std::vector<float> out(count);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::normal_distribution<float> gauss;
  const double seconds = fastest_s(repeats, [&] {
    for (float& value : out) value = normal ? gauss(engine) : uniform(engine);
  });
  return seconds / static_cast<double>(count);
}

/// Rows of b stay in cache while a row of the result is summed.
double gemm_flops_per_s(int repeats, std::size_t n) {
  const std::vector<float> a(n * n, 0.25f), b(n * n, 0.5f);
  std::vector<float> c(n * n);
  const double seconds = fastest_s(repeats, [&] {
    std::fill(c.begin(), c.end(), 0.0f);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < n; ++k)
        for (std::size_t j = 0; j < n; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];
  });
  const auto side = static_cast<double>(n);
  return 2 * side * side * side / seconds;
}

}  // namespace

HostRates measure_host(const HostMeasurement& measurement) {
  expect(measurement.repeats > 0 && measurement.gemm_size > 0 && measurement.rows > 0 &&
             measurement.columns > 0 && measurement.rows % tile_side == 0 &&
             measurement.columns % tile_side == 0,
         "[calibrate] expected positive sizes in whole tiles; found {} x {}, {} repeats",
         measurement.rows, measurement.columns, measurement.repeats);
  const Matrix matrix{static_cast<std::size_t>(measurement.rows),
                      static_cast<std::size_t>(measurement.columns)};
  const Conversions conversions(matrix);
  const auto elements = static_cast<double>(matrix.size());
  const auto per_element = [&](void (Conversions::*work)() const) {
    return fastest_s(measurement.repeats, [&] { (conversions.*work)(); }) / elements;
  };
  HostRates host;
  host.name = "this machine";
  host.source = "measured here, one thread, fastest of several runs";
  host.cast_s = per_element(&Conversions::cast);
  host.tilize_s = per_element(&Conversions::tilize);
  host.untilize_s = per_element(&Conversions::untilize);
  host.transpose_s = per_element(&Conversions::transpose);
  host.scale_s = per_element(&Conversions::scale);
  host.uniform_s = draw_s(measurement.repeats, matrix.size() / 4, false);
  host.normal_s = draw_s(measurement.repeats, matrix.size() / 4, true);
  host.copy_bytes_per_s = sizeof(Half) / per_element(&Conversions::copy);
  host.gemm_flops_per_s =
      gemm_flops_per_s(measurement.repeats, static_cast<std::size_t>(measurement.gemm_size));
  // TT-NN's own conversion loops are slower than these by a factor that nobody has published.
  host.low_factor = 1;
  host.high_factor = 2;
  return host;
}

}  // namespace wattention::wormhole
