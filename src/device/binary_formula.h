#pragma once
// What the binary ops compute, once for all devices that compute by formula: in double on reference, in float on cpu.
// It calls nothing but C's functions: reference compiles it for each ISA.
// tests/conformance holds each against a formula of its own.
#include <wattention/op.h>

#include <cmath>
#include <numbers>

namespace wattention {

/// run(f) with f(x, y) in the arguments' own type; what `otherwise` says for an op that has none here. Comparisons and
/// logic give 1 or 0.
template <class Run, class Otherwise>
auto with_binary_formula(Op op, Run run, Otherwise otherwise) {
  switch (op) {
    case Op::multiply: return run([](auto x, auto y) { return x * y; });
    case Op::divide:
    case Op::div: return run([](auto x, auto y) { return x / y; });
    case Op::add: return run([](auto x, auto y) { return x + y; });
    case Op::subtract: return run([](auto x, auto y) { return x - y; });
    case Op::rsub: return run([](auto x, auto y) { return y - x; });
    case Op::pow: return run([](auto x, auto y) { return std::pow(x, y); });
    case Op::fmod: return run([](auto x, auto y) { return std::fmod(x, y); });
    case Op::remainder:
      return run([](auto x, auto y) -> decltype(x) {
        const auto rest = std::fmod(x, y);
        return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
      });
    case Op::ldexp: return run([](auto x, auto y) { return x * std::exp2(y); });
    case Op::logaddexp:
      return run([](auto x, auto y) { return std::log(std::exp(x) + std::exp(y)); });
    case Op::logaddexp2:
      return run([](auto x, auto y) { return std::log2(std::exp2(x) + std::exp2(y)); });
    case Op::bias_gelu:
      return run([](auto x, auto y) -> decltype(x) {
        const auto sum = x + y;
        return sum / 2 * std::erfc(-sum / std::numbers::sqrt2_v<decltype(x)>);
      });
    case Op::squared_difference: return run([](auto x, auto y) { return (x - y) * (x - y); });
    // As torch has them: a NaN on either side is the answer.
    case Op::maximum: return run([](auto x, auto y) { return x != x || x > y ? x : y; });
    case Op::minimum: return run([](auto x, auto y) { return x != x || x < y ? x : y; });
    case Op::eq: return run([](auto x, auto y) -> decltype(x) { return x == y; });
    case Op::ne: return run([](auto x, auto y) -> decltype(x) { return x != y; });
    case Op::lt: return run([](auto x, auto y) -> decltype(x) { return x < y; });
    case Op::gt: return run([](auto x, auto y) -> decltype(x) { return x > y; });
    case Op::le: return run([](auto x, auto y) -> decltype(x) { return x <= y; });
    case Op::ge: return run([](auto x, auto y) -> decltype(x) { return x >= y; });
    case Op::logical_and:
      return run([](auto x, auto y) -> decltype(x) { return x != 0 && y != 0; });
    case Op::logical_or: return run([](auto x, auto y) -> decltype(x) { return x != 0 || y != 0; });
    case Op::logical_xor:
      return run([](auto x, auto y) -> decltype(x) { return (x != 0) != (y != 0); });
    default: return otherwise();
  }
}

}  // namespace wattention
