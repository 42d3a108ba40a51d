// The formulas of the device reference for rows of the last dimension, each held against another formula of its own.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <array>
#include <cmath>
#include <complex>

#include "oracle.h"

namespace wattention {
namespace {

using Real = long double;
using testing::Values;

// By the moments of a row: the variance as the mean square less the squared mean.
TEST(OpTable, NormFormulas) {
  const Device oracle = open_device("reference");
  constexpr std::int64_t width = 7;
  const Shape shape({2, 3, width});
  const Tensor input = testing::uniform_tensor(shape, 4),
               residual = testing::uniform_tensor(shape, 5),
               weight = testing::uniform_tensor({width}, 6),
               bias = testing::uniform_tensor({1, width}, 7);
  OpAttributes attributes;
  attributes.epsilon = 0.25;
  const Values x = testing::values_of(input), r = testing::values_of(residual),
               w = testing::values_of(weight), b = testing::values_of(bias);
  for (const bool layer : {true, false}) {
    const NormParameters parameters{.weight = to_device(weight, oracle),
                                    .bias = to_device(bias, oracle),
                                    .residual = to_device(residual, oracle)};
    const Tensor on_oracle = to_device(input, oracle);
    const Values found =
        testing::values_of(to_host(layer ? layer_norm(on_oracle, parameters, attributes)
                                         : rms_norm(on_oracle, parameters, attributes)));
    for (std::size_t start = 0; start < x.size(); start += width) {
      Real mean = 0, squares = 0;
      for (std::size_t i = start; i < start + width; ++i) {
        mean += (Real{x[i]} + r[i]) / width;
        squares += (Real{x[i]} + r[i]) * (Real{x[i]} + r[i]) / width;
      }
      if (!layer) mean = 0;
      for (std::size_t i = 0; i < width; ++i) {
        const Real exact = (x[start + i] + r[start + i] - mean) /
                               std::sqrt(squares - mean * mean + Real{0.25}) * w[i] +
                           b[i];
        EXPECT_NEAR(found[start + i], static_cast<double>(exact), 1e-15);
      }
    }
  }
}

// As products of complex numbers: element i and element i + width / 2 are one.
TEST(OpTable, RotaryFormula) {
  const Device oracle = open_device("reference");
  constexpr std::size_t rows_of_batch = 3, width = 6;
  const Tensor input = testing::uniform_tensor({2, 1, rows_of_batch, width}, 1),
               angles = testing::uniform_tensor({1, 1, 4, width}, 2, 3.0f);
  Tensor cos = angles.clone(), sin = angles.clone();
  for (std::size_t i = 0; i < 4 * width; ++i) {
    const std::size_t other = i / width * width + i % (width / 2);
    cos.mutable_values<float>()[i] = std::cos(angles.values<float>()[other]);
    sin.mutable_values<float>()[i] = std::sin(angles.values<float>()[other]);
  }
  const Values x = testing::values_of(input), c = testing::values_of(cos),
               s = testing::values_of(sin);
  for (const bool of_one_row : {false, true}) {
    OpAttributes attributes;
    if (of_one_row) attributes.index = 3;
    const Values found = testing::values_of(to_host(rotary_embedding(
        to_device(input, oracle), to_device(cos, oracle), to_device(sin, oracle), attributes)));
    for (std::size_t row = 0; row < 2 * rows_of_batch; ++row)
      for (std::size_t i = 0; i < width / 2; ++i) {
        const std::size_t at = row * width + i;
        const std::size_t angle = (of_one_row ? 3 : row % rows_of_batch) * width + i;
        const std::complex<Real> turned =
            std::complex<Real>(x[at], x[at + width / 2]) * std::complex<Real>(c[angle], s[angle]);
        EXPECT_NEAR(found[at], static_cast<double>(turned.real()), 1e-15);
        EXPECT_NEAR(found[at + width / 2], static_cast<double>(turned.imag()), 1e-15);
      }
  }
}

// The transformation that swaps neighbours turns pairs; sines of 1 leave it alone.
TEST(OpTable, RotaryEmbeddingByATransformation) {
  const Device oracle = open_device("reference");
  const Tensor input = testing::uniform_tensor({1, 2, 3, 64}, 1);
  const auto filled = [](const Shape& shape, float value) {
    Tensor tensor = Tensor::empty(shape);
    std::ranges::fill(tensor.mutable_values<float>(), value);
    return tensor;
  };
  Tensor turn = Tensor::zeros({1, 1, 32, 32});
  for (std::size_t i = 0; i < 32; i += 2) {
    turn.mutable_values<float>()[(i + 1) * 32 + i] = -1;
    turn.mutable_values<float>()[i * 32 + i + 1] = 1;
  }
  const auto on = [&oracle](const Tensor& tensor) { return to_device(tensor, oracle); };
  const Values x = testing::values_of(input);
  const Values found = testing::values_of(to_host(rotary_embedding_llama(
      on(input), on(filled({1, 1, 3, 64}, 2)), on(filled({1, 1, 3, 64}, 1)), on(turn))));
  for (std::size_t i = 0; i < x.size(); i += 2) {
    EXPECT_NEAR(found[i], 2 * x[i] - x[i + 1], 1e-15);
    EXPECT_NEAR(found[i + 1], 2 * x[i + 1] + x[i], 1e-15);
  }
}

// Written out with torch's broadcast of the mask.
TEST(OpTable, ScaleMaskSoftmaxFormula) {
  const Device oracle = open_device("reference");
  constexpr std::int64_t height = 3, width = 4;
  const Tensor scores = testing::uniform_tensor({2, 2, height, width}, 1);
  const Values x = testing::values_of(scores);
  for (const bool causal : {false, true}) {
    const Tensor mask = testing::uniform_tensor({2, 1, causal ? height : 1, width}, 2);
    const Values m = testing::values_of(mask);
    OpAttributes attributes;
    attributes.scale = 0.5;
    attributes.causal = causal;
    const Values found = testing::values_of(to_host(
        scale_mask_softmax(to_device(scores, oracle), to_device(mask, oracle), attributes)));
    for (std::int64_t row = 0; row < 2 * 2 * height; ++row) {
      const std::int64_t batch = row / (2 * height);
      const std::int64_t of_mask = causal ? batch * height + row % height : batch;
      Real sum = 0;
      std::array<Real, width> terms{};
      for (std::int64_t i = 0; i < width; ++i)
        sum += terms[static_cast<std::size_t>(i)] =
            std::exp(Real{0.5} * x[static_cast<std::size_t>(row * width + i)] +
                     m[static_cast<std::size_t>(of_mask * width + i)]);
      for (std::int64_t i = 0; i < width; ++i)
        EXPECT_NEAR(found[static_cast<std::size_t>(row * width + i)],
                    static_cast<double>(terms[static_cast<std::size_t>(i)] / sum), 1e-15);
    }
  }
}

}  // namespace
}  // namespace wattention
