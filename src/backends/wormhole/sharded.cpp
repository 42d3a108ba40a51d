// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: eltwise/unary/device/unary_device_operation.cpp,
// eltwise/binary/device/binary_device_operation.cpp (validate, compute_output_specs).
#include "backends/wormhole/sharded.h"

#include <algorithm>

#include "backends/wormhole/families.h"
#include "backends/wormhole/move_in_shards.h"

namespace wattention::wormhole {
namespace {

bool has_shards(const OpCall& call) {
  return call.attributes.sharding.has_value() ||
         std::ranges::any_of(call.tensors, [](const Tensor& tensor) { return tensor.sharding(); });
}

// Shards in DRAM are filled from the host or from shards in L1, and read back.
std::optional<Refusal> refuse_shards_in_dram(const OpCall& call) {
  if (call.op == Op::to_memory) return std::nullopt;
  for (const Tensor& tensor : call.tensors)
    if (place_of(tensor).is_sharded_in(Memory::dram))
      return refuse(ErrorKind::unsupported, "[{}] expected shards in l1; found {}", call.name(),
                    to_string(place_of(tensor)));
  const Place asked = asked_place(call.attributes, Memory::l1);
  if (!asked.is_sharded_in(Memory::dram)) return std::nullopt;
  return refuse(ErrorKind::unsupported, "[{}] expected shards in l1; found {}", call.name(),
                to_string(asked));
}

// What computes on shards does so with floats, and leaves what it computes in the input's dtype; products pack any.
std::optional<Refusal> refuse_other_dtypes(const OpCall& call) {
  const OpFamily family = call.row().family;
  if (family == OpFamily::move || family == OpFamily::gather) return std::nullopt;
  const auto other = std::ranges::find_if(
      call.tensors, [](const Tensor& tensor) { return is_integer(tensor.dtype()); });
  const DType own = call.a().dtype();
  const DType out = call.attributes.output_dtype.value_or(own);
  const bool casts = call.op == Op::typecast || family == OpFamily::product;
  if (other == call.tensors.end() && (out == own || (casts && !is_integer(out))))
    return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected pages, or shards of floats and a result of their dtype; found {} "
                "and {}",
                call.name(), to_string(other != call.tensors.end() ? other->dtype() : own),
                to_string(out));
}

Refusal refuse_open(const OpCall& call) {
  return refuse(ErrorKind::bad_input,
                "[{}] expected shards with shape and cores; found {} alone. MemoryConfig must have "
                "Shard Spec specified for sharded memory layout",
                call.name(), to_string(*call.attributes.sharding));
}

std::optional<Refusal> refuse_shards_of_unary(const OpCall& call) {
  const Place in = place_of(call.a()), out = asked_place(call.attributes, in);
  if (in.is_sharded() != out.is_sharded() ||
      (in.is_sharded() && in.sharding->layout != out.sharding->layout))
    return refuse(ErrorKind::bad_input,
                  "[{}] expected a result in shards as the input's; found {} and {}. Unary "
                  "operation requires Input and Output memory layout to match",
                  call.name(), to_string(in), to_string(out));
  if (!out.sharding->is_placed()) return refuse_open(call);
  if (in.sharding->core_count() == out.sharding->core_count()) return std::nullopt;
  return refuse(ErrorKind::bad_input,
                "[{}] expected as many cores for the result; found {} and {}. Output tensor should "
                "have same number of cores {} as input tensor {}",
                call.name(), to_string(in), to_string(out), out.sharding->core_count(),
                in.sharding->core_count());
}

std::optional<Refusal> refuse_spread(const OpCall& call, const PlacedBinary& placed, Along along) {
  const bool ordered = placed.shards->layout == ShardLayout::height;
  if (!placed.local.second && along != Along::width &&
      (ordered || placed.local.input == placed.local.output))
    return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected both tensors of one shape where shards are; found {} and {}",
                call.name(), to_string(place_of(call.a())),
                call.number ? "a number" : to_string(place_of(call.b())));
}

