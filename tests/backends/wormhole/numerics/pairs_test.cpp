// Two operands by a release's kernels of pairs: every ISA against the kernel itself.
#include "backends/wormhole/exec/pairs.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "backends/wormhole/numerics/hosts.h"

namespace wattention::wormhole {
namespace {

class PairsOnHost : public testing::TestWithParam<HostOptions> {};

/// Any patterns, ordinary ones, and zeros among them; enough that quotients take the table.
std::vector<Bits> drawn(std::uint32_t seed) {
  constexpr std::size_t count = 3 * 32768 + 17;  // not whole vectors
  std::mt19937 engine(seed);
  std::vector<Bits> bits(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto pattern = static_cast<Bits>(engine());
    const auto ordinary = static_cast<Bits>((pattern & 0x807f) | (110 + engine() % 30) << 7);
    bits[i] = i < count / 3 ? pattern : engine() % 16 == 0 ? Bits(pattern & 0x8000) : ordinary;
  }
  return bits;
}

TEST_P(PairsOnHost, AreTheKernels) {
  const std::vector<Bits> a = drawn(1), b = drawn(2);
  std::vector<Bits> out(a.size());
  for (const Op op : {Op::multiply, Op::divide, Op::add, Op::subtract, Op::rsub, Op::maximum})
    for (const std::optional<bool> fast : {std::optional<bool>(), {false}, {true}}) {
      const kernels::PairRow* row = kernels::pair_row("0_81", op, fast);
      if (row == nullptr) continue;  // of one mode
      combine_pairs(*row, a, b, out, GetParam());
      for (std::size_t i = 0; i < out.size(); ++i)
        ASSERT_EQ(out[i], row->of(a[i], b[i])) << std::hex << a[i] << " and " << b[i];
    }
}

INSTANTIATE_TEST_SUITE_P(All, PairsOnHost, testing::ValuesIn(hosts()), host_name);

}  // namespace
}  // namespace wattention::wormhole
