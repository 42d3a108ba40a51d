// What an fp32 Dst and block floats do: against the kernels of a bf16 Dst, float64 and the library's bits.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "backends/wormhole/exec/binary_fp32.h"
#include "backends/wormhole/kernels/binary_fp32.h"
#include "backends/wormhole/kernels/chains.h"
#include "backends/wormhole/kernels/erf.h"
#include "backends/wormhole/kernels/gelu.h"
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/kernels/pow.h"
#include "backends/wormhole/kernels/tanh.h"
#include "backends/wormhole/kernels/trigonometry.h"
#include "backends/wormhole/kernels/whole_numbers.h"
#include "backends/wormhole/numerics/block_float.h"
#include "backends/wormhole/numerics/golden.h"
#include "backends/wormhole/numerics/hosts.h"

namespace wattention::wormhole {
namespace {

float value_of(Word word) {
  return std::bit_cast<float>(word);
}
Word word_of(float value) {
  return std::bit_cast<Word>(value);
}

// The same registers: of a bf16's value both hold the same number, until a bf16 Dst cuts it.
TEST(Fp32Kernels, AreThoseOfBf16BeforeTheCut) {
  const auto check = [](const char* name, auto kernel) {
    for (int i = 0; i < 0x10000; ++i) {
      const auto bits = static_cast<Bits>(i);
      ASSERT_EQ(store_to_bf16(kernel(widen(bits))), kernel(bits))
          << name << " of " << std::hex << i;
    }
  };
#define WATTENTION_CHECK(kernel) check(#kernel, [](auto value) { return kernels::kernel(value); })
  WATTENTION_CHECK(exp_accurate);
  WATTENTION_CHECK(exp_approx);
  WATTENTION_CHECK(exp2);
  WATTENTION_CHECK(expm1);
  WATTENTION_CHECK(rsqrt);
  WATTENTION_CHECK(square);
  WATTENTION_CHECK(tanh);
  WATTENTION_CHECK(gelu_accurate);
  WATTENTION_CHECK(gelu_approx);
  WATTENTION_CHECK(sigmoid);
  WATTENTION_CHECK(sigmoid_approx);
  WATTENTION_CHECK(silu);
  WATTENTION_CHECK(log);
  WATTENTION_CHECK(log10);
  WATTENTION_CHECK(log1p);
  WATTENTION_CHECK(neg);
  WATTENTION_CHECK(abs);
  WATTENTION_CHECK(sign);
  WATTENTION_CHECK(relu);
  WATTENTION_CHECK(relu6);
  WATTENTION_CHECK(sin);
  WATTENTION_CHECK(cos);
  WATTENTION_CHECK(tan);
  WATTENTION_CHECK(erf);
  WATTENTION_CHECK(erfc);
  WATTENTION_CHECK(eqz);
  WATTENTION_CHECK(gtz);
  WATTENTION_CHECK(lez);
  WATTENTION_CHECK(isinf);
#undef WATTENTION_CHECK
}

std::vector<float> values() {
  std::mt19937 engine(7);
  std::vector<float> all{0, 1, -1, 1.5f, 1e-30f, -1e30f, 3.4e38f, 1.2e-38f, 16777216, -0.1f};
  std::uniform_int_distribution<Word> any(0x00800000u, 0x7f7fffffu);
  for (int i = 0; i < 300; ++i) all.push_back(value_of(any(engine) | (i % 2 ? sign_mask : 0)));
  std::uniform_real_distribution<float> near(-4, 4);
  for (int i = 0; i < 300; ++i) all.push_back(near(engine));
  return all;
}

// What is smaller than the least normal is 0 here.
float flushed(float value) {
  return std::fpclassify(value) == FP_SUBNORMAL ? 0 : value;
}

// Sums and products alone are IEEE's, to nearest even.
TEST(Fp32Kernels, SumsAndProductsAreIeees) {
  const auto all = values();
  for (const float a : all)
    for (const float b : all) {
      const Word x = word_of(a), y = word_of(b);
      ASSERT_EQ(value_of(kernels::of_fp32<Op::add>(x, y)), flushed(a + b)) << a << " " << b;
      ASSERT_EQ(value_of(kernels::of_fp32<Op::subtract>(x, y)), flushed(a - b)) << a << " " << b;
      ASSERT_EQ(value_of(kernels::of_fp32<Op::rsub>(x, y)), flushed(b - a)) << a << " " << b;
      ASSERT_EQ(value_of(kernels::of_fp32<Op::multiply>(x, y)), flushed(a * b)) << a << " " << b;
      ASSERT_EQ(value_of(kernels::of_fp32<Op::maximum>(x, y)), std::fmax(a, b)) << a << " " << b;
      ASSERT_EQ(value_of(kernels::of_fp32<Op::minimum>(x, y)), std::fmin(a, b)) << a << " " << b;
    }
}

// The host's own sums and products: the same bits for all kinds of patterns, infinities, NaNs and denormals included.
TEST(Fp32Exec, IsTheKernelElementByElement) {
  std::mt19937_64 engine(5);
  std::vector<Word> a(20000), b(a.size()), out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<Word>(engine());
    const auto random = static_cast<Word>(engine());
    // Exponents near each other, near the least ones of sums and products, or any.
    b[i] = i % 4 == 0   ? random
           : i % 4 == 1 ? (random & 0x80ffffffu) | (a[i] & 0x7f000000u)
           : i % 4 == 2
               ? a[i] ^ (random & 0x80000007u)
               : (random & 0x80ffffffu) | (0x3f000000u - (a[i] & 0x7f000000u)) % 0x7f000000u;
    if (i % 7 == 0) a[i] &= 0x81ffffffu;
  }
  for (const Op op : {Op::add, Op::subtract, Op::multiply, Op::rsub, Op::eq, Op::ne, Op::lt, Op::gt,
                      Op::le, Op::ge, Op::squared_difference, Op::divide, Op::maximum,
                      Op::logical_xor, Op::ldexp, Op::logaddexp, Op::bias_gelu}) {
    binary_of_fp32(op, a, b, out, {2});
    for (std::size_t i = 0; i < a.size(); ++i)
      ASSERT_EQ(out[i], kernels::fp32_kernel(op)(a[i], b[i]))
          << to_string(op) << " of " << std::hex << a[i] << " and " << b[i];
  }
}

// Comparisons are of the difference: what is less than the least normal is none.
TEST(Fp32Kernels, ComparisonsAndLogic) {
  const auto all = values();
  for (const float a : all)
    for (const float b : all) {
      const Word x = word_of(a), y = word_of(b);
      const float difference = flushed(a - b);
      const auto truth = [&](Word found) { return value_of(found) == 1; };
      ASSERT_EQ(truth(kernels::of_fp32<Op::eq>(x, y)), difference == 0) << a << " " << b;
      ASSERT_EQ(truth(kernels::of_fp32<Op::ne>(x, y)), difference != 0) << a << " " << b;
      ASSERT_EQ(truth(kernels::of_fp32<Op::lt>(x, y)), difference < 0) << a << " " << b;
      ASSERT_EQ(truth(kernels::of_fp32<Op::gt>(x, y)), difference > 0) << a << " " << b;
      ASSERT_EQ(truth(kernels::of_fp32<Op::le>(x, y)), difference <= 0) << a << " " << b;
      ASSERT_EQ(truth(kernels::of_fp32<Op::ge>(x, y)), difference >= 0) << a << " " << b;
      ASSERT_EQ(truth(kernels::of_fp32<Op::logical_or>(x, y)), a != 0 || b != 0);
      ASSERT_EQ(truth(kernels::of_fp32<Op::logical_xor>(x, y)), (a != 0) != (b != 0));
    }
}

// The first guess is off by 0.4427 at most, and four steps square that: 2.2e-6, and roundings.
TEST(Fp32Kernels, Quotients) {
  const auto all = values();
  for (const float a : all)
    for (const float b : all) {
      const double exact = static_cast<double>(a) / b;
      if (flushed(a - b) == 0) continue;  // equal, as the card sees it
      if (b == 0 || std::fabs(exact) > 1e37 || std::fabs(exact) < 1e-37 || std::fabs(b) > 8e37)
        continue;
      const double found = value_of(kernels::of_fp32<Op::divide>(word_of(a), word_of(b)));
      ASSERT_NEAR(found / exact, 1, 2.5e-6) << a << " / " << b;
    }
  const auto of = [](float a, float b) {
    return value_of(kernels::of_fp32<Op::divide>(word_of(a), word_of(b)));
  };
  EXPECT_TRUE(std::isnan(of(0, 0)));
  EXPECT_EQ(of(-3, 0), -INFINITY);
  EXPECT_EQ(of(0.3f, 0.3f), 1);
}

// A cubic logarithm and a parabola: 7 % at most where the exponential's argument is small.
TEST(Fp32Kernels, Powers) {
  const auto of = [](float a, float b) {
    return value_of(kernels::power_of(word_of(a), word_of(b)));
  };
  for (float base = 0.25f; base < 8; base += 0.37f)
    for (float power = -2; power <= 2; power += 0.25f)
      ASSERT_NEAR(of(base, power) / std::pow(base, power), 1, 0.07) << base << " to " << power;
  EXPECT_LT(of(-2, 3), 0);
  EXPECT_GT(of(-2, 2), 0);
  EXPECT_TRUE(std::isnan(of(-2, 0.5f)));
  EXPECT_EQ(of(0, 2), 0);
  EXPECT_EQ(of(0, 0.5f), 0);
}

TEST(Fp32Kernels, FloorsAndCeilings) {
  for (const float x : values()) {
    if (std::fabs(x) >= 0x1p31f) {
      EXPECT_EQ(value_of(kernels::floor(word_of(x))), std::copysign(0x1p31f, x));
      continue;
    }
    EXPECT_EQ(value_of(kernels::floor(word_of(x))), std::floor(x)) << x;
    EXPECT_EQ(value_of(kernels::ceil(word_of(x))), std::ceil(x)) << x;
  }
}

TEST(Fp32Kernels, ReciprocalsAreNotRoundedToBf16) {
  for (const float x : {3.0f, 7.0f, -11.0f})
    EXPECT_NEAR(value_of(kernels::reciprocal_accurate(word_of(x))) * x, 1, 1e-3) << x;
  EXPECT_NE(kernels::reciprocal_accurate(word_of(3)) & 0xffffu, 0u);
}

using Words = std::vector<Word>;

Words random_words(std::mt19937_64& engine, std::int64_t count, int spread) {
  Words words(static_cast<std::size_t>(count));
  for (Word& word : words) {
    const auto random = static_cast<Word>(engine());
    const int exponent =
        127 + static_cast<int>(engine() % static_cast<unsigned>(spread)) - spread / 2;
    word = engine() % 40 == 0 ? random & sign_mask
                              : (random & 0x807fffffu) | static_cast<Word>(exponent) << 23;
  }
  return words;
}

TEST(Fp32Matmul, VectorsAgreeWithTheOracle) {
  std::mt19937_64 engine(11);
  for (int round = 0; round < 12; ++round) {
    const std::int64_t rows = 32, depth = 32 * (1 + static_cast<std::int64_t>(engine() % 4)),
                       cols = 96;
    const Words a = random_words(engine, rows * depth, 1 + 20 * (round % 5));
    const Words b = random_words(engine, depth * cols, 1 + 20 * (round % 5));
    const MatmulNumerics numerics{static_cast<Fidelity>(1 + round % 4), round % 2 ? 1 : depth / 32,
                                  true, round % 3 == 0};
    const auto run = [&](Isa isa) {
      Words out(static_cast<std::size_t>(rows * cols));
      matmul(WideMatrixView{a.data(), rows, depth}, WideMatrixView{b.data(), depth, cols}, numerics,
             out.data(), {2, isa});
      return out;
    };
    const Words expected = run(Isa::scalar);
    for (const Isa isa : vector_isas()) ASSERT_EQ(run(isa), expected) << isa_name(isa);
  }
}

// Each operand is cut by 2^-10 at most, SrcA's by 2^-9, and sums of 128 are rounded to 2^-10 of their largest term.
TEST(Fp32Matmul, IsFloat64sWithinItsBits) {
  std::mt19937_64 engine(3);
  const std::int64_t rows = 32, depth = 128, cols = 32;
  const Words a = random_words(engine, rows * depth, 4), b = random_words(engine, depth * cols, 4);
  Words out(static_cast<std::size_t>(rows * cols));
  matmul(WideMatrixView{a.data(), rows, depth}, WideMatrixView{b.data(), depth, cols},
         {Fidelity::hifi4, 4, true, false}, out.data(), {});
  for (std::int64_t m = 0; m < rows; ++m)
    for (std::int64_t n = 0; n < cols; ++n) {
      double exact = 0, size = 0;
      for (std::int64_t k = 0; k < depth; ++k) {
        const double product =
            static_cast<double>(value_of(a[static_cast<std::size_t>(m * depth + k)])) *
            value_of(b[static_cast<std::size_t>(k * cols + n)]);
        exact += product;
        size += std::fabs(product);
      }
      ASSERT_NEAR(value_of(out[static_cast<std::size_t>(m * cols + n)]), exact, size * 0x1p-8);
    }
}

// Every bf16 beside a power of two: half up on what is left after the distance.
TEST(BlockFloats, ThePackerRoundsTiesAway) {
  for (int i = 0; i < 0x8000; ++i) {
    const auto bits = static_cast<Bits>(i);
    const int own = exponent_of(bits);
    if (own == 0 || own > 140) continue;
    for (const int largest : {own, own + 1, own + 3, own + 9}) {
      std::array<Bits, block_length> block{bits, static_cast<Bits>(largest << 7)};
      pack_block(block, {7, true});
      const double unit = std::ldexp(1, largest - 127 - 6);
      const double exact = std::fabs(static_cast<double>(value_of(widen(bits)))) / unit;
      const double expected = std::fmin(std::floor(exact + 0.5), 127) * unit;
      const double least = std::ldexp(1, -126);
      ASSERT_EQ(value_of(widen(block[0])), expected < least ? 0 : expected) << std::hex << i;
    }
  }
}

TEST(BlockFloats, ThePackerAgreesWithTheLibrary) {
  for (const int magnitude_bits : {7, 3}) {
    const std::string name = "blocks/device_bfloat" + std::to_string(magnitude_bits + 1) + "_b_";
    auto given = golden::load_npy(golden::library_path(name + "given.npy", "0.81"));
    const auto read = golden::load_npy(golden::library_path(name + "read.npy", "0.81"));
    for (Bits& value : given.bits) value = pack_bf16(value);
    const std::span<Bits> all(given.bits);
    for (std::size_t i = 0; i < all.size(); i += block_length)
      pack_block(all.subspan(i).first<block_length>(), {magnitude_bits, magnitude_bits == 7});
    ASSERT_EQ(given.bits, read.bits) << magnitude_bits;
  }
}

}  // namespace
}  // namespace wattention::wormhole