std::optional<Refusal> refuse_operand_places(const OpCall& call, const PlacedBinary& placed,
                                             const Tensor& first, const Tensor* second) {
  const Sharding* const a = first.sharding();
  const Sharding* const b = second != nullptr ? second->sharding() : nullptr;
  if (a != nullptr && b != nullptr && *a != *b)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected both tensors in equal shards; found {} and {}", call.name(),
                  to_string(*a), to_string(*b));
  const Place asked = asked_place(call.attributes, place_of(first));
  if (!asked.is_sharded()) return std::nullopt;
  if (!placed.shards->is_placed()) return refuse_open(call);
  if (asked.sharding->layout == placed.shards->layout) return std::nullopt;
  return refuse(ErrorKind::bad_input,
                "[{}] expected a result in shards as the operands'; found {} and {}", call.name(),
                to_string(*placed.shards), to_string(asked));
}

std::optional<Refusal> refuse_shards_of_tensors(const OpCall& call) {
  const Broadcast broadcast = broadcast_of(call);
  const Tensor& first = broadcast.swapped ? call.b() : call.a();
  const Tensor& second = broadcast.swapped ? call.a() : call.b();
  if (broadcast.repeats_first || broadcast.repeats_second || call.op == Op::div)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected no shards where other programs come first; found {} and {}",
                  call.name(), to_string(place_of(call.a())), to_string(place_of(call.b())));
  const PlacedBinary placed = place_binary(call, first, &second);
  if (auto refusal = refuse_operand_places(call, placed, first, &second)) return refusal;
  return broadcast.along == Along::nothing ? std::nullopt
                                           : refuse_spread(call, placed, broadcast.along);
}

std::optional<Refusal> refuse_shards_of_binary(const OpCall& call) {
  if (!call.number) return refuse_shards_of_tensors(call);
  if (!number_in_matrix_unit(call.op)) return refuse_shards_of_unary(call);
  const PlacedBinary placed = place_binary(call, call.a(), nullptr);
  if (auto refusal = refuse_operand_places(call, placed, call.a(), nullptr)) return refusal;
  return refuse_spread(call, placed, Along::height_and_width);
}

std::optional<Refusal> refuse_shards_of_product(const OpCall& call) {
  if (call.attributes.transpose_b.value_or(false) && call.b().sharding() != nullptr)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected pages where the second tensor is transposed; found {}",
                  call.name(), to_string(place_of(call.b())));
  if (call.third() == nullptr || call.third()->sharding() == nullptr) return std::nullopt;
  return refuse(ErrorKind::unsupported, "[{}] expected a bias in pages; found {}", call.name(),
                to_string(place_of(*call.third())));
}

}  // namespace

// A family whose programs of shards differ from those of pages judges itself.
std::optional<Refusal> refuse_sharded(const OpCall& call) {
  const OpFamily family = call.row().family;
  if (!has_shards(call)) return std::nullopt;
  if (auto refusal = refuse_shards_in_dram(call)) return refusal;
  if (family == OpFamily::softmax || family == OpFamily::norm) return std::nullopt;
  if (auto refusal = refuse_other_dtypes(call)) return refusal;
  switch (family) {
    case OpFamily::product: return refuse_shards_of_product(call);
    case OpFamily::unary: return refuse_shards_of_unary(call);
    case OpFamily::binary: return refuse_shards_of_binary(call);
    case OpFamily::move: return refuse_move_in_shards(call);
    case OpFamily::gather: return refuse_gather_in_shards(call);
    default:
      return refuse(ErrorKind::unsupported, "[{}] expected tensors in pages; found shards",
                    call.name());
  }
}

// The operands' shards go before those that are asked for, as in the release.
PlacedBinary place_binary(const OpCall& call, const Tensor& first, const Tensor* second) {
  const Sharding* const a = first.sharding();
  const Sharding* const b = second != nullptr ? second->sharding() : nullptr;
  Place out = asked_place(call.attributes, place_of(first));
  std::optional<Sharding> shards = a != nullptr   ? std::optional(*a)
                                   : b != nullptr ? std::optional(*b)
                                                  : out.sharding;
  if (out.is_sharded()) out = *shards;
  return {out, shards, {a != nullptr, b != nullptr, out.is_sharded()}};
}

}  // namespace wattention::wormhole
