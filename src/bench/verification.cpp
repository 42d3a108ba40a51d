#include "bench/verification.h"

#include <wattention/ops.h>

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "bench/named_inputs.h"
#include "bench/plain_attention.h"

namespace wattention {
namespace {

using Stage = Tensor AttentionStages::*;

struct NamedStage {
  std::string_view name;
  Stage stage;
};

constexpr NamedStage all_stages[] = {
    {"query", &AttentionStages::query},     {"key", &AttentionStages::key},
    {"value", &AttentionStages::value},     {"scores", &AttentionStages::scores},
    {"weights", &AttentionStages::weights}, {"context", &AttentionStages::context}};

// Already rounded to the device's dtype, so that input rounding is no error of anybody.
AttentionOperands draw_operands(const VerifyCase& verify_case, DType dtype) {
  expect(verify_case.tokens > 0 && verify_case.embed_dim > 0 && verify_case.head_dim > 0,
         "[verify] expected tokens, embed_dim and head_dim of at least 1; found {}, {} and {}",
         verify_case.tokens, verify_case.embed_dim, verify_case.head_dim);
  Generator generator(verify_case.seed);
  const auto weight = [&] {
    return linear_weight(verify_case.embed_dim, verify_case.head_dim, generator)
        .to(dtype)
        .to(DType::f32);
  };
  AttentionOperands operands;
  operands.tokens =
      make_input(verify_case.input, verify_case.tokens, verify_case.embed_dim, verify_case.seed)
          .to(dtype)
          .to(DType::f32);
  operands.query = weight();
  operands.key = weight();
  operands.value = weight();
  return operands;
}

SelfAttention module_of(const AttentionOperands& operands) {
  return SelfAttention(operands.query, operands.key, operands.value);
}

Device exact_device() {
  return open_device("reference");
}

AttentionStages exact_stages(const AttentionOperands& operands) {
  const AttentionConfig config{
      .variant = Variant::reference, .dtype = DType::f64, .core_grid = {}, .fidelity = {}};
  return module_of(operands).to(exact_device(), config).stages(operands.tokens);
}

AttentionStages device_stages(const AttentionOperands& operands, const Device& device,
                              const AttentionConfig& config) {
  const SelfAttention attention = module_of(operands).to(device, config);
  if (config.variant != Variant::fused) return attention.stages(operands.tokens);
  AttentionStages stages;
  stages.context = attention(operands.tokens);
  return stages;
}

StageVerdict judge(std::string_view name, const Tensor& values, const Tensor& plain,
                   const Tensor& exact, DType dtype) {
  StageVerdict verdict;
  verdict.stage = name;
  verdict.error = measure_error(values, exact, dtype);
  verdict.plain = measure_error(plain, exact, dtype);
  const double one_rounding = unit_roundoff(dtype);
  verdict.max_relative_bound = std::max(2 * verdict.plain.max_relative, one_rounding);
  verdict.relative_l2_bound = std::max(2 * verdict.plain.relative_l2, one_rounding);
  return verdict;
}

// Each stage in exact arithmetic from what the card itself had computed before.
AttentionStages exact_steps(const AttentionStages& card, const AttentionStages& exact,
                            std::int64_t head_dim) {
  const Device device = exact_device();
  const auto wide = [&](const Tensor& tensor) {
    return to_device(tensor.to(DType::bf16).to(DType::f64), device, {.dtype = DType::f64});
  };
  const auto root = std::sqrt(static_cast<double>(head_dim));
  AttentionStages steps = exact;  // the projections' operands are exact
  steps.scores = to_host(matmul(wide(card.query), wide(card.key), {.transpose_b = true}));
  steps.weights = to_host(softmax(divide(wide(card.scores), root)));
  steps.context = to_host(matmul(wide(card.weights), wide(card.value)));
  return steps;
}

// The stages of several draws, one below the other.
class Pool {
 public:
  void add(AttentionStages stages) { draws_.push_back(std::move(stages)); }
  bool has(Stage stage) const { return (draws_.front().*stage).defined(); }
  Tensor rows(Stage stage) const {
    std::vector<double> values;
    for (const AttentionStages& draw : draws_) {
      const Tensor wide = (draw.*stage).to(DType::f64);
      values.insert(values.end(), wide.values<double>().begin(), wide.values<double>().end());
    }
    const std::int64_t columns = (draws_.front().*stage).size(-1);
    return Tensor::from<double>(values,
                                {static_cast<std::int64_t>(values.size()) / columns, columns});
  }

 private:
  std::vector<AttentionStages> draws_;
};

std::vector<VerifyCase> draws_of(const VerifyCase& verify_case) {
  expect(verify_case.draws > 0, "[verify] expected at least 1 draw; found {}", verify_case.draws);
  std::vector<VerifyCase> draws(static_cast<std::size_t>(verify_case.draws), verify_case);
  for (std::size_t i = 0; i < draws.size(); ++i) draws[i].seed += i;
  return draws;
}

}  // namespace

bool StageVerdict::pass() const {
  return error.not_finite <= plain.not_finite && error.max_relative <= max_relative_bound &&
         error.relative_l2 <= relative_l2_bound;
}

std::vector<StageVerdict> verify_on_host(const VerifyCase& verify_case, const Device& device,
                                         const AttentionConfig& config) {
  Pool stages, exact, plain;
  for (const VerifyCase& draw : draws_of(verify_case)) {
    const AttentionOperands operands = draw_operands(draw, config.dtype);
    stages.add(device_stages(operands, device, config));
    exact.add(exact_stages(operands));
    plain.add(plain_attention(operands, config.dtype));
  }
  std::vector<StageVerdict> verdicts;
  for (const auto& [name, stage] : all_stages)
    if (stages.has(stage))
      verdicts.push_back(
          judge(name, stages.rows(stage), plain.rows(stage), exact.rows(stage), config.dtype));
  return verdicts;
}

std::vector<StageCost> verify_on_card(const VerifyCase& verify_case, const Device& device,
                                      const AttentionConfig& config) {
  Pool stages, exact, steps;
  for (const VerifyCase& draw : draws_of(verify_case)) {
    const AttentionOperands operands = draw_operands(draw, DType::bf16);
    const AttentionStages card = device_stages(operands, device, config),
                          exactly = exact_stages(operands);
    stages.add(card);
    exact.add(exactly);
    steps.add(exact_steps(card, exactly, verify_case.head_dim));
  }
  std::vector<StageCost> costs;
  for (const auto& [name, stage] : all_stages) {
    const Tensor values = stages.rows(stage).to(DType::bf16), exactly = exact.rows(stage);
    costs.push_back({name, measure_error(exactly.to(DType::bf16), exactly, DType::bf16),
                     measure_error(values, steps.rows(stage), DType::bf16),
                     measure_error(values, exactly, DType::bf16)});
  }
  return costs;
}

}  // namespace wattention
