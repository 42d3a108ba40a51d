// One operand, element by element: any shape will do.
#include "ops/families.h"
#include "ops/validate.h"

namespace wattention {

void check_unary(OpCall& call) {
  expect(call.op != Op::clamp || call.attributes.min || call.attributes.max,
         "[clamp] expected min, max or both; found neither");
  expect_integers(call);
  if (const std::optional<double> probability = call.attributes.probability)
    expect(*probability >= 0 && *probability < 1,
           "[{}] expected a probability from 0 to below 1; found {}", call.name(), *probability);
  call.shape = call.a().shape();
  if (call.op == Op::typecast && !call.attributes.output_dtype)
    call.attributes.output_dtype = call.a().dtype();
}

}  // namespace wattention
