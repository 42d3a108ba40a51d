#pragma once
// The ops by their place in the table, as wattention::Op has them; that header is too much for nvcc.

namespace wattention::cuda {

enum class TableOp : int {
#define WATTENTION_OP(name, ...) name,
#include <wattention/op_table.inc>
#undef WATTENTION_OP
};

}  // namespace wattention::cuda
