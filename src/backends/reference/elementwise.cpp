#include "backends/reference/loops.h"

namespace wattention::reference {

void combine(std::span<const double> a, std::span<const double> b,
             const std::function<double(double, double)>& f, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(a[i], b[i]);
}

}  // namespace wattention::reference
