#pragma once
// The table of ops for people and programs: docs/ops.md holds what `wattention op --list` prints.

namespace wattention::cli {

/// A markdown table, or JSON: each op with its operands, attributes, names, and whether each device runs it.
void print_op_list(bool json);

}  // namespace wattention::cli
