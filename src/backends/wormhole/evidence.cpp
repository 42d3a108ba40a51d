#include "backends/wormhole/evidence.h"

#include <algorithm>
#include <cmath>

#include "backends/wormhole/families.h"
#include "backends/wormhole/layout.h"
#include "backends/wormhole/move_programs.h"
#include "backends/wormhole/program/attention_decode.h"
#include "backends/wormhole/spec/chip.h"
#include "device/attention_view.h"

namespace wattention::wormhole {

std::string_view to_string(Evidence evidence) {
  switch (evidence) {
    case Evidence::printed: return "printed";
    case Evidence::library: return "library";
    case Evidence::read: return "unverified";
  }
  return "";
}

namespace {

// Along the width or the height of matrices, not over a batch.
bool is_along_matrix(const OpCall& call) {
  const int rank = call.a().rank();
  return std::ranges::all_of(*call.attributes.dims, [=](int dim) { return dim >= rank - 2; });
}

// Cards printed the program over rows as it is by default; its options and the other programs were read.
Evidence evidence_of_softmax(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  const bool over_rows = *attributes.dim == call.a().rank() - 1 && call.a().rank() <= 4;
  const bool plain = !attributes.program && !attributes.fp32_accumulate.value_or(false) &&
                     attributes.math_approx_mode.value_or(true);
  return over_rows && plain ? Evidence::printed : Evidence::read;
}

// Both sides of a matrix of one tile have a program of their own.
bool is_one_tile(const OpCall& call) {
  return call.attributes.dims->size() == 2 && TiledShape(call.a().shape()).tiles() == 1;
}

// Cards printed sums and means of rows; the library summed columns.
Evidence evidence_of_sum(const OpCall& call) {
  if (!is_along_matrix(call) || is_one_tile(call)) return Evidence::read;
  return call.attributes.dims->size() == 1 && (*call.attributes.dims)[0] == call.a().rank() - 2
             ? Evidence::library
             : Evidence::printed;
}

// The library cast bf16 to each of these.
Evidence evidence_of_cast(const OpCall& call) {
  return call.a().dtype() == DType::bf16 && *call.attributes.output_dtype != DType::bf16
             ? Evidence::library
             : Evidence::read;
}

// fp32 in the registers: nobody printed or recorded it.
bool has_fp32(const OpCall& call) {
  return std::ranges::any_of(call.tensors,
                             [](const Tensor& tensor) { return tensor.dtype() == DType::f32; });
}

// Partial sums that may wait as block floats were only read: without L1 accumulation, or where two blocks have none.
bool may_wait_in_blocks(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  const DType dtype = attributes.output_dtype.value_or(call.a().dtype());
  if (!is_block(dtype) || attributes.fp32_accumulate.value_or(false)) return false;
  const std::int64_t k_tiles = TiledShape(call.a().shape()).col_tiles();
  const bool two_blocks = attributes.program ? k_tiles == 2 * attributes.program->in0_block_w
                                             : attributes.core_grid.has_value();
  return two_blocks || !attributes.packer_l1_accumulate.value_or(true);
}

// Cards printed products; the library recorded program configs, shards, and relu and the quick gelu in one program.
Evidence evidence_of_product(const OpCall& call) {
  if (may_wait_in_blocks(call)) return Evidence::read;
  const OpAttributes& attributes = call.attributes;
  const bool in_one = attributes.core_grid || attributes.program;
  if (const auto& activation = attributes.activation)
    return in_one && (activation->op == Op::relu ||
                      (activation->op == Op::gelu && activation->approximate))
               ? Evidence::library
               : Evidence::read;
  const bool sharded = attributes.sharding || call.a().sharding() || call.b().sharding();
  return attributes.program || sharded || !attributes.packer_l1_accumulate.value_or(true)
             ? Evidence::library
             : Evidence::printed;
}

// Cards printed quotients by a number, a row or a column. Matrices of one size have another program, whose fp32
// operands meet a 16-bit Dst.
bool is_division_by_equals(const OpCall& call) {
  if (call.number) return false;
  const Shape &a = call.a().shape(), &b = call.b().shape();
  return TiledShape(a).rows == TiledShape(b).rows && TiledShape(a).cols == TiledShape(b).cols;
}

Evidence evidence_of_op(const OpCall& call) {
  switch (call.op) {
    case Op::matmul:
    case Op::linear: return evidence_of_product(call);
    case Op::multiply:
    case Op::add:
    case Op::subtract:
    case Op::sqrt:
    case Op::tanh: return Evidence::printed;
    case Op::div: return is_division_by_equals(call) ? Evidence::read : Evidence::printed;
    case Op::softmax: return evidence_of_softmax(call);
    case Op::pow: return call.number ? Evidence::printed : Evidence::read;
    case Op::divide: return call.number ? Evidence::printed : Evidence::library;
    case Op::sum:
    case Op::mean:
    case Op::var: return evidence_of_sum(call);
    case Op::max:
      return is_along_matrix(call) && !is_one_tile(call) ? Evidence::library : Evidence::read;
    case Op::exp:
      return call.attributes.fast_and_approximate_mode.value_or(false) ? Evidence::library
                                                                       : Evidence::read;
    case Op::typecast: return evidence_of_cast(call);
    case Op::argmax:
    case Op::embedding:
    case Op::reciprocal:
    case Op::transpose:
    case Op::permute:
    case Op::reshape:
    case Op::to_layout:
    case Op::to_memory:
    case Op::slice:
    case Op::concat:
    case Op::pad:
    case Op::repeat:
    case Op::repeat_interleave:
    case Op::full_like:
    case Op::clone:
    case Op::split_heads:
    case Op::concatenate_heads:
    case Op::fill_cache:
    case Op::update_cache: return Evidence::library;
    default: return Evidence::read;
  }
}

// The library recorded shards of bf16, and moves between shards and pages.
bool lies_in_unrecorded_shards(const OpCall& call) {
  const auto in_shards = [](const Tensor& tensor) { return tensor.sharding() != nullptr; };
  if (!call.attributes.sharding && std::ranges::none_of(call.tensors, in_shards)) return false;
  const auto in_dram = [](const Place& place) { return place.is_sharded_in(Memory::dram); };
  if (call.row().family == OpFamily::move)
    return call.op != Op::to_memory || in_dram(place_of(call.a())) ||
           in_dram(asked_place(call.attributes, Memory::l1));
  return std::ranges::any_of(call.tensors,
                             [](const Tensor& tensor) { return tensor.dtype() != DType::bf16; });
}

// An op that is not named above was only read. What copies bits does so with any dtype.
Evidence evidence_of_call(const OpCall& call) {
  const Evidence evidence = evidence_of_op(call);
  if (evidence == Evidence::read || lies_in_unrecorded_shards(call)) return Evidence::read;
  if (has_fp32(call)) {
    const bool moves = call.row().family == OpFamily::move;
    return moves && !programs_of(call).through_packer ? evidence : Evidence::read;
  }
  return has_blocks(call) ? Evidence::library : evidence;
}

// The library's calls with key lengths had bf16 in at most two chunks of keys.
bool is_recorded_decode(const OpCall& call) {
  constexpr std::int64_t most_chunks = 2;
  const std::int64_t keys = call.b().size(2);
  const std::int64_t chunk = call.attributes.k_chunk_size.value_or(decode_chunk(keys));
  return !has_blocks(call) && call.attributes.math_approx_mode.value_or(true) &&
         keys <= most_chunks * chunk;
}

// The library's calls had no keys that end within a chunk but for causal ones, and masks beside powers of two alone.
bool is_recorded_attention(const OpCall& call) {
  if (call.operand(4) != nullptr) return is_recorded_decode(call);
  const AttentionView view(call);
  const bool has_bfp4 = std::ranges::any_of(
      call.tensors, [](const Tensor& tensor) { return tensor.dtype() == DType::bfloat4_b; });
  int exponent = 0;
  const bool exact_mask = view.mask == nullptr || std::frexp(view.scale, &exponent) == 0.5;
  const bool whole = view.keys % call.attributes.k_chunk_size.value_or(tile_side) == 0;
  return !has_bfp4 && exact_mask && (view.is_causal || whole);
}

// Options that no recorded call had, of ops that were recorded without them.
bool has_unrecorded_options(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  const auto spreads = [&call](const Tensor& tensor) { return tensor.shape() != call.shape; };
  switch (call.op) {
    case Op::subtract: return attributes.fast_and_approximate_mode.has_value();
    case Op::pow: return call.number.value_or(0) < 0;
    case Op::round: return attributes.decimals.value_or(0) != 0;
    case Op::where: return attributes.true_value && attributes.false_value;
    case Op::addcmul: return std::ranges::any_of(call.tensors, spreads);
    case Op::bitcast: return *attributes.output_dtype == call.a().dtype();
    case Op::rotary_embedding_llama:
      return attributes.fidelity && *attributes.fidelity != Fidelity::hifi2 &&
             *attributes.fidelity != Fidelity::hifi4;
    default: return false;
  }
}

// Beside bf16, integers and copies of bits the library's calls were products, softmax and attention, sums and products
// of elements in blocks, and layer_norm of f32.
bool has_recorded_dtypes(const OpCall& call) {
  const OpFamily family = call.row().family;
  if (family == OpFamily::move || family == OpFamily::product || family == OpFamily::attention ||
      call.op == Op::softmax)
    return true;
  if (has_fp32(call)) return call.op == Op::layer_norm;
  return !has_blocks(call) || call.op == Op::add || call.op == Op::multiply;
}

}  // namespace

Evidence evidence_of(const OpCall& call, const Release& release) {
  if (release.ops.empty()) return evidence_of_call(call);
  if (call.op == Op::scaled_dot_product_attention && !is_recorded_attention(call))
    return Evidence::read;
  const auto known = release.ops.find(call.name());
  const bool recorded = known != release.ops.end() &&
                        known->second == to_string(Evidence::library) &&
                        !lies_in_unrecorded_shards(call) && has_recorded_dtypes(call) &&
                        !has_unrecorded_options(call);
  return recorded ? Evidence::library : Evidence::read;
}

}  // namespace wattention::wormhole
