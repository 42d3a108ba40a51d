// A sum or a product alone is IEEE's in the vector unit, to nearest even: one rounding, with guard bits enough. Only
// what is not a normal number, on its way in or out, or could have been rounded up to the least one, is the oracle's.
#include "backends/wormhole/exec/binary_fp32.h"

#include <bit>

#include "backends/wormhole/exec/each_pair.h"
#include "backends/wormhole/kernels/binary_fp32.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention::wormhole {
namespace {

/// A normal number or a zero. The vector unit takes a denormal for zero, which shows beside numbers nearly as small.
constexpr bool is_plain(Word x) {
  const int exponent = exponent_of(x);
  return exponent != infinite_exponent && (exponent != 0 || x << 1 == 0);
}

template <Op op>
Word computed(Word x, Word y) {
  const auto a = std::bit_cast<float>(x), b = std::bit_cast<float>(y);
  const Word result = std::bit_cast<Word>(op == Op::add        ? a + b
                                          : op == Op::subtract ? a - b
                                                               : a * b);
  const int exponent = exponent_of(result);
  if (exponent > 1 && exponent < infinite_exponent && is_plain(x) && is_plain(y)) return result;
  return kernels::of_fp32<op>(x, y);
}

Word difference(Word x, Word y) {
  return computed<Op::subtract>(x, y);
}

}  // namespace

void binary_of_fp32(Op op, std::span<const Word> a, std::span<const Word> b, std::span<Word> out,
                    HostOptions host) {
  expect(a.size() == out.size() && b.size() == out.size(),
         "[elementwise] expected operands of equal length; found {}, {} and {}", a.size(), b.size(),
         out.size());
  const auto each = [&](auto function) {
    for_each_pair<Word>(a, b, out, least_elements, host, function);
  };
  using namespace kernels;
  switch (op) {
    case Op::add: return each(computed<Op::add>);
    case Op::subtract: return each(difference);
    case Op::multiply: return each(computed<Op::multiply>);
    case Op::rsub: return each([](Word x, Word y) { return difference(y, x); });
    case Op::eq: return each([](Word x, Word y) { return eqz(difference(x, y)); });
    case Op::ne: return each([](Word x, Word y) { return nez(difference(x, y)); });
    case Op::lt: return each([](Word x, Word y) { return ltz(difference(x, y)); });
    case Op::gt: return each([](Word x, Word y) { return gtz(difference(x, y)); });
    case Op::le: return each([](Word x, Word y) { return lez(difference(x, y)); });
    case Op::ge: return each([](Word x, Word y) { return gez(difference(x, y)); });
    case Op::squared_difference:
      return each([](Word x, Word y) {
        const Word d = difference(x, y);
        return computed<Op::multiply>(d, d);
      });
    default: return for_each_pair<Word>(a, b, out, least_kernel_elements, host, *fp32_kernel(op));
  }
}

}  // namespace wattention::wormhole
