// The fused forward: error against float64, shapes, threads, folding, memory.
#include <gtest/gtest.h>
#include <wattention/error.h>

#include <algorithm>
#include <cmath>

#include "backends/cpu/allocation_count.h"
#include "backends/cpu/attention.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/support.h"
#include "device/backend.h"

namespace wattention::cpu_test {
namespace {

struct Inputs {
  Matrix tokens, query, key, value;
};

Inputs normal_inputs(std::int64_t tokens, std::int64_t embed_dim, std::int64_t head_dim,
                     float score_scale = 1) {
  const float scale = 1.0f / std::sqrt(static_cast<float>(embed_dim));
  return {normal_matrix(tokens, embed_dim, 1),
          normal_matrix(head_dim, embed_dim, 2, scale * score_scale),
          normal_matrix(head_dim, embed_dim, 3, scale),
          normal_matrix(head_dim, embed_dim, 4, scale)};
}

std::unique_ptr<PreparedAttention> prepare(const Inputs& in, DType dtype,
                                           const std::string& kernel = {}, int threads = 2,
                                           bool fold = false) {
  const Tensor query = tensor_of(in.query, dtype), key = tensor_of(in.key, dtype),
               value = tensor_of(in.value, dtype);
  for (const GemmKernel& row : cpu::gemm_kernels())
    if (kernel == row.name && !is_native(row))  // the device would refuse it: it is being played
      return std::make_unique<cpu::CpuAttention>(
          query, key, value, cpu::AttentionSetup{engine_of(row), threads, fold, {}});
  DeviceOptions options;
  options.kernel = kernel;
  options.threads = threads;
  // A module may outlive the device's handle: only what it packed is used.
  return open_cpu(options)->prepare_attention(query, key, value, {.fold_projections = fold});
}

std::vector<float> fused(const Inputs& in, DType dtype, const std::string& kernel = {},
                         int threads = 2, bool fold = false) {
  Tensor context = Tensor::empty({in.tokens.rows, in.value.rows}, dtype);
  prepare(in, dtype, kernel, threads, fold)->forward(tensor_of(in.tokens, dtype), context);
  const Tensor wide = context.to(DType::f32);
  return {wide.values<float>().begin(), wide.values<float>().end()};
}

// The formula with every stage rounded to `Stage` (double: not at all), sums in `Sum`, k ascending: what a
// plain program in that precision computes.
template <class Sum, class Round>
std::vector<double> formula(const Inputs& in, Round round) {
  const auto multiply = [&](const std::vector<Sum>& a, const std::vector<Sum>& b, std::int64_t m,
                            std::int64_t n, std::int64_t k) {
    std::vector<Sum> out(static_cast<std::size_t>(m * n));
    for (std::int64_t r = 0; r < m; ++r)
      for (std::int64_t c = 0; c < n; ++c) {
        Sum sum = 0;
        for (std::int64_t i = 0; i < k; ++i)
          sum += a[static_cast<std::size_t>(r * k + i)] * b[static_cast<std::size_t>(c * k + i)];
        out[static_cast<std::size_t>(r * n + c)] = round(sum);
      }
    return out;
  };
  const auto cast = [](const Matrix& m) {
    return std::vector<Sum>(m.values.begin(), m.values.end());
  };
  const std::int64_t t = in.tokens.rows, e = in.tokens.cols, d = in.query.rows;
  const auto q = multiply(cast(in.tokens), cast(in.query), t, d, e);
  const auto k = multiply(cast(in.tokens), cast(in.key), t, d, e);
  const auto v_columns = multiply(cast(in.value), cast(in.tokens), d, t, e);
  auto weights = multiply(q, k, t, t, d);
  for (Sum& score : weights) score = round(score / round(std::sqrt(static_cast<Sum>(d))));
  for (std::int64_t r = 0; r < t; ++r) {
    Sum* row = weights.data() + r * t;
    const Sum top = *std::max_element(row, row + t);
    Sum sum = 0;
    for (std::int64_t i = 0; i < t; ++i) sum += row[i] = std::exp(row[i] - top);
    for (std::int64_t i = 0; i < t; ++i) row[i] = round(row[i] / sum);
  }
  const auto context = multiply(weights, v_columns, t, d, t);
  return {context.begin(), context.end()};
}

std::vector<double> exact(const Inputs& in) {
  return formula<double>(in, [](double x) { return x; });
}
std::vector<double> plain(const Inputs& in, DType dtype) {
  if (dtype == DType::f32) return formula<float>(in, [](float x) { return x; });
  return formula<float>(in, [](float x) { return float{bfloat16(x)}; });
}

template <class Values>
double relative_error(const Values& found, const std::vector<double>& expected) {
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += (found[i] - expected[i]) * (found[i] - expected[i]);
    norm += expected[i] * expected[i];
  }
  return std::sqrt(error / norm);
}

template <class Values>
double largest_error(const Values& found, const std::vector<double>& expected) {
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    worst = std::max(worst, std::fabs(found[i] - expected[i]));
  return worst;
}

// What the weights and tokens are for a dtype.
Inputs rounded(Inputs in, DType dtype) {
  if (dtype == DType::bf16)
    for (Matrix* m : {&in.tokens, &in.query, &in.key, &in.value}) m->round_to_bf16();
  return in;
}

Inputs with_outliers(Inputs in) {
  for (std::size_t i = 0; i < in.tokens.values.size(); i += 97) in.tokens.values[i] *= 50.0f;
  return in;
}

Inputs with_ties(Inputs in) {
  for (std::int64_t r = 0; r < in.tokens.rows; ++r)
    for (std::int64_t c = 0; c < in.tokens.cols; ++c) in.tokens.at(r, c) = in.tokens.at(r % 3, c);
  return in;
}

struct NamedInputs {
  const char* name;
  Inputs inputs;
};

std::vector<NamedInputs> all_inputs() {
  return {{"normal", normal_inputs(83, 200, 96)},
          {"outliers", with_outliers(normal_inputs(83, 200, 96))},
          {"ties", with_ties(normal_inputs(83, 200, 96))},
          {"large_scores", normal_inputs(83, 200, 96, 300.0f)}};
}

class AttentionKernelTest : public testing::TestWithParam<const GemmKernel*> {
 protected:
  void SetUp() override {
    if (!runs_here(kernel()))
      GTEST_SKIP() << kernel().name << ": this processor has no " << to_string(kernel().isa);
    player_ = player_for(kernel());
  }
  const GemmKernel& kernel() const { return *GetParam(); }
  DType dtype() const { return kernel().type == GemmType::f32 ? DType::f32 : DType::bf16; }

