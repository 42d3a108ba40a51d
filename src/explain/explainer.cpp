#include <wattention/explain.h>

#include <array>
#include <utility>

#include "base/fail.h"
#include "explain/recorder.h"

namespace wattention {

Explainer::Explainer() : recorder_(std::make_unique<Recorder>()) {}
Explainer::~Explainer() = default;
Explainer::Explainer(Explainer&& other) noexcept = default;
Explainer& Explainer::operator=(Explainer&& other) noexcept = default;

void Explainer::watch(const Device& device) {
  recorder_->watch(device);
}
void Explainer::leave() {
  recorder_->leave();
}
void Explainer::locate(std::function<CallSite()> locator) {
  recorder_->locate(std::move(locator));
}
void Explainer::rounded(const Tensor& source, const Tensor& host) {
  recorder_->rounded(source, host);
}
std::optional<Tensor> Explainer::exact_values(const Tensor& tensor) const {
  return recorder_->exact_values(tensor);
}
void Explainer::restart_at_stages() {
  recorder_->restart_at_stages();
}
void Explainer::change(Change change) {
  recorder_->change(std::move(change));
}
void Explainer::skip_errors() {
  recorder_->skip_errors();
}
void Explainer::keep_journal() {
  recorder_->keep_journal();
}
void Explainer::releasing(const Tensor& tensor) {
  recorder_->releasing(tensor);
}
void Explainer::released(const Device& device) {
  recorder_->released(device);
}
std::string Explainer::journal_json() const {
  return recorder_->journal_json();
}
RunEstimate Explainer::estimate() const {
  return recorder_->estimate();
}
Explanation Explainer::explanation() const {
  return recorder_->explanation();
}

Explanation explain(const Device& device, const std::function<void()>& program) {
  Explainer explainer;
  explainer.watch(device);
  program();
  return explainer.explanation();
}

std::string_view to_string(Cause cause) {
  constexpr std::array<std::string_view, 12> words{
      "none",         "result_rounding",  "slices_dropped", "dst_rounding",
      "stalled_sum",  "exp_approximated", "maximum_kept",   "padding_counted",
      "block_format", "number_cut",       "operands_cut",   "approximated"};
  return words[static_cast<std::size_t>(cause)];
}

std::string to_string(const CallSite& site) {
  if (site.file.empty()) return {};
  const std::size_t folder = site.file.find_last_of('/');
  return fmt::format(
      "{}:{}", folder == std::string::npos ? site.file : site.file.substr(folder + 1), site.line);
}

}  // namespace wattention
