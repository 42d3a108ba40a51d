#pragma once
// What the software card does not take, family by family: each in the file that runs the family.
#include <optional>
#include <string_view>

#include "backends/wormhole/kernels/unary_rows.h"
#include "backends/wormhole/spec/release.h"
#include "device/op_call.h"

namespace wattention::wormhole {

/// What an op computes here: bf16; block formats, too, which the unpacker makes bf16; or any float.
enum class Dtypes { bf16, blocks, floats };

/// An op whose digits are not known in this release.
Refusal refuse_unknown(const OpCall& call, const Release& release);
/// Operands that are no tiles of such dtypes; `not_tiled` is the card's own sentence for the first.
std::optional<Refusal> refuse_operands(const OpCall& call, std::string_view not_tiled,
                                       Dtypes taken = Dtypes::bf16);
/// Operands of any layout that are not.
std::optional<Refusal> refuse_dtypes(const OpCall& call, Dtypes taken = Dtypes::bf16);

struct MovePrograms;
/// Of a move of integers: those that one of its programs does not take.
std::optional<Refusal> refuse_integers(const OpCall& call, const MovePrograms& programs);

std::optional<Refusal> refuse_product(const OpCall& call, const Release& release);
std::optional<Refusal> refuse_binary(const OpCall& call);
std::optional<Refusal> refuse_binary_ng(const OpCall& call, const Release& release);
/// Two tensors that go to an fp32 Dst and the vector unit.
bool in_fp32(const OpCall& call);
/// Two tensors of which one is f32 at least, where the release computes what is not built here.
std::optional<Refusal> refuse_fp32(const OpCall& call);
std::optional<Refusal> refuse_unary(const OpCall& call, const Release& release);
std::optional<Refusal> refuse_ternary(const OpCall& call, const Release& release);
std::optional<Refusal> refuse_typecast(const OpCall& call);
/// Of ops that go element by element, where an operand is of integers.
std::optional<Refusal> refuse_elements_of_integers(const OpCall& call, std::string_view not_tiled);
std::optional<Refusal> refuse_search(const OpCall& call, const Release& release);
std::optional<Refusal> refuse_gather(const OpCall& call);
/// With an operand or the result in shards.
std::optional<Refusal> refuse_gather_in_shards(const OpCall& call);
std::optional<Refusal> refuse_softmax(const OpCall& call, const Release& release);
/// Of the releases whose kernels compute in words, beside what all refuse.
std::optional<Refusal> refuse_softmax_in_words(const OpCall& call);
/// Along another dimension than the last, or of more than four.
std::optional<Refusal> refuse_softmax_lines(const OpCall& call, const Release& release);
std::optional<Refusal> refuse_norm(const OpCall& call, const Release& release);
/// Of the releases whose kernels compute in words.
std::optional<Refusal> refuse_norm_in_words(const OpCall& call);
std::optional<Refusal> refuse_rotary(const OpCall& call, const Release& release);
std::optional<Refusal> refuse_attention(const OpCall& call, const Release& release);
std::optional<Refusal> refuse_reduce(const OpCall& call, const Release& release);
/// Of the releases whose programs hand on 32 bits.
std::optional<Refusal> refuse_reduce_in_words(const OpCall& call);
std::optional<Refusal> refuse_prod(const OpCall& call);
std::optional<Refusal> refuse_plus_one(const OpCall& call);
std::optional<Refusal> refuse_move(const OpCall& call);

/// Whether an operand is of a block format.
bool has_blocks(const OpCall& call);
/// Whether the op of one operand computes in 32 bits, too.
bool has_fp32_kernel(Op op, kernels::UnaryMode mode, const Release& release);
/// A number meets these in the matrix unit, as a tile that holds it everywhere.
bool number_in_matrix_unit(Op op);
/// Of two tensors of any float.
bool on_vector_unit(Op op);
/// Cycles of the vector unit for 32 elements of two tensors.
int vector_steps(Op op);

/// Cycles of the vector unit for 32 elements of a product's activation in the product's program; nothing where its
/// digits are not known there.
std::optional<int> activation_steps(const OpCall& product, const Release& release);

}  // namespace wattention::wormhole
