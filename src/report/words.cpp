#include "report/words.h"

#include <fmt/format.h>

namespace wattention::report {

std::string grid_word(const BenchCase& axes) {
  return axes.core_grid ? to_string(*axes.core_grid) : "";
}

std::string shape_word(const BenchCase& axes) {
  const std::string word = fmt::format("{}x{}x{}", axes.tokens, axes.embed_dim, axes.head_dim);
  return axes.heads.batch > 1 ? fmt::format("{}x{}", axes.heads.batch, word) : word;
}

std::string heads_word(const HeadsCase& heads) {
  if (heads.heads == 0) return "";
  std::string word = fmt::format("{}", heads.heads);
  if (heads.kv_heads > 0) word += fmt::format("/{}", heads.kv_heads);
  if (heads.is_causal) word += " causal";
  if (heads.past > 0) word += fmt::format(", past {}", heads.past);
  return word;
}

std::string kernel_word(const BenchRecord& record) {
  return record.kernel.empty() ? record.axes.kernel : record.kernel;
}

std::string source_word(const Figure& figure) {
  return figure.source ? std::string(to_string(*figure.source)) : "";
}

std::string scope_word(const BenchRecord& record) {
  return record.energy_scope ? std::string(to_string(*record.energy_scope)) : "";
}

std::string series_word(const BenchCase& axes) {
  std::string word =
      fmt::format("{} {} {}", axes.device, to_string(axes.variant), to_string(axes.dtype));
  if (axes.core_grid) word += fmt::format(" {}", grid_word(axes));
  if (axes.fidelity) word += fmt::format(" {}", to_string(*axes.fidelity));
  if (axes.fold_projections) word += " folded";
  if (!axes.kernel.empty()) word += fmt::format(" {}", axes.kernel);
  if (axes.threads > 0) word += fmt::format(" {} threads", axes.threads);
  if (axes.heads.heads > 0) word += fmt::format(" {} heads", heads_word(axes.heads));
  if (axes.heads.batch > 1) word += fmt::format(" batch {}", axes.heads.batch);
  if (!axes.host.empty()) word += fmt::format(" in {}", axes.host);
  return word;
}

}  // namespace wattention::report
