#pragma once
// Softmax over a line of elements along any dimension: always less the line's maximum, with the accurate exponential.
// A line along the height or the width lies in tiles, whose last is masked; one across matrices has an element in each.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/moreh/moreh_softmax/device/kernels: moreh_softmax_h.cpp,
// moreh_softmax_w.cpp, moreh_softmax_c_large.cpp; ttnn/cpp/ttnn/deprecated/tt_dnn/kernels/compute/moreh_common.hpp.
#include <algorithm>
#include <span>

#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/reduce.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

struct SoftmaxLines : Elementwise, Exp, Reciprocal, Reduce {};

namespace lines {

inline constexpr std::size_t tile = 32;

/// Elements beyond `logical` count as 0: no less a bound of all others. The last tile goes through the packer for it,
/// where a NaN becomes infinity; those before are read as they lie.
template <class Rules = SoftmaxLines>
Bits maximum(std::span<const Bits> line, std::size_t logical) {
  const std::size_t last = line.size() - tile;
  Bits largest = lowest_bits;
  for (std::size_t i = 0; i < last; ++i) largest = gmpool<Rules>(line[i], largest);
  if (last > 0) largest = pack_bf16<Rules>(largest);
  for (std::size_t i = last; i < line.size(); ++i)
    largest = gmpool<Rules>(i < logical ? copy<Rules>(line[i]) : Bits{0}, largest);
  return pack_bf16<Rules>(largest);
}

/// Of a difference, as L1 then holds it.
template <class Rules = SoftmaxLines>
constexpr Bits exponential(Bits difference) {
  return pack_bf16<Rules>(exp_accurate<Rules>(difference));
}

/// By which the exponentials are multiplied.
template <class Rules = SoftmaxLines>
constexpr Bits inverse(Bits sum, bool approximate) {
  return pack_bf16<Rules>(approximate ? reciprocal_approx<Rules>(sum)
                                      : reciprocal_accurate<Rules>(sum));
}

/// The larger of two across matrices, by the vector unit.
template <class Rules = SoftmaxLines>
constexpr Bits larger(Bits value, Bits largest) {
  // Where no difference underflows or is a NaN, order is order.
  const auto plain = [](Bits x) { return exponent_of(x) >= 16 && exponent_of(x) < 255; };
  const bool below = plain(value) && plain(largest)
                         ? total_order(value) < total_order(largest)
                         : sfpu::below<Rules>(widen(value), widen(largest));
  return pack_bf16<Rules>(below ? largest : value);
}

}  // namespace lines

/// One line along the height or the width, of whole tiles.
template <class Rules = SoftmaxLines>
void softmax_line(std::span<const Bits> line, std::size_t logical, int phases, bool approximate,
                  std::span<Bits> out) {
  const Bits largest = lines::maximum<Rules>(line, logical);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = i < logical ? lines::exponential<Rules>(subtract<Rules>(line[i], largest)) : Bits{0};
  const Bits factor = lines::inverse<Rules>(row_sum<Rules>(out, phases), approximate);
  for (Bits& value : out) value = multiply<Rules>(value, factor, phases);
}

}  // namespace wattention::wormhole::kernels
