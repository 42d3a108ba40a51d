#pragma once
// What the reductions compute, once for all devices that compute by formula. tests/conformance holds each against a
// formula of its own.
#include <cmath>
#include <cstdint>

#include "device/op_call.h"

namespace wattention {

/// Of `count` elements at(0), at(1), ... in `Wide`, a type with more digits than the elements. A NaN makes max and min
/// a NaN, as in torch. var is over the count, not one less.
template <class Wide, class At>
Wide reduce_by_formula(Op op, std::int64_t count, At at) {
  const auto sum_of = [&](auto term) {
    Wide sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += term(static_cast<Wide>(at(i)));
    return sum;
  };
  const auto extreme = [&](auto wins) {
    Wide best = at(0);
    for (std::int64_t i = 1; i < count; ++i)
      if (const Wide value = at(i); value != value || wins(value, best)) best = value;
    return best;
  };
  const auto mean = [&] { return sum_of([](Wide x) { return x; }) / static_cast<Wide>(count); };
  const auto variance = [&] {
    const Wide middle = mean();
    return sum_of([middle](Wide x) { return (x - middle) * (x - middle); }) /
           static_cast<Wide>(count);
  };
  switch (op) {
    case Op::sum: return sum_of([](Wide x) { return x; });
    case Op::mean: return mean();
    case Op::max: return extreme([](Wide x, Wide y) { return x > y; });
    case Op::min: return extreme([](Wide x, Wide y) { return x < y; });
    case Op::var: return variance();
    case Op::stddev: return std::sqrt(variance());
    case Op::prod: {
      Wide product = 1;
      for (std::int64_t i = 0; i < count; ++i) product *= static_cast<Wide>(at(i));
      return product;
    }
    default: fail(ErrorKind::unsupported, "[{}] expected a formula; found none", to_string(op));
  }
}

}  // namespace wattention
