#include "backends/reference/families.h"
#include "device/binary_formula.h"
#include "device/no_formula.h"
#include "tensor/broadcast.h"

namespace wattention::reference {
namespace {

template <class Function>
void with_number(const OpCall& call, double* out, Function f) {
  const double* a = values(call.a());
  for (std::int64_t i = 0; i < call.shape.numel(); ++i) out[i] = f(a[i], *call.number);
}

template <class Function>
void with_tensor(const OpCall& call, double* out, Function f) {
  const BroadcastReader a(call.a().shape(), call.shape), b(call.b().shape(), call.shape);
  const std::int64_t width = call.shape.rank() > 0 ? call.shape[-1] : 1;
  for_each_broadcast_row(a, values(call.a()), b, values(call.b()), out, width, 0,
                         call.shape.numel() / width,
                         [f](const double* x, std::int64_t x_step, const double* y,
                             std::int64_t y_step, double* to, std::int64_t count) {
                           for (std::int64_t i = 0; i < count; ++i)
                             to[i] = f(x[i * x_step], y[i * y_step]);
                         });
}

}  // namespace

void binary(const OpCall& call, double* out) {
  with_binary_formula(
      call.op,
      [&](auto f) {
        if (call.number)
          with_number(call, out, f);
        else
          with_tensor(call, out, f);
      },
      [&] { refuse_formula(call); });
}

}  // namespace wattention::reference
