#pragma once
// The table of ops as data: what op_table.inc says of each op.
#include <wattention/op.h>
#include <wattention/op_attributes.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wattention {

/// Ops of one family share their signature and their checks, and lie in one file per device.
enum class OpFamily {
  product,
  binary,
  unary,
  ternary,
  softmax,
  norm,
  rotary,
  reduce,
  search,
  gather,
  move,
  attention
};

struct OpRow {
  Op op;
  std::string_view name;
  OpFamily family;
  /// "input", "a b", "a b|number", "input weight? bias?", "tensors...", "ids# weight", "input -> values indices".
  std::string_view operands;
  AttributeSet attributes;
  std::string_view ttnn;     ///< TT-NN's names for it, with a space between them
  std::string_view summary;  ///< what it computes

  /// A number may stand in the last tensor's place.
  constexpr bool takes_number() const { return inputs().ends_with("|number"); }
  /// Some tensor may be left out.
  constexpr bool has_optional() const { return inputs().find('?') != std::string_view::npos; }
  /// How many tensors must be there: the first ones. A list counts as one.
  std::size_t required() const;
  /// Its one operand is a list of one tensor or more.
  constexpr bool takes_list() const { return inputs().ends_with("..."); }
  /// One of its operands is of integers.
  constexpr bool wants_integers() const { return operands.find('#') != operands.npos; }
  /// Operand `index` is of integers.
  bool wants_integers(std::size_t index) const;
  /// How many tensors it takes at most, a list counted as one.
  constexpr std::size_t operand_count() const {
    std::size_t count = 1;
    for (const char letter : inputs()) count += letter == ' ' ? 1 : 0;
    return count;
  }
  /// The tensors' names in order; of a list its one name.
  std::vector<std::string_view> operand_names() const;
  /// The results' names where there are several, else none.
  std::vector<std::string_view> result_names() const;
  /// TT-NN's names, one by one.
  std::vector<std::string_view> ttnn_names() const;

 private:
  constexpr std::string_view inputs() const { return operands.substr(0, operands.find(" -> ")); }
};

/// In the table's order; op_rows()[i] is the op of value i.
std::span<const OpRow> op_rows();
inline const OpRow& row_of(Op op) {
  return op_rows()[static_cast<std::size_t>(op)];
}
/// Throws Error{bad_input}, with the names that there are, for any other.
const OpRow& find_op(std::string_view name);
std::string_view to_string(OpFamily family);

}  // namespace wattention
