// scaled_dot_product_attention on the CPU, by every kernel that serves here, against the formula in float64.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <wattention/attention.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "backends/cpu/allocation_count.h"
#include "backends/cpu/choose.h"
#include "backends/cpu/drawn_attention.h"
#include "oracle.h"

namespace wattention {
namespace {

using cpu_test::drawn_case;
using cpu_test::DrawnCase;
using cpu_test::normal_tensor;
using Options = ScaledDotProductAttentionOptions;
using testing::Values;

constexpr float inf = std::numeric_limits<float>::infinity();

// The ISAs that have a kernel for attention here; "" is the device's own choice.
std::vector<std::string> kernels_here() {
  std::vector<std::string> names{""};
  for (const cpu::AttentionKernel* kernel : cpu::attention_kernels())
    if (cpu::this_cpu().has(cpu::needed_flags(kernel->isa)))
      names.emplace_back(to_string(kernel->isa));
  return names;
}

// Such a name serves no products of f32, so that f32 has no kernel of its own.
bool serves(const std::string& kernel, DType dtype) {
  return kernel != "avx512bf16" || dtype == DType::bf16;
}

Tensor on(const Device& device, const Tensor& tensor) {
  return tensor.defined() && device.name() == "reference" && !is_integer(tensor.dtype())
             ? to_device(tensor.to(DType::f64), device)
         : tensor.defined() ? to_device(tensor, device)
                            : tensor;
}

Tensor attend(const Device& device, const Tensor& query, const Tensor& key, const Tensor& value,
              Options options = {}) {
  options.mask = on(device, options.mask);
  options.key_lengths = on(device, options.key_lengths);
  return to_host(
      scaled_dot_product_attention(on(device, query), on(device, key), on(device, value), options));
}

Tensor exactly(const Tensor& query, const Tensor& key, const Tensor& value,
               const Options& options = {}) {
  static const Device reference = open_device("reference");
  return attend(reference, query, key, value, options);
}

// A weighted mean of values whose weights are off by a few roundings of the scores and of the exponential: relative to
// the largest value. Scores of up to 30 have a rounding of 30 2^-24 before they are weighed. bf16 pairs round the
// weights to 8 bits as well, which averages out over keys; and results are rounded to their dtype.
double bound(DType dtype, double largest_score) {
  const double of_scores = (8 + 4 * largest_score) * 0x1p-24;
  const double of_result = dtype == DType::f32 ? 0x1p-24 : dtype == DType::f16 ? 0x1p-11 : 0x1p-8;
  return of_scores + (dtype == DType::bf16 ? 0x1p-8 : 0) + of_result;
}

void expect_close(const Tensor& found, const Tensor& exact, double error,
                  const std::string& which) {
  const Values a = testing::values_of(found), b = testing::values_of(exact);
  ASSERT_EQ(found.shape(), exact.shape()) << which;
  double largest = 0;
  for (const double value : b)
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(b[i]) || std::isinf(b[i])) {
      ASSERT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << which << " at " << i;
    } else {
      ASSERT_NEAR(a[i], b[i], error * std::max(largest, 1e-3)) << which << " at " << i;
    }
  }
}

TEST(Sdpa, AgreesWithTheFormulaOnDrawnConfigurations) {
  for (const std::string& kernel : kernels_here()) {
    const Device device = open_device("cpu", {.kernel = kernel});
    for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
      if (!serves(kernel, dtype)) continue;
      for (unsigned seed = 0; seed < 150; ++seed) {
        const DrawnCase c = drawn_case(seed * 10, dtype);
        expect_close(attend(device, c.query, c.key, c.value, c.options),
                     exactly(c.query, c.key, c.value, c.options), bound(dtype, 30),
                     fmt::format("{} {} {}", kernel, to_string(dtype), c.text));
        if (HasFatalFailure()) return;
      }
    }
  }
}

// Few rows cut their keys into pieces; many do not.
TEST(Sdpa, LongKeysInPiecesAndTheSameBitsForEveryThreadCount) {
  for (const std::int64_t queries : {1, 3, 40, 70}) {
    const Tensor query = normal_tensor({1, 4, queries, 24}, DType::f32, 1);
    const Tensor key = normal_tensor({1, 2, 9001, 24}, DType::f32, 2),
                 value = normal_tensor({1, 2, 9001, 24}, DType::f32, 3);
    const Options options{.is_causal = true, .alignment = CausalAlignment::bottom_right};
    const Tensor one = attend(open_device("cpu", {.threads = 1}), query, key, value, options);
    expect_close(one, exactly(query, key, value, options), bound(DType::f32, 6),
                 fmt::format("{} queries", queries));
    for (const int threads : {2, 3, 7}) {
      const Tensor more =
          attend(open_device("cpu", {.threads = threads}), query, key, value, options);
      EXPECT_EQ(std::memcmp(one.values<float>().data(), more.values<float>().data(),
                            static_cast<std::size_t>(one.numel()) * 4),
                0)
          << queries << " queries, " << threads << " threads";
    }
  }
}

