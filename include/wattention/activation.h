#pragma once
// A function of each element of a product's result: an op of one operand, as a value.
#include <wattention/op.h>

#include <string>
#include <string_view>

namespace wattention {

struct Activation {
  Op op;
  bool approximate = false;  ///< with the op's fast_and_approximate_mode
  friend bool operator==(const Activation&, const Activation&) = default;
};

/// The op's name, with "_approximate" behind it where it is.
std::string to_string(const Activation& activation);
/// The inverse. Throws Error{bad_input} where the op is not one of one operand.
Activation parse_activation(std::string_view word);

}  // namespace wattention
