// int32 tensors, element by element, as far as the release computes with integers; all else it would put through the
// matrix unit, which takes their bits for floats.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise: binary/device/binary_device_operation.cpp and
// binary_composite_op.cpp, unary/device/unary_device_operation.cpp.
#include "backends/wormhole/kernels/integers.h"

#include <fmt/format.h>

#include <cmath>

#include "backends/wormhole/exec/words.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

kernels::IntegerFunction function_of(const OpCall& call) {
  if (call.number) return kernels::integer_function_by_number(call.op);
  return call.tensors.size() == 2 ? kernels::integer_function(call.op)
                                  : kernels::integer_function_alone(call.op);
}

std::optional<Refusal> refuse_number(const OpCall& call) {
  constexpr double beyond_float = 16777216;  // the release hands it on as a float
  const double number = *call.number, least = call.op == Op::ne ? -beyond_float : 0;
  if (number >= least && number <= beyond_float && number == std::floor(number))
    return std::nullopt;
  return refuse(
      ErrorKind::unverified,
      "[{}] expected a whole number from {} to 16777216, as the card's answer to others is "
      "not known; found {}",
      call.name(), least, number);
}

}  // namespace

std::optional<Refusal> refuse_elements_of_integers(const OpCall& call, std::string_view not_tiled) {
  for (const Tensor& tensor : call.tensors)
    if (tensor.layout() != Layout::tile)
      return refuse(ErrorKind::bad_input, "[{}] expected tile layout; found {}. {}", call.name(),
                    to_string(tensor.layout()), not_tiled);
  const DType dtype = call.a().dtype();
  if (!function_of(call) || dtype != DType::int32)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected {}, which the release computes with here; found {}", call.name(),
                  function_of(call) ? "int32" : "bf16", to_string(dtype));
  if (call.number) return refuse_number(call);
  if (call.tensors.size() == 1 || call.a().shape() == call.b().shape()) return std::nullopt;
  return refuse(
      ErrorKind::unsupported,
      "[{}] expected int32 tensors of one shape, as the release's programs that broadcast "
      "take integers for floats; found {} and {}",
      call.name(), call.a().shape(), call.b().shape());
}

Tensor WormholeBackend::run_integers(const OpCall& call) {
  const Tensor& a = call.a();
  const Memory memory = call.attributes.memory.value_or(a.memory());
  Tensor out = allocate(call.shape, DType::int32, Layout::tile, memory);
  const TiledShape tiled(call.shape);
  const int steps = call.op == Op::ne ? 20 : 6;  // two loads, the operation, a store
  enqueue(fmt::format("{} int32 {} {} {}", call.name(), call.tensors.size(), call.shape,
                      to_string(memory)),
          make_unary({call.name(), tiled.tiles(), a.memory(), memory, steps, DType::int32,
                      std::nullopt, static_cast<int>(call.tensors.size())}),
          Reuse::blocks);
  if (!has_values()) return out;
  const kernels::IntegerFunction function = function_of(call);
  const std::byte* first = storage_of(a).values();
  const std::byte* second = call.tensors.size() == 2 ? storage_of(call.b()).values() : nullptr;
  const auto number = static_cast<Word>(static_cast<std::int32_t>(call.number.value_or(0)));
  std::byte* results = storage_of(out).values();
  for_each_word(tiled.elements(), host_, [=](std::int64_t i) {
    const Word b = second != nullptr ? load_word(second, i, DType::int32) : number;
    store_word(results, i, DType::int32, function(load_word(first, i, DType::int32), b));
  });
  return out;
}

}  // namespace wattention::wormhole
