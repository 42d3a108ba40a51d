#pragma once
// Between rows in memory and lanes of a tile, squares of `lanes` x `lanes` at a time. Of an Op, beside what
// attention_rows.h needs: transpose(v[lanes]).
#include "backends/cpu/kernels/attention_rows.h"

namespace wattention::cpu {
namespace {

template <class Op, Element element>
void rows_to_lanes(const RowsToLanesArgs& s) {
  for (int64_t lane = 0; lane < s.vectors * Op::lanes; lane += Op::lanes) {
    for (int64_t column = 0; column < s.columns; column += Op::lanes) {
      const int64_t count = s.columns - column;
      typename Op::Vec square[Op::lanes];
      for (int i = 0; i < Op::lanes; ++i) {
        const char* at =
            static_cast<const char*>(s.rows[lane + i]) + column * size_of_element<element>;
        square[i] = count >= Op::lanes ? Op::template load_as<element>(at)
                                       : Op::template load_part<element>(at, count);
      }
      Op::transpose(square);
      for (int i = 0; i < Op::lanes && i < count; ++i)
        Op::store(s.tile + (column + i) * s.vectors * Op::lanes + lane, square[i]);
    }
  }
}

// x / sum, whose reciprocal is `share`, rounded as a division but for rare ties: a division of 16 lanes takes as long
// as 32 multiply-adds. No number where x or sum is none, or sum is 0.
template <class Op>
inline typename Op::Vec quotient(typename Op::Vec x, typename Op::Vec minus_sum,
                                 typename Op::Vec share) {
  const auto near = Op::mul(x, share);
  return Op::multiply_add(Op::multiply_add(near, minus_sum, x), share, near);
}

template <class Op, Element element>
uint32_t lanes_to_rows(const LanesToRowsArgs& s) {
  uint32_t odd = 0;
  for (int64_t lane = 0; lane < s.count; lane += Op::lanes) {
    const auto zero = Op::set(0.0f), sum = Op::load(s.sum + lane);
    const auto share = Op::div(Op::set(1.0f), sum), minus_sum = Op::sub(zero, sum);
    typename Op::Vec odd_lanes[2] = {zero, zero};  // 0 times a number is 0
    for (int64_t column = 0; column < s.columns; column += Op::lanes) {
      const int64_t columns = s.columns - column;
      typename Op::Vec square[Op::lanes];
      for (int i = 0; i < Op::lanes; ++i) {
        const float* at = s.context + (column + i) * s.vectors * Op::lanes + lane;
        square[i] = i < columns ? quotient<Op>(Op::load(at), minus_sum, share) : zero;
        odd_lanes[i % 2] = Op::multiply_add(square[i], zero, odd_lanes[i % 2]);
      }
      Op::transpose(square);
      for (int i = 0; i < Op::lanes && lane + i < s.count; ++i) {
        char* to = static_cast<char*>(s.rows[lane + i]) + column * size_of_element<element>;
        if (columns >= Op::lanes)
          Op::template store_as<element>(to, square[i]);
        else
          Op::template store_part<element>(to, columns, square[i]);
      }
    }
    float flags[Op::lanes];
    Op::store(flags, Op::add(odd_lanes[0], odd_lanes[1]));
    for (int i = 0; i < Op::lanes && lane + i < s.count; ++i)
      odd |= (flags[i] != 0 ? 1u : 0u) << (lane + i);
  }
  return odd;
}

}  // namespace
}  // namespace wattention::cpu
