#pragma once
// The table of ops as data: what op_table.inc says of each op.
#include <wattention/op_attributes.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wattention {

enum class Op : std::uint8_t {
#define WATTENTION_OP(name, ...) name,
#include <wattention/op_table.inc>
#undef WATTENTION_OP
};

/// Ops of one family share their signature and their checks, and lie in one file per device.
enum class OpFamily { product, binary, unary, softmax, reduce, move };

struct OpRow {
  Op op;
  std::string_view name;
  OpFamily family;
  std::string_view operands;  ///< "input", "a b", "a b|number", "input weight bias?", "tensors..."
  AttributeSet attributes;
  std::string_view ttnn;     ///< TT-NN's names for it, with a space between them
  std::string_view summary;  ///< what it computes

  /// A number may stand in the last tensor's place.
  constexpr bool takes_number() const { return operands.ends_with("|number"); }
  /// The last tensor may be left out.
  constexpr bool has_optional() const { return operands.ends_with("?"); }
  /// Its one operand is a list of one tensor or more.
  constexpr bool takes_list() const { return operands.ends_with("..."); }
  /// The tensors' names in order; of a list its one name.
  std::vector<std::string_view> operand_names() const;
  /// TT-NN's names, one by one.
  std::vector<std::string_view> ttnn_names() const;
};

/// In the table's order; op_rows()[i] is the op of value i.
std::span<const OpRow> op_rows();
inline const OpRow& row_of(Op op) {
  return op_rows()[static_cast<std::size_t>(op)];
}
/// Throws Error{bad_input}, with the names that there are, for any other.
const OpRow& find_op(std::string_view name);
std::string_view to_string(Op op);
std::string_view to_string(OpFamily family);

}  // namespace wattention