 private:
  std::unique_ptr<AmxPlayer> player_;
};

// The promise: at most twice the plain formula's error, against float64.
TEST_P(AttentionKernelTest, ErrorIsAtMostTwiceThePlainFormulas) {
  for (const auto& [name, inputs] : all_inputs()) {
    const Inputs in = rounded(inputs, dtype());
    const auto expected = exact(in), plainly = plain(in, dtype());
    const auto found = fused(in, dtype(), kernel().name);
    const double found_error = relative_error(found, expected),
                 plain_error = relative_error(plainly, expected);
    EXPECT_LE(found_error, 2 * plain_error) << kernel().name << " on " << name;
    EXPECT_LE(largest_error(found, expected), 2 * largest_error(plainly, expected))
        << kernel().name << " on " << name;
    RecordProperty(std::string(name) + "_ratio", std::to_string(found_error / plain_error));
  }
}

// Folding rounds G = Wq^T Wk to the type, the plain formula rounds q and k: on normal inputs the same size.
TEST_P(AttentionKernelTest, FoldedStaysClose) {
  const Inputs in = rounded(normal_inputs(61, 64, 64), dtype());
  const auto expected = exact(in);
  const double folded = relative_error(fused(in, dtype(), kernel().name, 2, true), expected);
  EXPECT_LE(folded, 2 * relative_error(plain(in, dtype()), expected)) << kernel().name;
}

// Rounding of one stored value, relative.
double epsilon_of(DType dtype) {
  return dtype == DType::f32 ? 0x1p-24 : 0x1p-8;
}

// The promise again, at the edges of blocks. Where few roundings happen, those of the plain formula may cancel by luck:
// then one rounding of the result stands for its error.
double promised_error(const Inputs& in, DType dtype) {
  return 2 * std::max(relative_error(plain(in, dtype), exact(in)), epsilon_of(dtype));
}

TEST_P(AttentionKernelTest, ShapesOfEveryKind) {
  const std::int64_t shapes[][3] = {{1, 1, 1}, {1, 7, 3},   {2, 1, 5},    {13, 17, 19},
                                    {6, 3, 2}, {33, 31, 1}, {113, 5, 67}, {127, 64, 64}};
  for (const auto& [t, e, d] : shapes) {
    const Inputs in = rounded(normal_inputs(t, e, d), dtype());
    const auto expected = exact(in);
    const double bound = promised_error(in, dtype());
    for (const bool fold : {false, true}) {
      EXPECT_LE(relative_error(fused(in, dtype(), kernel().name, 2, fold), expected), bound)
          << kernel().name << " " << t << "x" << e << "x" << d << (fold ? " folded" : "");
    }
  }
}

TEST_P(AttentionKernelTest, SameBitsForAnyThreadCountAndRunToRun) {
  for (const std::int64_t tokens : {9, 150, 260}) {
    const Inputs in = rounded(normal_inputs(tokens, 70, 66), dtype());
    const auto one = fused(in, dtype(), kernel().name, 1);
    for (const int threads : {1, 2, 3, 5})
      EXPECT_EQ(one, fused(in, dtype(), kernel().name, threads))
          << kernel().name << " " << threads << " threads";
  }
}

std::vector<const GemmKernel*> all_kernels() {
  std::vector<const GemmKernel*> rows;
  for (const GemmKernel& row : cpu::gemm_kernels()) rows.push_back(&row);
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Table, AttentionKernelTest, testing::ValuesIn(all_kernels()),
                         [](const auto& row) { return std::string(row.param->name); });

TEST(CpuAttention, AllocatesNothingAfterTheFirstForwardOfASize) {
  if (!counts_allocations()) GTEST_SKIP() << "a sanitizer's operator new is in place";
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const Inputs in = rounded(normal_inputs(300, 96, 64), dtype);
    for (const bool fold : {false, true}) {
      const auto attention = prepare(in, dtype, {}, 2, fold);
      const Tensor tokens = tensor_of(in.tokens, dtype),
                   other = tokens.to(dtype == DType::f32 ? DType::bf16 : DType::f32);
      Tensor context = Tensor::empty({300, 64}, dtype);
      attention->forward(tokens, context);
      attention->forward(other, context);
      const long before = allocation_count();
      for (int i = 0; i < 3; ++i) attention->forward(tokens, context);
      attention->forward(other, context);
      EXPECT_EQ(allocation_count(), before) << to_string(dtype) << (fold ? " folded" : "");
    }
  }
}

