#include "notebook/reproduction.h"

#include <fmt/format.h>
#include <wattention/nn.h>

#include <chrono>
#include <cmath>
#include <functional>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr std::int64_t last_tensor = 1000;
constexpr double slow_s =
    10;  // a large resident forward that takes longer leaves out the naive one

SelfAttention notebook_module(std::int64_t embed_dim, std::int64_t head_dim) {
  Generator generator(notebook_seed);
  return {embed_dim, head_dim, generator};
}

// Checks of one device; all skipped with its reason when it cannot run them.
std::vector<DigitCheck> on_device(
    const std::string& device, const std::string& by,
    const std::vector<const NotebookPrint*>& prints,
    const std::function<std::vector<Tensor>(const Device&)>& compute) {
  std::vector<DigitCheck> checks;
  try {
    const std::vector<Tensor> tensors = compute(open_device(device));
    for (std::size_t i = 0; i < prints.size(); ++i)
      checks.push_back(check_digits(*prints[i], tensors[i], by));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::bad_input) throw;
    checks.clear();
    for (const NotebookPrint* print : prints)
      checks.push_back(skipped_check(*print, by, error.what()));
  }
  return checks;
}

void append(std::vector<DigitCheck>& checks, const std::vector<DigitCheck>& more) {
  checks.insert(checks.end(), more.begin(), more.end());
}

std::vector<Tensor> six_tokens_on_cpu(const Device& device, Variant variant) {
  const SelfAttention attention = notebook_module(3, 2).to(device, variant);
  const Tensor tokens = notebook_sentence();
  if (variant == Variant::fused) return {attention(tokens)};
  const AttentionStages stages = attention.stages(tokens);
  return {stages.scores, stages.context};
}

// The notebook steps through its naive forward, and computes the CPU's weights from the card's scores.
std::vector<Tensor> six_tokens_on_card(const Device& device) {
  const SelfAttention attention = notebook_module(3, 2);
  const AttentionStages card = attention.to(device, Variant::naive).stages(notebook_sentence());
  const Tensor scaled = divide(card.scores, std::sqrt(2.0));  // bf16, as the notebook's
  const Tensor weights = softmax(scaled.to(DType::f32));
  const Tensor context = matmul(weights, card.value);
  return {card.scores, card.weights, weights, card.context, context, card.context};
}

DigitCheck timed_large(const std::string& device, Variant variant, const NotebookPrint& print,
                       double& seconds) {
  const auto compute = [&](const Device& open) -> std::vector<Tensor> {
    const Tensor tokens = randn_at({notebook_tokens, notebook_dim}, notebook_seed, last_tensor);
    const SelfAttention attention = notebook_module(notebook_dim, notebook_dim).to(open, variant);
    const auto start = std::chrono::steady_clock::now();
    const Tensor context = attention(tokens);
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {context};
  };
  const std::string by = fmt::format("{} {}", device, to_string(variant));
  DigitCheck check = on_device(device, by, {&print}, compute).front();
  if (check.skipped.empty())
    check.computed_by += fmt::format(" ({:.1f} s{})", seconds, device == "cpu" ? "" : " simulated");
  return check;
}

}  // namespace

std::vector<DigitCheck> six_token_checks() {
  std::vector<DigitCheck> checks;
  append(checks,
         on_device("cpu", "cpu reference f32", {&cell6_scores_cpu, &cell4_context},
                   [](const Device& d) { return six_tokens_on_cpu(d, Variant::reference); }));
  append(checks, on_device("cpu", "cpu fused f32", {&cell4_context},
                           [](const Device& d) { return six_tokens_on_cpu(d, Variant::fused); }));
  append(checks, on_device("wormhole", "wormhole naive",
                           {&cell6_scores_device, &cell7_weights_device, &cell7_weights_cpu,
                            &cell8_context_device, &cell8_context_cpu, &cell11_context},
                           six_tokens_on_card));
  return checks;
}

std::vector<DigitCheck> large_checks(bool all) {
  double seconds = 0;
  std::vector<DigitCheck> checks{
      timed_large("cpu", Variant::fused, cell15_context, seconds),
      timed_large("wormhole", Variant::resident, cell36_context, seconds)};
  if (all || seconds <= slow_s)
    checks.push_back(timed_large("wormhole", Variant::naive, cell16_context, seconds));
  else
    checks.push_back(skipped_check(
        cell16_context, "wormhole naive",
        fmt::format("left out because the resident forward took {:.0f} s here; --all runs it",
                    seconds)));
  return checks;
}

}  // namespace wattention
