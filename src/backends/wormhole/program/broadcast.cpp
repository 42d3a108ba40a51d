// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary: binary.cpp (preprocess_inputs) and
// device/binary_device_operation.cpp (select_program_factory).
#include "backends/wormhole/program/broadcast.h"

#include <utility>

#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// is_associative in the source: the operands may change places.
bool may_swap(Op op) {
  switch (op) {
    case Op::add:
    case Op::multiply:
    case Op::div:  // a product with the reciprocal
    case Op::eq:
    case Op::ne:
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_xor:
    case Op::maximum:
    case Op::minimum: return true;
    default: return false;
  }
}

// binary_op_type_to_bcast_op_math in the source.
bool has_broadcast_program(Op op) {
  return op == Op::add || op == Op::subtract || op == Op::multiply || op == Op::div;
}

std::int64_t volume(const Sizes4& sizes) {
  return sizes[0] * sizes[1] * sizes[2] * sizes[3];
}

// Both tensors as the program gets them.
struct Met {
  Sizes4 first, second;
  Broadcast broadcast;
};

// A batch is repeated where both tensors have the dimension; elsewhere the program sees fewer matrices.
bool repeat(const Shape& larger, Sizes4& larger_sizes, const Shape& smaller,
            Sizes4& smaller_sizes) {
  bool repeated = false;
  for (const int dim : {0, 1}) {
    const auto i = static_cast<std::size_t>(dim);
    if (larger.rank() < 4 - dim || smaller.rank() < 4 - dim) continue;
    if (smaller_sizes[i] != 1 || larger_sizes[i] <= 1) continue;
    smaller_sizes[i] = larger_sizes[i];
    repeated = true;
  }
  return repeated;
}

Along along_of(const Sizes4& first, const Sizes4& second) {
  if (first[2] == second[2] && first[3] == second[3]) return Along::nothing;
  if (second[2] == 1 && second[3] == 1) return Along::height_and_width;
  return second[2] == 1 ? Along::height : Along::width;
}

Met meet(const OpCall& call) {
  Met met{sizes4(call.a().shape()), sizes4(call.b().shape()), {}};
  met.broadcast.repeats_second = repeat(call.a().shape(), met.first, call.b().shape(), met.second);
  met.broadcast.repeats_first = repeat(call.b().shape(), met.second, call.a().shape(), met.first);
  if (may_swap(call.op) && volume(met.first) < volume(met.second)) {
    std::swap(met.first, met.second);
    std::swap(met.broadcast.repeats_first, met.broadcast.repeats_second);
    met.broadcast.swapped = true;
  }
  met.broadcast.along = along_of(met.first, met.second);
  return met;
}

bool fits(const Met& met) {
  const Sizes4 &first = met.first, &second = met.second;
  const bool same_batch = first[0] == second[0] && first[1] == second[1];
  const bool one_matrix = second[0] * second[1] == 1;
  switch (met.broadcast.along) {
    case Along::nothing: return same_batch;
    case Along::height: return second[3] == first[3] && (same_batch || one_matrix);
    case Along::width: return second[2] == first[2] && (same_batch || one_matrix);
    case Along::height_and_width: return same_batch || one_matrix;
  }
  return false;
}

}  // namespace

Sizes4 sizes4(const Shape& shape) {
  Sizes4 sizes{1, 1, 1, 1};
  for (int i = 0; i < shape.rank() && i < 4; ++i)
    sizes[static_cast<std::size_t>(3 - i)] = shape[-1 - i];
  return sizes;
}

std::optional<Refusal> refuse_broadcast(const OpCall& call) {
  if (call.number || call.a().shape() == call.b().shape()) return std::nullopt;
  if (call.shape.rank() > 4)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected at most four dimensions where shapes differ; found {} and {}",
                  call.name(), call.a().shape(), call.b().shape());
  const Met met = meet(call);
  const bool of_rows_or_columns = met.second[2] == 1 || met.second[3] == 1;
  if (met.broadcast.along != Along::nothing && !of_rows_or_columns)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected the second tensor to be the smaller one; found {} and {}. "
                  "ttnn::operations::binary::BinaryDeviceOperation: unsupported broadcast",
                  call.name(), call.a().shape(), call.b().shape());
  if (met.broadcast.along != Along::nothing && !has_broadcast_program(call.op))
    return refuse(
        ErrorKind::bad_input,
        "[{}] expected tensors of equal height and width, as only add, subtract and multiply "
        "broadcast in this release; found {} and {}. BinaryOpType cannot be mapped to "
        "BcastOpMath",
        call.name(), call.a().shape(), call.b().shape());
  if (fits(met)) return std::nullopt;
  return refuse(
      ErrorKind::unverified,
      "[{}] expected shapes that the release's programs broadcast; found {} and {}, for which "
      "they read past the end of a tensor",
      call.name(), call.a().shape(), call.b().shape());
}

Broadcast broadcast_of(const OpCall& call) {
  if (call.number || call.a().shape() == call.b().shape()) return {};
  return meet(call).broadcast;
}

}  // namespace wattention::wormhole