// One thread takes units of twice as many rows as two do here; windows begin and end within them.
TEST(Sdpa, TheSameBitsWhateverAUnitsRowsAre) {
  for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
    const Tensor query = normal_tensor({1, 4, 600, 24}, dtype, 1),
                 key = normal_tensor({1, 4, 700, 24}, dtype, 2),
                 value = normal_tensor({1, 4, 700, 24}, dtype, 3);
    for (const Options& options :
         {Options{.is_causal = true}, Options{.window_left = 150, .window_right = 30}}) {
      const Tensor one = attend(open_device("cpu", {.threads = 1}), query, key, value, options),
                   two = attend(open_device("cpu", {.threads = 2}), query, key, value, options);
      EXPECT_EQ(testing::values_of(one), testing::values_of(two)) << to_string(dtype);
      expect_close(one, exactly(query, key, value, options), bound(dtype, 6), "one thread");
    }
  }
}

TEST(Sdpa, LargeScoresTiesAndOutliers) {
  const Tensor query = normal_tensor({1, 1, 40, 32}, DType::f32, 1, 30.0f);
  Tensor key = normal_tensor({1, 1, 300, 32}, DType::f32, 2, 30.0f);
  auto keys = key.mutable_values<float>();
  std::copy_n(keys.begin(), 32 * 100, keys.begin() + 32 * 150);  // ties
  const Tensor value = normal_tensor({1, 1, 300, 32}, DType::f32, 3);
  const double largest_score = 30 * 30 * 32 / std::sqrt(32.0) * 2;
  for (const std::string& kernel : kernels_here()) {
    if (!serves(kernel, DType::f32)) continue;
    expect_close(attend(open_device("cpu", {.kernel = kernel}), query, key, value),
                 exactly(query, key, value), bound(DType::f32, largest_score), kernel);
  }
}

TEST(Sdpa, WhatNoQuerySeesTakesNoPart) {
  for (const std::string& kernel : kernels_here()) {
    for (const std::int64_t queries : {1, 20}) {
      const DType dtype = kernel == "avx512bf16" ? DType::bf16 : DType::f32;
      const Tensor query = normal_tensor({1, 2, queries, 16}, dtype, 1);
      Tensor key = normal_tensor({1, 2, 30, 16}, DType::f32, 2),
             value = normal_tensor({1, 2, 30, 16}, DType::f32, 3);
      for (Tensor* poisoned : {&key, &value})
        for (std::int64_t head = 0; head < 2; ++head)
          for (std::int64_t i = 20 * 16; i < 30 * 16; ++i)
            poisoned->mutable_values<float>()[static_cast<std::size_t>(head * 480 + i)] =
                i % 2 == 0 ? inf : std::nanf("");
      Options options;
      options.key_lengths = Tensor::empty({1}, DType::int32);
      options.key_lengths.mutable_values<std::int32_t>()[0] = 20;
      const Device device = open_device("cpu", {.kernel = kernel});
      const Tensor found = attend(device, query, key.to(dtype), value.to(dtype), options);
      for (const double x : testing::values_of(found)) ASSERT_TRUE(std::isfinite(x)) << kernel;
      expect_close(found, exactly(query, key.to(dtype), value.to(dtype), options), bound(dtype, 5),
                   kernel);
    }
  }
}

// The same through a mask and through causality, where blocks do read what is hidden.
TEST(Sdpa, HiddenKeysWithinABlockMayHoldAnything) {
  for (const std::string& kernel : kernels_here()) {
    const DType dtype = kernel == "avx512bf16" ? DType::bf16 : DType::f32;
    const Device device = open_device("cpu", {.kernel = kernel});
    for (const std::int64_t queries : {1, 20}) {
      const Tensor query = normal_tensor({1, 2, queries, 16}, dtype, 1);
      Tensor key = normal_tensor({1, 2, 31, 16}, DType::f32, 2),
             value = normal_tensor({1, 2, 31, 16}, DType::f32, 3);
      for (Tensor* poisoned : {&key, &value})
        for (const std::int64_t row : {30, 31 + 30})
          poisoned->mutable_values<float>()[static_cast<std::size_t>(row * 16 + 3)] = std::nanf("");
      Options masked, causal{.is_causal = true};
      masked.mask = Tensor::zeros({31}, DType::uint8);
      std::ranges::fill(masked.mask.mutable_values<std::uint8_t>().first(30), std::uint8_t{1});
      for (const Options& options : {masked, causal}) {
        const Tensor found = attend(device, query, key.to(dtype), value.to(dtype), options);
        for (const double x : testing::values_of(found)) ASSERT_TRUE(std::isfinite(x)) << kernel;
        expect_close(found, exactly(query, key.to(dtype), value.to(dtype), options),
                     bound(dtype, 5), kernel);
      }
    }
  }
}

