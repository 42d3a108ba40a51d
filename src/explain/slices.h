#pragma once
// What a fidelity leaves out of a product's operands (docs/numerics.md, "One step of the matrix unit").
#include <wattention/device.h>
#include <wattention/tensor.h>

namespace wattention {

/// Mantissa bits that the multiplier sees, the hidden one included.
struct SeenBits {
  int activation;  ///< of the first operand
  int weight;      ///< of the second
};
SeenBits seen_bits(Fidelity fidelity);

/// An operand as the multiplier sees it, beside the whole one: `share` of it is there, and `rest` is what is left over.
struct Cut {
  double share = 1;  ///< <cut, whole> over <whole, whole>
  double rest = 0;   ///< norm of what share does not explain, over the norm of the whole
};
Cut cut_of(const Tensor& operand, int bits);

/// The relative error that both cuts alone make in sums of products: shares multiply, what is left over adds up as
/// chance has it.
double error_of(const Cut& activation, const Cut& weight);

}  // namespace wattention
