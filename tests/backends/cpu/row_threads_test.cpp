// Row operations, shared among threads: the same bits as on one, and the right ones.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <array>
#include <cmath>

#include "backends/cpu/support.h"
#include "backends/cpu/useful_threads.h"

namespace wattention::cpu_test {
namespace {

constexpr std::int64_t rows = 611, cols = 523;

std::vector<double> doubles(const Tensor& tensor) {
  const Tensor wide = to_host(tensor).to(DType::f64);
  const auto values = wide.values<double>();
  return {values.begin(), values.end()};
}

struct Results {
  std::vector<double> softmax_rows, softmax_columns, doubled, scaled, transposed;
  friend bool operator==(const Results&, const Results&) = default;
};

Results results_on(int threads, const Tensor& host) {
  const Tensor x = to_device(host, open_device("cpu", {.threads = threads}));
  return {doubles(softmax(x)), doubles(softmax(x, {.dim = 0})), doubles(add(x, x)),
          doubles(multiply(x, 0.25)), doubles(transpose(x))};
}

class RowThreads : public testing::TestWithParam<DType> {};

TEST_P(RowThreads, ChangeNoBit) {
  const double work = rows * cols;
  ASSERT_GE(cpu::useful_threads(work, cpu::least_moved_elements, 3), 3);
  ASSERT_GE(cpu::useful_threads(work, cpu::least_exponentials, 3), 3);
  const Tensor x = tensor_of(normal_matrix(rows, cols, 1), GetParam());
  const Results one = results_on(1, x);
  EXPECT_TRUE(results_on(2, x) == one);
  EXPECT_TRUE(results_on(3, x) == one);
}

// Doubling and quartering are exact.
TEST_P(RowThreads, GiveTheValues) {
  const Tensor x = tensor_of(normal_matrix(rows, cols, 1), GetParam());
  const Results three = results_on(3, x);
  const std::vector<double> in = doubles(x);
  ASSERT_EQ(in.size(), static_cast<std::size_t>(rows * cols));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t col = 0; col < cols; ++col) {
      const auto at = static_cast<std::size_t>(row * cols + col);
      ASSERT_EQ(three.doubled[at], 2 * in[at]);
      ASSERT_EQ(three.scaled[at], in[at] / 4);
      ASSERT_EQ(three.transposed[static_cast<std::size_t>(col * rows + row)], in[at]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(DTypes, RowThreads, testing::Values(DType::f32, DType::bf16),
                         [](const auto& dtype) { return std::string(to_string(dtype.param)); });

}  // namespace
}  // namespace wattention::cpu_test
