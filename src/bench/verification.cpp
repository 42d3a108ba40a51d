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

// Input "large" makes softmax nearly one-hot: of a hundred rows about two have scores that nearly tie, and hold
// nearly all of the error. 4096 rows hold some eighty, whose norm is steady within a fraction of the factor of 2.
constexpr double steady_rows = 4096;
// Four draws of the default sizes: some seconds of float64.
constexpr double affordable_work = 0x1p27;
// n values all lie below a small part e of their usual size with a probability of about e^n, and an error then counts
// 1/e times: a worst element over so few is luck for any number of draws. n is the row's width or, for products, what
// they were summed over.
constexpr std::int64_t steady_scale = 16;
// A worst element is one of at least so many rows.
constexpr std::int64_t block_rows = 64;

void expect_sizes(const VerifyCase& sizes) {
  expect(sizes.tokens > 0 && sizes.embed_dim > 0 && sizes.head_dim > 0,
         "[verify] expected tokens, embed_dim and head_dim of at least 1; found {}, {} and {}",
         sizes.tokens, sizes.embed_dim, sizes.head_dim);
}

// Already rounded to the device's dtype, so that input rounding is no error of anybody.
AttentionOperands draw_operands(const VerifyCase& verify_case, DType dtype) {
  expect_sizes(verify_case);
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

// Of one draw: three projections, scores and context.
double multiply_adds(const VerifyCase& sizes) {
  const auto tokens = static_cast<double>(sizes.tokens),
             embed_dim = static_cast<double>(sizes.embed_dim),
             head_dim = static_cast<double>(sizes.head_dim);
  return 3 * tokens * embed_dim * head_dim + 2 * tokens * tokens * head_dim;
}

// Below about a millisecond of work, waking the threads costs more than they save.
Device exact_device(const VerifyCase& sizes) {
  return open_device("reference", {.threads = multiply_adds(sizes) < 0x1p20 ? 1 : 0});
}

AttentionStages exact_stages(const AttentionOperands& operands, const Device& device) {
  const AttentionConfig config{
      .variant = Variant::reference, .dtype = DType::f64, .core_grid = {}, .fidelity = {}};
  return module_of(operands).to(device, config).stages(operands.tokens);
}

AttentionStages device_stages(const AttentionOperands& operands, const Device& device,
                              const AttentionConfig& config) {
  const SelfAttention attention = module_of(operands).to(device, config);
  if (config.variant != Variant::fused) return attention.stages(operands.tokens);
  AttentionStages stages;
  stages.context = attention(operands.tokens);
  return stages;
}

// Each stage in exact arithmetic from what the card itself had computed before.
AttentionStages exact_steps(const AttentionStages& card, const AttentionStages& exact,
                            std::int64_t head_dim, const Device& device) {
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
  std::size_t size() const { return draws_.size(); }
  Tensor rows(Stage stage) const { return rows(stage, 0, size()); }
  Tensor rows(Stage stage, std::size_t first, std::size_t last) const {
    std::vector<double> values;
    for (std::size_t i = first; i < last; ++i) {
      const Tensor wide = (draws_[i].*stage).to(DType::f64);
      values.insert(values.end(), wide.values<double>().begin(), wide.values<double>().end());
    }
    const std::int64_t columns = (draws_.front().*stage).size(-1);
    return Tensor::from<double>(values,
                                {static_cast<std::int64_t>(values.size()) / columns, columns});
  }

 private:
  std::vector<AttentionStages> draws_;
};

// The worst element of a block of draws, on average over the blocks: the worst of all would hang on one draw.
double worst_element(const Pool& values, const Pool& exact, Stage stage, const VerifyCase& sizes) {
  const auto divided = [](std::int64_t count, std::int64_t by) { return (count + by - 1) / by; };
  const std::int64_t columns = exact.rows(stage, 0, 1).size(-1);
  const std::int64_t narrowest = std::min({columns, sizes.embed_dim, sizes.head_dim});
  const std::int64_t scale_width = columns * divided(steady_scale, narrowest);
  const auto block = static_cast<std::size_t>(divided(block_rows, sizes.tokens));
  double sum = 0, blocks = 0;
  for (std::size_t first = 0, last = 0; first < exact.size(); first = last, ++blocks) {
    // What is left at the end, too little for a block, belongs to the last one.
    last = exact.size() - first < 2 * block ? exact.size() : first + block;
    sum += measure_error(values.rows(stage, first, last), exact.rows(stage, first, last),
                         DType::f64, scale_width)
               .max_relative;
  }
  return sum / blocks;
}

ErrorMetrics measure(const Pool& values, const Pool& exact, Stage stage, const VerifyCase& sizes,
                     DType dtype) {
  ErrorMetrics metrics = measure_error(values.rows(stage), exact.rows(stage), dtype);
  metrics.max_relative = worst_element(values, exact, stage, sizes);
  return metrics;
}

StageVerdict judge(std::string_view name, const ErrorMetrics& error, const ErrorMetrics& plain,
                   DType dtype) {
  const double one_rounding = unit_roundoff(dtype);
  return {name, error, plain, std::max(2 * plain.max_relative, one_rounding),
          std::max(2 * plain.relative_l2, one_rounding)};
}

std::vector<VerifyCase> draws_of(const VerifyCase& verify_case) {
  expect(verify_case.draws > 0, "[verify] expected at least 1 draw; found {}", verify_case.draws);
  std::vector<VerifyCase> draws(static_cast<std::size_t>(verify_case.draws), verify_case);
  for (std::size_t i = 0; i < draws.size(); ++i) draws[i].seed += i;
  return draws;
}

}  // namespace

int steady_draws(const VerifyCase& sizes) {
  expect_sizes(sizes);
  const double enough = std::ceil(steady_rows / static_cast<double>(sizes.tokens));
  const double affordable = std::floor(affordable_work / multiply_adds(sizes));
  return static_cast<int>(std::clamp(std::min(enough, affordable), 4.0, 1024.0));
}

bool StageVerdict::pass() const {
  return error.not_finite <= plain.not_finite && error.max_relative <= max_relative_bound &&
         error.relative_l2 <= relative_l2_bound;
}

std::vector<StageVerdict> verify_on_host(const VerifyCase& verify_case, const Device& device,
                                         const AttentionConfig& config) {
  const DType dtype = config.dtype.value_or(DType::f32);
  const Device exactly = exact_device(verify_case);
  Pool stages, exact, plain;
  for (const VerifyCase& draw : draws_of(verify_case)) {
    const AttentionOperands operands = draw_operands(draw, dtype);
    stages.add(device_stages(operands, device, config));
    exact.add(exact_stages(operands, exactly));
    plain.add(plain_attention(operands, dtype));
  }
  std::vector<StageVerdict> verdicts;
  for (const auto& [name, stage] : all_stages)
    if (stages.has(stage))
      verdicts.push_back(judge(name, measure(stages, exact, stage, verify_case, dtype),
                               measure(plain, exact, stage, verify_case, dtype), dtype));
  return verdicts;
}

std::vector<StageCost> verify_on_card(const VerifyCase& verify_case, const Device& device,
                                      const AttentionConfig& config) {
  const Device exact_host = exact_device(verify_case);
  Pool stages, exact, steps;
  for (const VerifyCase& draw : draws_of(verify_case)) {
    const AttentionOperands operands = draw_operands(draw, DType::bf16);
    const AttentionStages card = device_stages(operands, device, config),
                          exactly = exact_stages(operands, exact_host);
    stages.add(card);
    exact.add(exactly);
    steps.add(exact_steps(card, exactly, verify_case.head_dim, exact_host));
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
