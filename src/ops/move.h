#pragma once
// The moves of the table, each with its check and its plan (tensor/strided_copy.h). They throw Error{bad_input} with
// the op's name in front. A move is one function here and one line in move.cpp.
#include <optional>
#include <string_view>

#include "device/op_call.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {

void plan_transpose(OpCall& call);
void plan_permute(OpCall& call);
void plan_reshape(OpCall& call);
void plan_to_layout(OpCall& call);

// move_box.cpp
void plan_slice(OpCall& call);
void plan_concat(OpCall& call);
void plan_pad(OpCall& call);
void plan_repeat(OpCall& call);
void plan_repeat_interleave(OpCall& call);
void plan_full_like(OpCall& call);
void plan_clone(OpCall& call);

// move_heads.cpp
void plan_split_heads(OpCall& call);
void plan_concatenate_heads(OpCall& call);
void plan_fill_cache(OpCall& call);
void plan_update_cache(OpCall& call);

/// A list of one number per dimension: the one given, or `unset` in each place.
Dims per_dimension(const OpCall& call, const std::optional<Dims>& given, std::string_view name,
                   int unset);

/// From the end where it is negative. Throws for a dimension that the shape has not.
int checked_dim(const OpCall& call, int dim, const Shape& shape);

}  // namespace wattention