TEST(CpuAttention, TheCounterCounts) {
  if (!counts_allocations()) GTEST_SKIP() << "a sanitizer's operator new is in place";
  const long before = allocation_count();
  void* const kept = ::operator new(1);  // Clang leaves out a new expression that nobody sees
  EXPECT_EQ(allocation_count(), before + 1);
  ::operator delete(kept);
}

TEST(CpuAttention, TokensOfTheOtherDtypeAreRoundedFirst) {
  const Inputs in = rounded(normal_inputs(21, 30, 20), DType::bf16);
  Tensor same = Tensor::empty({21, 20}, DType::bf16),
         converted = Tensor::empty({21, 20}, DType::bf16);
  const auto attention = prepare(in, DType::bf16);
  attention->forward(tensor_of(in.tokens, DType::bf16), same);
  attention->forward(tensor_of(in.tokens, DType::f32), converted);
  for (std::size_t i = 0; i < 420; ++i)
    ASSERT_EQ(same.values<bfloat16>()[i], converted.values<bfloat16>()[i]);
}

// One value row for all keys: whatever the weights are, the context is that row. Rounded weights and a rounded result
// leave two roundings; the sums of T weights in f32 leave about sqrt(T) of theirs, three times that at most.
TEST(CpuAttention, SixteenThousandTokens) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    Inputs in = rounded(normal_inputs(16384, 3, 2), dtype);
    for (std::int64_t c = 0; c < 3; ++c) in.tokens.at(16383, c) = in.tokens.at(0, c);
    for (std::int64_t r = 0; r < 16384; ++r) in.tokens.at(r, 2) = 1.0f;
    for (std::int64_t d = 0; d < 2; ++d) in.value.at(d, 0) = in.value.at(d, 1) = 0.0f;
    const auto found = fused(in, dtype);
    const double relative = 2 * epsilon_of(dtype) + 3 * std::sqrt(16384.0) * 0x1p-24;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double value = in.value.at(static_cast<std::int64_t>(i % 2), 2);
      ASSERT_NEAR(found[i], value, relative * std::fabs(value));
    }
    EXPECT_EQ(found[0], found[2 * 16383]);
  }
}

