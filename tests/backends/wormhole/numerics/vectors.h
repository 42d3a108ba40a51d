#pragma once
// All vectors that pin the rules: stored ones, and ones computed by hand from a rule's text.
// failures<Rules>() names those that do not come out under Rules.
#include <bit>
#include <map>
#include <string>
#include <vector>

#include "backends/wormhole/kernels/gelu.h"
#include "backends/wormhole/kernels/matmul.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/relu.h"
#include "backends/wormhole/kernels/sigmoid.h"
#include "backends/wormhole/kernels/softmax_0_57.h"
#include "backends/wormhole/kernels/tanh.h"
#include "backends/wormhole/numerics/golden.h"

namespace wattention::wormhole::vectors {

struct Stored {
  std::vector<golden::Case> cases;
  std::vector<golden::Matrix> a, b, out;
};

/// Read once; a and b padded to tiles, b transposed so that columns are contiguous.
inline const Stored& matmuls() {
  static const Stored stored = [] {
    Stored s{golden::cases("matmul_"), {}, {}, {}};
    for (const auto& golden : s.cases) {
      s.a.push_back(golden::padded(golden.load("a")));
      s.b.push_back(golden::transposed(golden::padded(golden.load("b"))));
      s.out.push_back(golden.load("out"));
    }
    return s;
  }();
  return stored;
}

template <class Rules>
bool matmul_holds(std::size_t i, const MatmulNumerics& numerics) {
  const Stored& s = matmuls();
  for (std::int64_t r = 0; r < s.out[i].rows; ++r)
    for (std::int64_t c = 0; c < s.out[i].cols; ++c)
      if (kernels::matmul_element<Rules>(s.a[i].row(r).data(), s.b[i].row(c).data(), s.a[i].cols,
                                         numerics) != s.out[i].row(r)[static_cast<std::size_t>(c)])
        return false;
  return true;
}

inline const Stored& rows_of(const char* prefix) {
  static std::map<std::string, Stored> all;
  auto [entry, is_new] = all.try_emplace(prefix);
  if (is_new) {
    entry->second.cases = golden::cases(prefix);
    for (const auto& golden : entry->second.cases) {
      entry->second.a.push_back(golden.load("a"));
      entry->second.out.push_back(golden.load("out"));
    }
  }
  return entry->second;
}

template <class Rules>
bool softmax_holds(std::size_t i, const SoftmaxNumerics& numerics = {}) {
  const Stored& s = rows_of("softmax_");
  const auto a = golden::padded(s.a[i]);
  for (std::int64_t r = 0; r < s.out[i].rows; ++r) {
    std::vector<Bits> row(static_cast<std::size_t>(a.cols));
    kernels::softmax_row<Rules>(a.row(r), static_cast<std::size_t>(s.a[i].cols), numerics, row);
    row.resize(static_cast<std::size_t>(s.a[i].cols));
    if (!std::equal(row.begin(), row.end(), s.out[i].row(r).begin())) return false;
  }
  return true;
}

template <class Rules>
bool multiply_holds(std::size_t i) {
  const Stored& s = rows_of("multiply_scalar_");
  const std::string scalar = s.cases[i].attributes.at("scalar_bf16_truncated");
  for (std::size_t k = 0; k < s.a[i].bits.size(); ++k)
    if (kernels::multiply<Rules>(s.a[i].bits[k], static_cast<Bits>(std::stoul(scalar, nullptr, 16)),
                                 4) != s.out[i].bits[k])
      return false;
  return true;
}

/// exp or 1/x of every pattern whose stored value means something.
template <class Function>
bool table_holds(const std::string& prefix, int smallest_exponent, Function f) {
  static std::map<std::string, golden::Matrix> tables;
  auto [table, is_new] = tables.try_emplace(prefix);
  if (is_new) table->second = golden::cases(prefix).at(0).load("out");
  for (unsigned i = 0; i < 65536; ++i) {
    const auto bits = static_cast<Bits>(i);
    const int exponent = exponent_of(bits);
    if (exponent < smallest_exponent || exponent >= 127 + 64) continue;
    if (f(bits) != table->second.bits[i]) return false;
  }
  return true;
}

/// Sixteen pairs of SrcA and SrcB, 0 where nothing is said.
struct Products {
  std::array<Bits, 16> a{}, b{};
  Products& set(int k, Bits src_a, Bits src_b) {
    a[static_cast<std::size_t>(k)] = src_a;
    b[static_cast<std::size_t>(k)] = src_b;
    return *this;
  }
};

template <class Rules>
Word mvmul_of(const Products& p, Word dst, DstFormat format) {
  return mvmul<Rules>(p.a, p.b, 0, dst, format);
}

// A probe: 1.4375 * 1.515625 is 23 * 97 = 2231 units of 2^-10. Rounded to eight bits it falls to 0x400b; one unit
// more is a tie and rises to 0x400c.
inline constexpr Bits probe_a = 0x3fb8;
inline constexpr Bits probe_b = 0x3fc2;

/// A pattern with 1 + slices / 2^bits as its mantissa: `high` is SrcA's 5 or SrcB's 7 bits.
constexpr Bits a_with(int high, int exponent) {
  return static_cast<Bits>(exponent << 7 | (high & 15) << 3);
}
constexpr Bits b_with(int high, int exponent) {
  return static_cast<Bits>(exponent << 7 | (high & 63) << 1);
}

/// The first of a row of one NaN and 31 ones, the maximum subtracted.
template <class Rules>
Bits stable_softmax_of_nan() {
  std::array<Bits, 32> row{}, out{};
  row.fill(0x3f80);
  row[0] = 0x7fc0;
  kernels::softmax_row<Rules>(row, row.size(), {.numeric_stable = true}, out);
  return out[0];
}

template <class Rules>
std::vector<std::pair<std::string, bool>> by_hand() {
  using enum DstFormat;
  std::vector<std::pair<std::string, bool>> checks;
  const auto check = [&](const char* name, Word found, Word expected) {
    checks.emplace_back(name, found == expected);
  };

  // A denormal counts as zero, whatever it meets.
  check("denormal operand", elwmul<Rules>(0x0040, 0x7f00, 0, 0, bf16), 0);
  // 3937 * 2^-20 next to the probe in one group: less than half a unit, nothing; a limit below 13 makes it one.
  check("distant product",
        mvmul_of<Rules>(
            Products().set(0, probe_a, probe_b).set(1, a_with(31, 117), b_with(127, 117)), 0, bf16),
        0x400b0000);
  // Half a unit of the group's grid: 1024 * 2^-11 rises to one on the magnitude, so the probe's tie is reached.
  check("product's tie",
        mvmul_of<Rules>(
            Products().set(0, probe_a, probe_b).set(1, a_with(16, 116), b_with(64, 127)), 0, bf16),
        0x400c0000);
  // Eight products at exponent 0 count as nothing, though together they would exceed the one at exponent 1.
  Products faint;
  for (int k = 0; k < 8; ++k) faint.set(k, a_with(31, 64), b_with(127, 63));
  check("group at exponent 0",
        mvmul_of<Rules>(faint.set(8, a_with(16, 64), b_with(64, 64)), 0, bf16), 0x00800000);
  // 8191 units, 14 bits below: 4095.5 * 2^-13 first becomes 4096 * 2^-13, half a unit, and that one unit.
  const auto near_half = [](int exponent) {
    return Products()
        .set(8, a_with(31, exponent), b_with(127, 127))
        .set(9, a_with(16, exponent), b_with(66, 127))
        .set(10, a_with(26, exponent), b_with(123, 127));
  };
  check("term rounded twice", mvmul_of<Rules>(near_half(113).set(0, probe_a, probe_b), 0, bf16),
        0x400c0000);
  // A term of +1/2 unit rises to one.
  check("positive term's tie",
        mvmul_of<Rules>(Products().set(0, probe_a, probe_b).set(8, 0x3f80, 0x3f80 - (11 << 7)), 0,
                        bf16),
        0x400c0000);
  // -1/2 unit rises to nothing: -2231 stays what it is.
  check(
      "negative term's tie",
      mvmul_of<Rules>(
          Products().set(0, probe_a | 0x8000, probe_b).set(8, 0xbf80, 0x3f80 - (11 << 7)), 0, bf16),
      0xc00b0000);
  // Dst's ties go away from zero on either side: -(2^-11) is half a unit under the probe of -2231.
  check("negative Dst's tie",
        mvmul_of<Rules>(Products().set(0, probe_a | 0x8000, probe_b), 0xba000000, bf16),
        0xc00c0000);
  // 17 * 65 - 16 * 69 = 1 unit at exponent 5 is 2^-132: zero.
  check("underflow",
        mvmul_of<Rules>(Products()
                            .set(0, a_with(17, 66), b_with(65, 66))
                            .set(1, a_with(16, 66) | 0x8000, b_with(69, 66)),
                        0, bf16),
        0);
  check("overflow", elwmul<Rules>(0x7f40, 0x4000, 0, 0, bf16), 0x7f800000);
  check("infinity is a number of exponent 255", elwmul<Rules>(0x7f80, 0x3f00, 0, 0, bf16),
        0x7f000000);
  check("exact cancellation", mvmul_of<Rules>(Products().set(0, 0xbf80, 0x3f80), 0x3f800000, bf16),
        0);
  // 1.015625 - 2^-23 - 1.015625: a sum of -1 in the last place is shifted 27 places short and comes out as -16.
  check("fp32 sum of -1",
        mvmul_of<Rules>(
            Products().set(0, 0xbf82, 0x3f80).set(0, a_with(16, 127) | 0x8000, b_with(65, 127)),
            0x3f81ffff, fp32),
        0xc1800000);
  check("fp32 sum of +1",
        mvmul_of<Rules>(Products().set(0, a_with(16, 127), b_with(65, 127)), 0xbf81ffff, fp32),
        0x34000000);

  // ELWADD: 1.0078125 - 1.125 * 2^-8 = 1032 - 4.5 units; 4.5 becomes 5, the result 1027 units, nearer to 1.
  check("addend's tie", elwsub<Rules>(0x3f81, 0x3b90, bf16), 0x3f800000);
  check("addend's half", elwadd<Rules>(0x3f80, 0x3b60, bf16), 0x3f810000);  // 1024 + 3.5 units
  check("addend far below", elwadd<Rules>(0x3f80, 0x3a7f, bf16), 0x3f800000);
  check("a - a", elwsub<Rules>(0x4049, 0x4049, bf16), 0);

  // L1: 1 + 2^-8 stays at the even 1; 1 + 2^-7 + 2^-8 rises to the even 1 + 2^-6; 1 + 1.5 * 2^-8 rises.
  check("L1 tie down", add_in_l1<Rules>(0x3f800000, 0x3b800000, bf16), 0x3f800000);
  check("L1 tie up", add_in_l1<Rules>(0x3f810000, 0x3b800000, bf16), 0x3f820000);
  check("L1 above half", add_in_l1<Rules>(0x3f800000, 0x3bc00000, bf16), 0x3f810000);
  check("L1 infinities", add_in_l1<Rules>(0x7f800000, 0xff800000, bf16), 0x7fc00000);
  check("L1 NaN", add_in_l1<Rules>(0xffc00000, 0x3f800000, bf16), 0xff800000);
  check("L1 underflow keeps its sign", add_in_l1<Rules>(0x80810000, 0x00800000, bf16), 0x80000000);
  check("L1 overflow", add_in_l1<Rules>(0x7f7f0000, 0x7f000000, bf16), 0x7f800000);
  check("fp32 to bf16 tie", round_to_bf16<Rules>(0x3f808000), 0x3f81);
  check("packed -0", pack_bf16<Rules>(0x8000), 0);
  check("packed denormal", pack_bf16<Rules>(0x0001), 0);
  check("packed NaN", pack_bf16<Rules>(0xffc1), 0xff80);
  check("fp32 reload", kernels::reload_partial<Rules>(0x3f81ffff, fp32), 0x3f810000);

  // SFPMAD: (1 + 2^-12)^2 is a tie and stays even; with 2^-22 more in a factor, ones below break it.
  check("SFPMAD tie", sfpmad<Rules>(0x3f800800, 0x3f800800, 0), 0x3f801000);
  check("SFPMAD sticky", sfpmad<Rules>(0x3f800800, 0x3f800802, 0), 0x3f801003);
  check("exp of -infinity", kernels::exp_approx<Rules>(Bits{0xff80}), 0);
  check("exp's integer tie", round_to_uint16<Rules>(0x40200000), 3);  // 2.5
  // Of a row with a NaN (1.5 * 2^128) the maximum is infinity (2^128): their difference is 2^127, whose exponential
  // is infinite, and so is the sum. Only a maximum or a row on the other side of the packer leaves exp(0).
  check("softmax of a NaN", stable_softmax_of_nan<Rules>(), 0);
  check("1/0", kernels::reciprocal_approx<Rules>(Bits{0}), 0x7efe);
  check("1/infinity", kernels::reciprocal_approx<Rules>(Bits{0x7f80}), 0);
  // 25 steps from 1 grow by half each at most: 1.5^25 = 25251.
  check("1/sqrt(1e-30)", kernels::rsqrt<Rules>(Bits{0x0da2}), 0x46c5);
  check("SFPMAD infinity - infinity", sfpmad<Rules>(0x7f800000, 0x3f800000, 0xff800000),
        0x7f800001);
  check("SFPMAD 0 * infinity", sfpmad<Rules>(0, 0xff800000, 0x3f800000), 0xff800001);
  check("SFPMAD of a NaN", sfpmad<Rules>(0x3f800000, 0x3f800000, 0xffc00000), 0xff800001);
  return checks;
}

/// What the real library's op gives for every pattern (tests/golden/wormhole_library).
template <class Function>
bool library_table_holds(const std::string& out, Function f) {
  static std::map<std::string, golden::Matrix> tables;
  for (const std::string& file : {std::string("all_exp_fast.a.npy"), out})
    if (!tables.contains(file)) tables[file] = golden::load_npy(golden::library_path(file));
  return std::ranges::equal(tables["all_exp_fast.a.npy"].bits, tables[out].bits, {}, f);
}

/// The same of release 0.81, whose kernel is the same there.
template <class Function>
bool later_table_holds(const std::string& out, Function f) {
  static std::map<std::string, golden::Matrix> tables;
  for (const std::string& file : {std::string("all.a.npy"), out})
    if (!tables.contains(file)) tables[file] = golden::load_npy(golden::library_path(file, "0.81"));
  return std::ranges::equal(tables["all.a.npy"].bits, tables[out].bits, {}, f);
}

/// A normal number cut to bf16, as every store of the vector unit is.
inline Bits cut(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t exponent = (bits >> 52 & 0x7ff) - 1023 + exponent_bias;
  return static_cast<Bits>(bits >> 63 << 15 | exponent << 7 | (bits >> 45 & 0x7f));
}

/// tanh as its pieces say, in float64. Pieces and arguments of at most 8 bits: the sums are exact.
template <class Rules>
bool tanh_is_its_pieces() {
  for (int i = 0; i < 0x7f80; ++i) {
    const auto bits = static_cast<Bits>(i);
    const double x = std::bit_cast<float>(widen(bits));
    const double value = x < 1 ? 0.90625 * x : x < 2 ? 0.09375 * x + 0.8125 : 1;
    const Bits expected = exponent_of(bits) == 0 ? Bits{0} : pack_bf16(cut(value));
    if (pack_bf16<Rules>(kernels::tanh<Rules>(bits)) != expected) return false;
    if (i > 0 && kernels::tanh<Rules>(static_cast<Bits>(bits | 0x8000)) !=
                     (kernels::tanh<Rules>(bits) | 0x8000))
      return false;
  }
  return true;
}

/// sqrt by the same two steps in float64: what its steps in fp32 round never reaches bf16.
template <class Rules>
bool sqrt_is_two_steps() {
  for (int i = 0x1000; i < 0x7000; ++i) {
    const auto bits = static_cast<Bits>(i);
    const double x = std::bit_cast<float>(widen(bits));
    double root = std::bit_cast<float>(0x5f370000u - (widen(bits) >> 1));
    for (int step = 0; step < 2; ++step) root *= 1.5 - x / 2 * root * root;
    if (kernels::sqrt<Rules>(bits) != cut(root * x)) return false;
  }
  return true;
}

template <class Rules>
std::vector<std::string> failures() {
  std::vector<std::string> failed;
  const auto note = [&](const std::string& name, bool holds) {
    if (!holds) failed.push_back(name);
  };
  for (std::size_t i = 0; i < matmuls().cases.size(); ++i)
    note(matmuls().cases[i].name,
         matmul_holds<Rules>(i, golden::matmul_numerics(matmuls().cases[i])));
  for (std::size_t i = 0; i < rows_of("softmax_").cases.size(); ++i)
    note(rows_of("softmax_").cases[i].name, softmax_holds<Rules>(i));
  for (std::size_t i = 0; i < rows_of("multiply_scalar_").cases.size(); ++i)
    note(rows_of("multiply_scalar_").cases[i].name, multiply_holds<Rules>(i));
  note("sfpu_exp", table_holds("sfpu_exp", 0, kernels::exp_approx<Rules>));
  note("sfpu_reciprocal", table_holds("sfpu_reciprocal", 1, [](Bits x) {
         return static_cast<Bits>(kernels::reciprocal_approx<Rules>(x) & 0x7fff);
       }));
  note("library's exp", library_table_holds("all_exp_fast.out.npy", kernels::exponential<Rules>));
  note("library's reciprocal", library_table_holds("all_reciprocal.out.npy", [](Bits x) {
         return pack_bf16<Rules>(kernels::reciprocal_accurate<Rules>(x));
       }));
  note("0.81's fast gelu", later_table_holds("gelu_fast.out.npy", [](Bits x) {
         return pack_bf16<Rules>(kernels::gelu_approx<Rules>(x));
       }));
  note("0.81's fast sigmoid", later_table_holds("sigmoid_fast.out.npy", [](Bits x) {
         return pack_bf16<Rules>(kernels::sigmoid_approx<Rules>(x));
       }));
  note("0.81's leaky_relu", later_table_holds("leaky_relu.out.npy", [](Bits x) {
         return pack_bf16<Rules>(kernels::leaky_relu<Rules>(x, sfpu::constant(0.01f)));
       }));
  note("tanh's pieces", tanh_is_its_pieces<Rules>());
  note("sqrt's two steps", sqrt_is_two_steps<Rules>());
  for (const auto& [name, holds] : by_hand<Rules>()) note("by hand: " + name, holds);
  return failed;
}

}  // namespace wattention::wormhole::vectors
