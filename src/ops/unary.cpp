// One operand, element by element: any shape will do.
#include "ops/families.h"
#include "ops/validate.h"

namespace wattention {

namespace {

void expect_same_width(const OpCall& call) {
  const DType from = call.a().dtype(), to = *call.attributes.output_dtype;
  expect(from == to || (!is_block(from) && !is_block(to) && size_of(from) == size_of(to)),
         "[{}] expected dtypes of as many bytes; found {} and {}", call.name(), to_string(from),
         to_string(to));
}

}  // namespace

void check_unary(OpCall& call) {
  expect(call.op != Op::clamp || call.attributes.min || call.attributes.max,
         "[clamp] expected min, max or both; found neither");
  expect_integers(call);
  if (const std::optional<double> probability = call.attributes.probability)
    expect(*probability >= 0 && *probability < 1,
           "[{}] expected a probability from 0 to below 1; found {}", call.name(), *probability);
  call.shape = call.a().shape();
  if (call.row().attributes.has(Attribute::output_dtype) && !call.attributes.output_dtype)
    call.attributes.output_dtype = call.a().dtype();
  if (call.op == Op::bitcast) expect_same_width(call);
}

}  // namespace wattention
