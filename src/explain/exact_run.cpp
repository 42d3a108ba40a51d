#include "explain/exact_run.h"

#include <utility>

namespace wattention {
namespace {

// What is computed, without how and where.
OpAttributes without_how(OpAttributes attributes) {
  for_each_attribute(attributes, [](Attribute attribute, auto& value) {
    if (row_of(attribute).role == AttributeRole::how) value.reset();
  });
  attributes.layout.reset();
  return attributes;
}

OpCall exact_call(const OpCall& call) {
  OpCall exact = call;
  exact.attributes = without_how(call.attributes);
  return exact;
}

}  // namespace

ExactRun::ExactRun()
    : device_(open_device("reference", {.kernel = "plain_f64"}).shared_backend()) {}

std::optional<std::string> ExactRun::refusal(const OpCall& call) const {
  OpCall exact = exact_call(call);
  // Floats of any dtype will be doubles.
  for (Tensor& tensor : exact.tensors)
    if (!is_integer(tensor.dtype()))
      tensor = Tensor(tensor.shape(), DType::f64, Layout::row_major, tensor.storage());
  if (const auto refused = device_->refusal(exact)) return refused->sentence;
  return std::nullopt;
}

std::vector<Tensor> ExactRun::run(const OpCall& call, std::vector<Tensor> operands) const {
  OpCall exact = exact_call(call);
  exact.tensors = std::move(operands);
  if (is_in_place(call)) exact.tensors.front() = exact.tensors.front().clone();
  return device_->run_all(exact);
}

}  // namespace wattention
