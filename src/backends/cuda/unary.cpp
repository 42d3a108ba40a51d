#include <limits>

#include "backends/cuda/families.h"
#include "backends/cuda/kernel_arguments.h"

namespace wattention::cuda {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Rounded to f32 first, as on the other devices.
Parameters parameters_of(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  const auto both = [](double first, double second) {
    return Parameters{static_cast<float>(first), static_cast<float>(second)};
  };
  switch (call.op) {
    case Op::leaky_relu: return both(attributes.negative_slope.value_or(0.01), 0);
    case Op::elu: return both(attributes.alpha.value_or(1), 0);
    case Op::clamp:
      return both(attributes.min.value_or(-infinity), attributes.max.value_or(infinity));
    case Op::heaviside: return both(attributes.value.value_or(0.5), 0);
    case Op::softplus: return both(attributes.beta.value_or(1), attributes.threshold.value_or(20));
    default: return {};
  }
}

}  // namespace

Tensor unary(const Queue& queue, const OpCall& call) {
  const bool single = call.a().dtype() == DType::f32;
  Tensor out = queue.empty(call.shape, call.a().dtype());
  const std::int64_t count = call.shape.numel();
  // A thread has 16 bytes of elements.
  const std::int64_t threads = (count + (single ? 3 : 7)) / (single ? 4 : 8);
  queue.gpu->launch(single ? Kernel::unary_f32 : Kernel::unary_bf16, grid_for(threads),
                    elements_of(call.a()), elements_of(out), count, static_cast<int>(call.op),
                    parameters_of(call));
  return out;
}

}  // namespace wattention::cuda
