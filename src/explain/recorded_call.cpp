// A call beside its formula: what each of its results is off, by itself and in all.
#include <algorithm>
#include <utility>

#include "explain/causes.h"
#include "explain/recorder.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

// Elements of one dtype that only go elsewhere: they are compared as they are, and no doubles are needed.
bool only_moves(const OpCall& call, DType result) {
  if (call.row().family == OpFamily::gather) return call.b().dtype() == result && !is_block(result);
  if (call.row().family != OpFamily::move) return false;
  return !is_block(result) && std::ranges::all_of(call.tensors, [&](const Tensor& tensor) {
    return tensor.dtype() == result;
  });
}

// A move's result has each element of its one operand.
bool keeps_all(const OpCall& call) {
  return call.tensors.size() == 1 && call.a().numel() == call.shape.numel() && !call.plan.fill;
}

// All of one operand, each where it was. A slice of whole rows stays in order, too, but leaves elements out.
bool stays_in_order(const OpCall& call) {
  if (!keeps_all(call) || call.plan.boxes.size() != 1 || call.plan.in_place) return false;
  const StridedBox box = simplified(call.plan.boxes.front());
  const bool from_start = box.source_offset == 0 && box.destination_offset == 0;
  return from_start && (box.count == 0 || (box.count == 1 && box.dims[0].source_stride == 1 &&
                                           box.dims[0].destination_stride == 1));
}

}  // namespace

Explainer::Recorder::Numbers Explainer::Recorder::numbers_of(Backend& device, const OpCall& call,
                                                             const Tensor& tensor,
                                                             bool looks) const {
  Numbers numbers;
  const auto shadow = shadows_.find(tensor);
  // Moves belong to the stage whose values they move.
  const bool starts_anew = shadow && shadow->ends_stage && call.row().family != OpFamily::move;
  const bool known = shadow && shadow->values.defined() && !starts_anew;
  if (known) {
    numbers.ends_stage = shadow->ends_stage;
    numbers.exact = shadow->values;
    numbers.error = shadow->error;
    numbers.figures = shadow->figures;
  }
  if (known && !looks) return numbers;
  numbers.own = tensor.storage()->backend() ? device.peek(tensor) : tensor;
  if (!known) numbers.exact = numbers.own;
  return numbers;
}

std::vector<Explainer::Recorder::Numbers> Explainer::Recorder::numbers_of(Backend& device,
                                                                          const OpCall& call,
                                                                          bool looks) const {
  std::vector<Numbers> operands;
  if (!measures_) return operands;
  for (const Tensor& tensor : call.tensors) {
    Numbers numbers = numbers_of(device, call, tensor, looks);
    // The call will write over it.
    if (is_in_place(call) && tensor.storage() == call.a().storage() && numbers.own.defined() &&
        numbers.own.on_host()) {
      const bool same = numbers.same();
      numbers.own = numbers.own.clone();
      if (same) numbers.exact = numbers.own;
    }
    operands.push_back(std::move(numbers));
  }
  return operands;
}

void Explainer::Recorder::measure_results(const Seen& seen, const std::vector<Tensor>& results,
                                          ExplainedOp& row) {
  const auto has_values = [](const Numbers& numbers) { return numbers.own.on_host(); };
  if (!std::ranges::all_of(seen.operands, has_values)) {
    row.why_unmeasured = "the device runs without values";
    return;
  }
  if (const auto refusal = exact_->refusal(seen.call)) {
    // Its float64 values start anew.
    row.why_unmeasured = *refusal;
    for (const Tensor& result : results) shadows_.set_exact(result);
    return;
  }
  if (results.size() == 1 && results.front().numel() > 0 &&
      (measure_move(seen, results.front(), row) || measure_rows(seen, results.front(), row)))
    return;
  measure_tensors(seen, results, row);
}

bool Explainer::Recorder::measure_move(const Seen& seen, const Tensor& result, ExplainedOp& row) {
  const OpCall& call = seen.call;
  if (!only_moves(call, result.dtype())) return false;
  std::vector<Tensor> own;
  for (const Numbers& numbers : seen.operands) own.push_back(numbers.own);
  const Tensor there = seen.device.peek(result);
  if (!same_bytes(there, stays_in_order(call) ? own.front() : exact_->run(call, own).front()))
    return false;
  Measured total = unmoved();
  if (std::ranges::all_of(seen.operands, &Numbers::same)) {
    shadows_.set_exact(result);
  } else {
    const Tensor exact = exact_results(call, seen.operands).front();
    const std::optional<ErrorFigures>& known = seen.operands.front().figures;
    total = keeps_all(call) && known ? Measured{*known} : measure(there, exact, exact_->threads());
    keep(seen, result, total, exact);
  }
  conclude(seen, own, there, unmoved(), total, row);
  return true;
}

