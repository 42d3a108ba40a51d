#include <algorithm>
#include <cmath>
#include <limits>

#include "device/exact_formulas.h"
#include "tensor/broadcast.h"
#include "tensor/elements.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

using Whole = std::int64_t;  // holds every element with its sign

// Modulo 2^64, without the overflow that C++ leaves undefined.
Whole product(Whole x, Whole y) {
  return static_cast<Whole>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(y));
}
Whole shifted_up(Whole x, Whole places) {
  if (places < 0 || places > 31) return 0;
  return static_cast<Whole>(static_cast<std::uint64_t>(x) << places);
}
// Beyond the width nothing is left but copies of the sign.
Whole shifted_down(Whole x, Whole places) {
  if (places < 0 || places > 31) return x < 0 ? -1 : 0;
  return x >> places;
}

// Calls run(f) with f(x, y); comparisons and logic give 1 or 0.
template <class Run>
void with_formula(const OpCall& call, Run run) {
  switch (call.op) {
    case Op::multiply: return run(product);
    case Op::add: return run([](Whole x, Whole y) { return x + y; });
    case Op::subtract: return run([](Whole x, Whole y) { return x - y; });
    case Op::rsub: return run([](Whole x, Whole y) { return y - x; });
    case Op::squared_difference: return run([](Whole x, Whole y) { return product(x - y, x - y); });
    case Op::maximum: return run([](Whole x, Whole y) { return std::max(x, y); });
    case Op::minimum: return run([](Whole x, Whole y) { return std::min(x, y); });
    case Op::eq: return run([](Whole x, Whole y) { return x == y; });
    case Op::ne: return run([](Whole x, Whole y) { return x != y; });
    case Op::lt: return run([](Whole x, Whole y) { return x < y; });
    case Op::gt: return run([](Whole x, Whole y) { return x > y; });
    case Op::le: return run([](Whole x, Whole y) { return x <= y; });
    case Op::ge: return run([](Whole x, Whole y) { return x >= y; });
    case Op::logical_and: return run([](Whole x, Whole y) { return x != 0 && y != 0; });
    case Op::logical_or: return run([](Whole x, Whole y) { return x != 0 || y != 0; });
    case Op::logical_xor: return run([](Whole x, Whole y) { return (x != 0) != (y != 0); });
    case Op::bitwise_and: return run([](Whole x, Whole y) { return x & y; });
    case Op::bitwise_or: return run([](Whole x, Whole y) { return x | y; });
    case Op::bitwise_xor: return run([](Whole x, Whole y) { return x ^ y; });
    case Op::bitwise_left_shift: return run(shifted_up);
    case Op::bitwise_right_shift: return run(shifted_down);
    default: fail(ErrorKind::unsupported, "[{}] expected a formula; found none", call.name());
  }
}

template <class Element, class Formula>
void one_operand(const OpCall& call, Element* out, Formula formula) {
  std::ranges::transform(call.a().values<Element>(), out,
                         [formula](Element x) { return static_cast<Element>(formula(Whole{x})); });
}

template <class Element>
void two_operands(const OpCall& call, Element* out) {
  const Element* a = call.a().values<Element>().data();
  with_formula(call, [&](auto f) {
    const auto apply = [f](Whole x, Whole y) { return static_cast<Element>(f(x, y)); };
    if (call.number) {
      const auto number = static_cast<Whole>(*call.number);
      for (std::int64_t i = 0; i < call.shape.numel(); ++i) out[i] = apply(a[i], number);
      return;
    }
    const BroadcastReader first(call.a().shape(), call.shape), second(call.b().shape(), call.shape);
    const std::int64_t width = call.shape.rank() > 0 ? call.shape[-1] : 1;
    for_each_broadcast_row(first, a, second, call.b().values<Element>().data(), out, width, 0,
                           call.shape.numel() / width,
                           [apply](const Element* x, std::int64_t x_step, const Element* y,
                                   std::int64_t y_step, Element* to, std::int64_t count) {
                             for (std::int64_t i = 0; i < count; ++i)
                               to[i] = apply(x[i * x_step], y[i * y_step]);
                           });
  });
}

template <class To, class From>
To cast(From from) {
  if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) {
    return static_cast<To>(from);
  } else if constexpr (std::is_integral_v<To>) {
    const double value = static_cast<double>(
        static_cast<std::conditional_t<std::is_same_v<From, bfloat16>, float, From>>(from));
    if (value != value) return 0;
    const double least = std::numeric_limits<To>::min(), most = std::numeric_limits<To>::max();
    return static_cast<To>(std::clamp(std::trunc(value), least, most));
  }
}

}  // namespace

bool has_integer_formula(const OpCall& call) {
  switch (call.op) {
    case Op::bitwise_not:
    case Op::eqz:
    case Op::plus_one: return true;
    case Op::divide:
    case Op::div:
    case Op::pow:
    case Op::fmod:
    case Op::remainder:
    case Op::ldexp:
    case Op::logaddexp:
    case Op::logaddexp2:
    case Op::bias_gelu: return false;
    default: return call.row().family == OpFamily::binary;
  }
}

Tensor integers_by_formula(const OpCall& call) {
  Tensor out = is_in_place(call) ? call.a() : Tensor::empty(call.shape, call.a().dtype());
  with_element_type(out.dtype(), [&]<class Element>(Element) {
    if constexpr (std::is_integral_v<Element>) {
      Element* to = out.mutable_values<Element>().data();
      switch (call.op) {
        case Op::bitwise_not: return one_operand(call, to, [](Whole x) { return ~x; });
        case Op::eqz: return one_operand(call, to, [](Whole x) { return x == 0; });
        case Op::plus_one: return one_operand(call, to, [](Whole x) { return x + 1; });
        default: return two_operands(call, to);
      }
    }
  });
  return out;
}

Tensor typecast_by_formula(const OpCall& call, DType float_dtype) {
  const DType to = *call.attributes.output_dtype;
  if (!is_integer(to)) {
    const Tensor out = call.a().to(float_dtype);
    return out.storage() == call.a().storage() ? out.clone() : out;
  }
  Tensor out = Tensor::empty(call.shape, to);
  with_element_type(call.a().dtype(), [&]<class From>(From) {
    with_element_type(to, [&]<class To>(To) {
      if constexpr (std::is_integral_v<To>)
        std::ranges::transform(call.a().values<From>(), out.mutable_values<To>().begin(),
                               cast<To, From>);
    });
  });
  return out;
}

Tensor bitcast_by_formula(const OpCall& call) {
  Tensor out = Tensor::empty(call.shape, *call.attributes.output_dtype);
  const std::byte* from = call.a().storage()->host_bytes();
  std::copy_n(from, static_cast<std::size_t>(call.shape.numel()) * size_of(out.dtype()),
              out.storage()->host_bytes());
  return out;
}

}  // namespace wattention