// Scores whose product with log2(e) has no place left for their differences, ties among them; in pieces, too.
TEST(Sdpa, ScoresOfFourBillion) {
  for (const std::string& kernel : kernels_here()) {
    if (!serves(kernel, DType::f32)) continue;
    const Device device = open_device("cpu", {.kernel = kernel});
    Tensor query = Tensor::empty({1, 1}), key = Tensor::empty({8192, 1}),
           value = normal_tensor({8192, 1}, DType::f32, 3);
    query.mutable_values<float>()[0] = 1;
    std::ranges::fill(key.mutable_values<float>(), 1.0f);
    for (const std::size_t largest : {5000u, 5001u, 5002u, 5003u})
      key.mutable_values<float>()[largest] = 4300325888.0f;
    const Options options{.scale = 1.0};
    expect_close(attend(device, query, key, value, options), exactly(query, key, value, options),
                 1e-6, kernel);
  }
}

TEST(Sdpa, NanAndInfinityAreAsTheFormulaHasThem) {
  for (const std::string& kernel : kernels_here()) {
    const DType dtype = kernel == "avx512bf16" ? DType::bf16 : DType::f32;
    const Device device = open_device("cpu", {.kernel = kernel});
    for (const std::int64_t queries : {1, 20}) {
      for (const float odd_one : {std::nanf(""), inf, -inf}) {
        Tensor key = normal_tensor({1, 1, 40, 16}, DType::f32, 2),
               value = normal_tensor({1, 1, 40, 16}, DType::f32, 3);
        const Tensor query = normal_tensor({1, 1, queries, 16}, dtype, 1);
        Tensor odd_key = key.clone(), odd_value = value.clone();
        odd_key.mutable_values<float>()[33 * 16 + 5] = odd_one;
        odd_value.mutable_values<float>()[33 * 16 + 5] = odd_one;
        for (const auto& [k, v] : {std::pair(odd_key, value), std::pair(key, odd_value)})
          expect_close(attend(device, query, k.to(dtype), v.to(dtype)),
                       exactly(query, k.to(dtype), v.to(dtype)), bound(dtype, 5),
                       fmt::format("{} {}", kernel, odd_one));
      }
    }
  }
}

TEST(Sdpa, AQueryThatSeesNoKeyIsZero) {
  const Tensor query = normal_tensor({1, 1, 3, 8}, DType::f32, 1),
               key = normal_tensor({1, 1, 5, 8}, DType::f32, 2);
  const Device device = open_device("cpu");
  Options hidden;
  hidden.mask = Tensor::zeros({5}, DType::uint8);
  Options lowest;
  lowest.mask = Tensor::empty({1, 5});
  std::ranges::fill(lowest.mask.mutable_values<float>(), -inf);
  for (const Options& options : {hidden, lowest})
    for (const double x : testing::values_of(attend(device, query, key, key, options)))
      EXPECT_EQ(x, 0);
  for (const double x : testing::values_of(
           attend(device, query, Tensor::zeros({1, 1, 0, 8}), Tensor::zeros({1, 1, 0, 8}))))
    EXPECT_EQ(x, 0);
}

TEST(Sdpa, ACacheIsReadWhereItLies) {
  for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
    const Tensor key = normal_tensor({2, 2, 9, 16}, dtype, 2),
                 value = normal_tensor({2, 2, 9, 16}, dtype, 3);
    const Tensor query = normal_tensor({2, 4, 9, 16}, dtype, 1);
    KeyValueCache cache(2, 2, 20, 16, dtype);
    const Device device = open_device("cpu");
    const Tensor whole = attend(device, query, key, value, {.is_causal = true});
    for (std::int64_t t = 0; t < 9; t += 3) {
      const auto rows = [&](const Tensor& tensor) {
        return slice(tensor, Dims{0, 0, static_cast<int>(t), 0},
                     Dims{2, static_cast<int>(tensor.size(1)), static_cast<int>(t + 3), 16});
      };
      cache.append(rows(key), rows(value));
      EXPECT_EQ(cache.length(), t + 3);
      const Tensor found = scaled_dot_product_attention(rows(query), cache, {.is_causal = true});
      expect_close(found, rows(whole), bound(dtype, 5),
                   fmt::format("{} from {}", to_string(dtype), t));
    }
  }
}

// 100,000 keys: scores alone would be 40 MB a head.
TEST(Sdpa, MemoryDoesNotGrowWithQueriesTimesKeys) {
  if (!cpu_test::counts_allocations()) GTEST_SKIP() << "a sanitizer's operator new is in place";
  const Tensor query = normal_tensor({1, 1, 100, 8}, DType::f32, 1),
               key = normal_tensor({1, 1, 100000, 8}, DType::f32, 2);
  const Device device = open_device("cpu");
  const Tensor q = to_device(query, device), k = to_device(key, device),
               few = to_device(normal_tensor({1, 1, 200, 8}, DType::f32, 3), device);
  const auto allocations = [&](const Tensor& keys) {
    const long before = cpu_test::allocation_count();
    scaled_dot_product_attention(q, keys, keys);
    return cpu_test::allocation_count() - before;
  };
  allocations(few);  // the workspace, once
  const long for_few = allocations(few);
  EXPECT_LE(for_few, 16);  // the result, its place on the device, the list of operands
  EXPECT_EQ(allocations(k), for_few);
}

}  // namespace
}  // namespace wattention
