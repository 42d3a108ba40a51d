#include "explain/exact_run.h"

#include <utility>

namespace wattention {
namespace {

OpAttributes without_how(OpAttributes attributes) {
  for_each_attribute(attributes, [](Attribute attribute, auto& value) {
    if (row_of(attribute).role == AttributeRole::how) value.reset();
  });
  attributes.layout.reset();
  return attributes;
}

}  // namespace

OpCall exact_call(const OpCall& call) {
  OpCall exact = call;
  exact.attributes = without_how(call.attributes);
  return exact;
}

ExactRun::ExactRun(int threads)
    : device_(
          open_device("reference", {.threads = threads, .kernel = "plain_f64"}).shared_backend()) {}

std::optional<std::string> ExactRun::refusal(const OpCall& call) const {
  OpCall exact = exact_call(call);
  // Floats of any dtype will be doubles.
  for (Tensor& tensor : exact.tensors)
    if (!is_integer(tensor.dtype()))
      tensor = Tensor(tensor.shape(), DType::f64, Layout::row_major, tensor.storage());
  if (const auto refused = device_->refusal(exact)) return refused->sentence;
  return std::nullopt;
}

std::unique_ptr<const RowFormula> ExactRun::row_formula(const OpCall& call) const {
  const auto* formulas = dynamic_cast<const RowFormulas*>(device_.get());
  for (const Tensor& tensor : call.tensors)
    if (is_integer(tensor.dtype())) return nullptr;
  return formulas == nullptr ? nullptr : formulas->row_formula(call);
}

std::vector<Tensor> ExactRun::run(const OpCall& call, std::vector<Tensor> operands) const {
  OpCall exact = exact_call(call);
  exact.tensors = std::move(operands);
  if (is_in_place(call)) exact.tensors.front() = exact.tensors.front().clone();
  return device_->run_all(exact);
}

}  // namespace wattention