TEST(CpuAttention, NanInOneTokenReachesEveryRowThroughItsKey) {
  Inputs in = normal_inputs(20, 16, 8);
  in.tokens.at(4, 3) = std::nanf("");
  for (const float value : fused(in, DType::f32)) ASSERT_TRUE(std::isnan(value));
}

// What one f32 forward that may fold says about itself.
OpReport report_of(const Inputs& in) {
  DeviceOptions options;
  options.explain = true;
  const auto cpu = open_cpu(options);
  const auto attention =
      cpu->prepare_attention(tensor_of(in.query, DType::f32), tensor_of(in.key, DType::f32),
                             tensor_of(in.value, DType::f32), {.fold_projections = true});
  Tensor context = Tensor::empty({in.tokens.rows, in.value.rows}, DType::f32);
  attention->forward(tensor_of(in.tokens, DType::f32), context);
  return cpu->take_reports().at(0);
}

std::string attribute(const OpReport& report, std::string_view name) {
  for (const auto& [key, value] : report.attributes)
    if (key == name) return value;
  return "none";
}

// 200 tokens, E = D = 128: 3 T E D + 2 T T D = 20,070,400 multiply-adds as given, 16,793,600 folded.
TEST(CpuAttention, ReportsThePlanItCounted) {
  const OpReport report = report_of(normal_inputs(200, 128, 128));
  EXPECT_EQ(report.op, "attention");
  EXPECT_EQ(attribute(report, "tokens"), "200");
  EXPECT_EQ(attribute(report, "projections"), "folded");
  EXPECT_EQ(attribute(report, "plain_gflop"), "0.040");
  EXPECT_EQ(attribute(report, "folded_gflop"), "0.034");
  EXPECT_FALSE(report.refused.empty());
}

// E = 100, D = 60: folding saves E (2 D - E) - T (E - D) = 2000 - 40 T multiply-adds per token.
TEST(CpuAttention, FoldsWhereSometimesOnlyForTheTokensThatSave) {
  const Inputs few = normal_inputs(49, 100, 60), many = normal_inputs(51, 100, 60);
  EXPECT_EQ(attribute(report_of(few), "projections"), "folded");
  EXPECT_EQ(attribute(report_of(many), "projections"), "plain");
  EXPECT_NE(fused(few, DType::f32, {}, 2, true), fused(few, DType::f32, {}, 2, false));
  EXPECT_EQ(fused(many, DType::f32, {}, 2, true), fused(many, DType::f32, {}, 2, false));
  EXPECT_LE(relative_error(fused(few, DType::f32, {}, 2, true), exact(few)),
            promised_error(few, DType::f32));
}

}  // namespace
}  // namespace wattention::cpu_test
