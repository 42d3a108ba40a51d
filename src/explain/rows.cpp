#include "explain/rows.h"

#include <fmt/format.h>

#include <utility>

namespace wattention {
namespace {

std::string text_of(const ExplainedTensor& tensor, bool with_shape) {
  return fmt::format("{} {} {} {}{};", with_shape ? tensor.shape.text() : std::string(),
                     to_string(tensor.dtype), to_string(tensor.layout), to_string(tensor.memory),
                     tensor.shards ? " " + to_string(Sharding{.layout = *tensor.shards}) : "");
}

std::string key_of(const ExplainedOp& call, bool with_shapes) {
  std::string key = fmt::format("{}:{} {} {} {}|", call.site.file, call.site.line, call.site.word,
                                call.op, with_shapes ? call.attributes : std::string());
  for (const auto* tensors : {&call.operands, &call.results})
    for (const ExplainedTensor& tensor : *tensors) key += text_of(tensor, with_shapes);
  for (const std::string& program : call.programs) key += program + ",";
  return key;
}

// Of two calls the one whose result is farther off.
bool is_worse(const std::optional<ErrorFigures>& a, const std::optional<ErrorFigures>& b) {
  if (!a || !b) return a.has_value();
  return std::pair(a->not_finite, a->relative_l2) > std::pair(b->not_finite, b->relative_l2);
}

void fold(ExplainedOp& row, ExplainedOp& call) {
  row.calls += call.calls;
  if (is_worse(call.own, row.own)) {
    row.own = call.own;
    row.cause = call.cause;
    row.because = std::move(call.because);
  }
  if (is_worse(call.total, row.total)) {
    row.total = call.total;
    row.inherited = call.inherited;
  }
  if (row.why_unmeasured.empty()) row.why_unmeasured = std::move(call.why_unmeasured);
}

}  // namespace

ExplainedTensor facts_of(const Tensor& tensor) {
  return {tensor.shape(), tensor.dtype(), tensor.layout(), tensor.memory(),
          tensor.sharding() ? std::optional(tensor.sharding()->layout) : std::nullopt};
}

std::size_t Rows::add(ExplainedOp call) {
  const auto known = by_call_.find(key_of(call, true));
  if (known != by_call_.end()) {
    fold(rows_[known->second], call);
    return known->second;
  }
  // A loop whose tensors grow would have a row for each turn.
  constexpr std::int64_t most_shapes = 4;
  const std::string line = key_of(call, false);
  if (by_line_[line] == most_shapes) {
    const std::size_t last = by_call_.at(line);
    fold(rows_[last], call);
    ++rows_[last].shapes;
    by_call_.emplace(key_of(call, true), last);
    return last;
  }
  ++by_line_[line];
  by_call_[line] = rows_.size();
  by_call_[key_of(call, true)] = rows_.size();
  rows_.push_back(std::move(call));
  return rows_.size() - 1;
}

}  // namespace wattention