bool Explainer::Recorder::measure_rows(const Seen& seen, const Tensor& result, ExplainedOp& row) {
  const OpCall exact = exact_call(seen.call);
  const auto formula = exact_->row_formula(exact);
  if (!formula || is_block(result.dtype())) return false;
  RowOperands operands;
  for (const Numbers& numbers : seen.operands) {
    operands.own.push_back(numbers.own);
    operands.exact.push_back(numbers.exact);
  }
  operands.same = std::ranges::all_of(seen.operands, &Numbers::same);
  const Tensor there = seen.device.peek(result);
  const RowRun run = run_rows(*formula, operands, there, exact_->threads());
  keep(seen, result, run.total, run.exact);
  conclude(seen, operands.own, there, run.own, run.total, row);
  return true;
}

void Explainer::Recorder::measure_tensors(const Seen& seen, const std::vector<Tensor>& results,
                                          ExplainedOp& row) {
  std::vector<Tensor> own, exact;
  bool same = true;
  for (const Numbers& numbers : seen.operands) {
    own.push_back(widened(numbers.own, exact_->threads()));
    exact.push_back(numbers.same() ? own.back() : widened(numbers.exact, exact_->threads()));
    same = same && numbers.same();
  }
  const std::vector<Tensor> by_own = exact_->run(seen.call, own);
  const std::vector<Tensor> by_exact = same ? by_own : exact_->run(seen.call, std::move(exact));
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Tensor result = seen.device.peek(results[i]);
    const Measured of_own = measure(result, by_own[i], exact_->threads());
    const Measured of_total = same ? of_own : measure(result, by_exact[i], exact_->threads());
    keep(seen, results[i], of_total, by_exact[i]);
    // The row tells of the first.
    if (i == 0 && result.numel() > 0) conclude(seen, own, result, of_own, of_total, row);
  }
}

void Explainer::Recorder::conclude(const Seen& seen, const std::vector<Tensor>& operands,
                                   const Tensor& result, const Measured& own, const Measured& total,
                                   ExplainedOp& row) {
  row.own = own.figures;
  row.total = last_ = total.figures;
  const ProgramFacts facts = facts_of(events_since(call_of_event_.size()), reports_);
  const Finding finding = find_cause({seen.call, facts, operands, result, own});
  row.cause = finding.cause;
  row.because = finding.sentence;
}

bool Explainer::Recorder::ends_stage(const OpCall& call,
                                     const std::vector<Numbers>& operands) const {
  const OpFamily family = call.row().family;
  if (!by_stages_) return false;
  return family == OpFamily::product || family == OpFamily::softmax ||
         family == OpFamily::attention || std::ranges::any_of(operands, &Numbers::ends_stage);
}

void Explainer::Recorder::keep(const Seen& seen, const Tensor& tensor, const Measured& total,
                               Tensor exact) {
  if (total.equal || is_integer(exact.dtype()))
    shadows_.set_exact(tensor);
  else
    shadows_.set(tensor, {std::move(exact), false, total.figures.relative_l2, total.figures,
                          ends_stage(seen.call, seen.operands)});
}

std::vector<Tensor> Explainer::Recorder::exact_results(const OpCall& call,
                                                       const std::vector<Numbers>& operands) const {
  std::vector<Tensor> exact(operands.size());
  std::ranges::transform(operands, exact.begin(), &Numbers::exact);
  if (call.row().family == OpFamily::move && stays_in_order(call))
    return {exact.front().view(call.shape)};
  const OpCall plain = exact_call(call);
  if (const auto formula = exact_->row_formula(plain))
    return {values_of_rows(*formula, exact, call.shape, exact_->threads())};
  for (Tensor& tensor : exact) tensor = widened(tensor, exact_->threads());
  return exact_->run(call, std::move(exact));
}

// Of a line's calls the first ones, and then some: float64 goes on beside all of them.
bool Explainer::Recorder::looks_at(const ExplainedOp& row) {
  if (!measures_) return false;
  if (row.site.file.empty()) return true;  // other lines may be alike
  constexpr std::int64_t first = 8, each = 8;
  const std::int64_t before = calls_of_line_[fmt::format("{} {}", to_string(row.site), row.op)]++;
  return before < first || before % each == 0;
}

void Explainer::Recorder::follow_results(const OpCall& call, const std::vector<Numbers>& operands,
                                         const std::vector<Tensor>& results,
                                         const ExplainedOp& row) {
  const auto has_values = [](const Numbers& numbers) { return numbers.exact.on_host(); };
  if (!measures_ || !std::ranges::all_of(operands, has_values)) return;
  const bool moves_exact =
      only_moves(call, results.front().dtype()) && std::ranges::all_of(operands, &Numbers::same);
  if (moves_exact || exact_->refusal(call)) {
    for (const Tensor& result : results) shadows_.set_exact(result);
    return;
  }
  const std::vector<Tensor> exact = exact_results(call, operands);
  for (std::size_t i = 0; i < results.size(); ++i)
    if (is_integer(exact[i].dtype()))
      shadows_.set_exact(results[i]);
    else
      shadows_.set(results[i],
                   {exact[i], false, row.inherited, std::nullopt, ends_stage(call, operands)});
}

}  // namespace wattention
