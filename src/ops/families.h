#pragma once
// A family's check: shapes that fit each other, dimensions from 0 up, and the result's shape. One file per family.
// They throw Error{bad_input} with the op's name in front.
#include "device/op_call.h"

namespace wattention {

void check_product(OpCall& call);
void check_binary(OpCall& call);
void check_unary(OpCall& call);
void check_ternary(OpCall& call);
void check_softmax(OpCall& call);
void check_norm(OpCall& call);
void check_rotary(OpCall& call);
void check_reduce(OpCall& call);
void check_search(OpCall& call);
void check_gather(OpCall& call);
void check_move(OpCall& call);
void check_attention(OpCall& call);

}  // namespace wattention
