#include "explain/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "explain/causes.h"

namespace wattention {
namespace {

std::string text_of(const ExplainedTensor& tensor) {
  std::string text =
      tensor.shape.rank() == 0 ? "1" : fmt::format("{}", fmt::join(tensor.shape.sizes(), "x"));
  if (tensor.dtype != DType::bf16) text += fmt::format(" {}", to_string(tensor.dtype));
  if (tensor.memory == Memory::l1) text += tensor.shards ? " l1 shards" : " l1";
  if (tensor.memory == Memory::host) text += " host";
  return text;
}

}  // namespace

std::string shapes_of(const ExplainedOp& op) {
  std::string text;
  for (const ExplainedTensor& operand : op.operands)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", text_of(operand));
  if (!op.results.empty()) text += fmt::format(" -> {}", text_of(op.results.front()));
  return op.shapes > 1 ? fmt::format("{} and {} other shapes", text, op.shapes - 1) : text;
}

std::string name_of(const ExplainedOp& op) {
  std::string name = op.op;
  const std::size_t dot = op.site.word.rfind('.');
  const std::string word = dot == std::string::npos ? op.site.word : op.site.word.substr(dot + 1);
  if (!word.empty() && word != op.op) name += fmt::format(" ({})", word);
  return op.calls > 1 ? fmt::format("{} x{}", name, op.calls) : name;
}

std::string arithmetic_of(const ExplainedOp& op) {
  if (!op.fidelity) return op.fp32_accumulate ? "fp32" : "";
  return fmt::format("{}{}", to_string(*op.fidelity), op.fp32_accumulate ? " fp32" : "");
}

std::string error_text(const std::optional<ErrorFigures>& figures) {
  if (!figures) return "-";
  if (figures->not_finite > 0) return fmt::format("{} infinite", figures->not_finite);
  return figures->max_abs == 0 ? "0" : percent(figures->relative_l2);
}

// Nines count: 0.99998 is not 1.
std::string pcc_text(const std::optional<ErrorFigures>& figures) {
  if (!figures) return "-";
  if (figures->pcc == 1) return "1";
  return fmt::format("{:.{}f}", figures->pcc, figures->pcc > 0.9999 ? 7 : 5);
}

std::string place_of(const ExplainedOp& op, std::size_t index) {
  const std::string site = to_string(op.site);
  return fmt::format("row {}{}{} {}", index + 1, site.empty() ? "" : ", ", site, name_of(op));
}

}  // namespace wattention
