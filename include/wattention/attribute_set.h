#pragma once
// Names of the ops' attributes (op_attributes.inc), and sets of them.
#include <bit>
#include <cstdint>

namespace wattention {

enum class Attribute : std::uint8_t {
#define WATTENTION_ATTRIBUTE(name, ...) name,
#include <wattention/op_attributes.inc>
#undef WATTENTION_ATTRIBUTE
};

/// A small set, by value: Attribute::dim | Attribute::numeric_stable.
class AttributeSet {
 public:
  constexpr AttributeSet() = default;
  constexpr AttributeSet(Attribute attribute)
      : bits_(std::uint64_t{1} << static_cast<unsigned>(attribute)) {}
  constexpr bool has(Attribute attribute) const {
    return (bits_ >> static_cast<unsigned>(attribute) & 1u) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }
  /// In the list's order, of a set that is not empty.
  constexpr Attribute first() const { return static_cast<Attribute>(std::countr_zero(bits_)); }
  friend constexpr AttributeSet operator|(AttributeSet a, AttributeSet b) {
    AttributeSet both;
    both.bits_ = a.bits_ | b.bits_;
    return both;
  }
  /// What `a` has and `b` has not.
  friend constexpr AttributeSet operator-(AttributeSet a, AttributeSet b) {
    AttributeSet rest;
    rest.bits_ = a.bits_ & ~b.bits_;
    return rest;
  }
  friend constexpr bool operator==(AttributeSet, AttributeSet) = default;

 private:
  std::uint64_t bits_ = 0;
};
constexpr AttributeSet operator|(Attribute a, Attribute b) {
  return AttributeSet(a) | AttributeSet(b);
}

}  // namespace wattention
