#pragma once
// Names of the ops (op_table.inc).
#include <cstdint>
#include <string_view>

namespace wattention {

enum class Op : std::uint8_t {
#define WATTENTION_OP(name, ...) name,
#include <wattention/op_table.inc>
#undef WATTENTION_OP
};
std::string_view to_string(Op op);

}  // namespace wattention
