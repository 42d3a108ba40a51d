#include <wattention/activation.h>

#include <fmt/format.h>
#include <wattention/op_table.h>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr std::string_view approximate = "_approximate";

}  // namespace

std::string to_string(const Activation& activation) {
  return fmt::format("{}{}", to_string(activation.op), activation.approximate ? approximate : "");
}

Activation parse_activation(std::string_view word) {
  const bool is_approximate = word.ends_with(approximate);
  const OpRow& row =
      find_op(word.substr(0, word.size() - (is_approximate ? approximate.size() : 0)));
  expect(row.family == OpFamily::unary &&
             (!is_approximate || row.attributes.has(Attribute::fast_and_approximate_mode)),
         "[activation] expected an op of one operand; found '{}'", word);
  return {row.op, is_approximate};
}

}  // namespace wattention
