// The stored vectors, bit for bit, on every ISA of this machine and on one and two threads.
#include <gtest/gtest.h>

#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/numerics/golden.h"
#include "backends/wormhole/numerics/hosts.h"

namespace wattention::wormhole {
namespace {

class Golden : public testing::TestWithParam<HostOptions> {};

golden::Matrix run_matmul(const golden::Case& golden, HostOptions host) {
  const auto a = golden::padded(golden.load("a"));
  const auto b = golden::padded(golden.load("b"));
  golden::Matrix out{a.rows, b.cols, std::vector<Bits>(static_cast<std::size_t>(a.rows * b.cols))};
  matmul(a.view(), b.view(), golden::matmul_numerics(golden), out.bits.data(), host);
  return out;
}

TEST_P(Golden, Matmul) {
  const auto all = golden::cases("matmul_");
  ASSERT_EQ(all.size(), 24u);
  for (const auto& golden : all) {
    const auto expected = golden.load("out");
    EXPECT_EQ(golden::cropped(run_matmul(golden, GetParam()), expected.rows, expected.cols),
              expected)
        << golden.name;
  }
}

TEST_P(Golden, MatmulPaddingStaysZero) {
  for (const auto& golden : golden::cases("matmul_7x40x19")) {
    const auto out = run_matmul(golden, GetParam());
    EXPECT_EQ(golden::padded(golden::cropped(out, 7, 19)), out) << golden.name;
  }
}

TEST_P(Golden, MultiplyScalar) {
  const auto all = golden::cases("multiply_scalar_");
  ASSERT_EQ(all.size(), 4u);
  for (const auto& golden : all) {
    const auto a = golden.load("a");
    const auto scalar =
        std::stoul(golden.attributes.at("scalar_bf16_truncated").get<std::string>(), nullptr, 16);
    std::vector<Bits> out(a.bits.size());
    multiply_scalar(a.bits, static_cast<Bits>(scalar), Fidelity::hifi4, out, GetParam());
    EXPECT_EQ(out, golden.load("out").bits) << golden.name;
  }
}

TEST_P(Golden, Softmax) {
  const auto all = golden::cases("softmax_");
  ASSERT_EQ(all.size(), 4u);
  for (const auto& golden : all) {
    const auto input = golden.load("a");
    const auto a = golden::padded(input);
    auto out = a;
    softmax(a.view(), input.cols, {}, out.bits.data(), GetParam());
    EXPECT_EQ(golden::cropped(out, input.rows, input.cols), golden.load("out")) << golden.name;
    for (std::int64_t r = 0; r < out.rows; ++r)
      for (std::int64_t c = input.cols; c < out.cols; ++c)
        EXPECT_EQ(out.row(r)[static_cast<std::size_t>(c)], 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Hosts, Golden, testing::ValuesIn(hosts()), host_name);

constexpr int beyond_2_to_64 = 127 + 64;

TEST(GoldenSfpu, ExpOfEveryFinitePattern) {
  const auto expected = golden::cases("sfpu_exp").at(0).load("out");
  for (unsigned pattern = 0; pattern < 65536; ++pattern) {
    const auto bits = static_cast<Bits>(pattern);
    if (exponent_of(bits) >= beyond_2_to_64) continue;
    ASSERT_EQ(kernels::exp_approx(bits), expected.bits[pattern]) << std::hex << pattern;
  }
}

TEST(GoldenSfpu, ReciprocalOfEveryNormalPattern) {
  const auto expected = golden::cases("sfpu_reciprocal").at(0).load("out");
  for (unsigned pattern = 0; pattern < 65536; ++pattern) {
    const auto bits = static_cast<Bits>(pattern);
    if (exponent_of(bits) == 0 || exponent_of(bits) >= beyond_2_to_64) continue;
    // The stored values are what the kernel has before it restores the sign.
    const Bits sign = pattern & 0x8000u;
    ASSERT_EQ(kernels::reciprocal_approx(bits), expected.bits[pattern] | sign)
        << std::hex << pattern;
  }
}

}  // namespace
}  // namespace wattention::wormhole
