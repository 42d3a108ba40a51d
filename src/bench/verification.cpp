#include "bench/verification.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.h"
#include "bench/verified_draw.h"
#include "tensor/number_format.h"

namespace wattention {
namespace {

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
  const HeadsCase& heads = sizes.heads;
  expect(heads.heads >= 0 && heads.kv_heads >= 0 && heads.batch >= 1 && heads.past >= 0,
         "[verify] expected heads, kv-heads and past of at least 0, batch of at least 1; found {}, "
         "{}, {} and {}",
         heads.heads, heads.kv_heads, heads.past, heads.batch);
}

std::int64_t head_width(const VerifyCase& sizes) {
  return sizes.heads.heads > 0 ? sizes.embed_dim / sizes.heads.heads : sizes.head_dim;
}

// Of a stage that is not split by heads.
std::int64_t rows_of(const VerifyCase& sizes) {
  return sizes.heads.heads > 0 ? sizes.heads.batch * sizes.tokens : sizes.tokens;
}

// Of one draw: projections, scores and context.
double multiply_adds(const VerifyCase& sizes) {
  const HeadsCase& heads = sizes.heads;
  const auto tokens = static_cast<double>(sizes.tokens),
             embed_dim = static_cast<double>(sizes.embed_dim),
             head_dim = static_cast<double>(sizes.head_dim);
  if (heads.heads > 0) {
    const auto projected = static_cast<double>(sizes.embed_dim + heads.projected(sizes.embed_dim));
    const double keys = static_cast<double>(heads.past) + tokens;
    return static_cast<double>(heads.batch) * tokens * embed_dim * (projected + 2 * keys);
  }
  return 3 * tokens * embed_dim * head_dim + 2 * tokens * tokens * head_dim;
}

// Below about a millisecond of work, waking the threads costs more than they save.
Device exact_device(const VerifyCase& sizes) {
  return open_device("reference", {.threads = multiply_adds(sizes) < 0x1p20 ? 1 : 0});
}

VerifiedDrawPointer draw(const VerifyCase& verify_case, DType dtype, const Device& reference) {
  expect_sizes(verify_case);
  return verify_case.heads.heads > 0 ? draw_heads(verify_case, dtype, reference)
                                     : draw_one_head(verify_case, dtype, reference);
}

// The stages of several draws, one below the other.
class Pool {
 public:
  /// Of the same stages each time.
  void add(Stages stages) { draws_.push_back(std::move(stages)); }
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> names;
    for (const NamedStage& stage : draws_.front()) names.push_back(stage.name);
    return names;
  }
  std::size_t size() const { return draws_.size(); }
  Tensor rows(std::string_view stage) const { return rows(stage, 0, size()); }
  Tensor rows(std::string_view stage, std::size_t first, std::size_t last) const {
    std::vector<double> values;
    for (std::size_t i = first; i < last; ++i) {
      const Tensor wide = find_stage(draws_[i], stage)->to(DType::f64);
      values.insert(values.end(), wide.values<double>().begin(), wide.values<double>().end());
    }
    const std::int64_t columns = find_stage(draws_.front(), stage)->size(-1);
    return Tensor::from<double>(values,
                                {static_cast<std::int64_t>(values.size()) / columns, columns});
  }

 private:
  std::vector<Stages> draws_;
};

// What the device does not keep is not kept for it.
Stages among(const Stages& stages, const Stages& wanted) {
  Stages list;
  for (const NamedStage& stage : wanted)
    list.push_back({stage.name, *find_stage(stages, stage.name)});
  return list;
}

// The worst element of a block of draws, on average over the blocks: the worst of all would hang on one draw.
double worst_element(const Pool& values, const Pool& exact, std::string_view stage,
                     const VerifyCase& sizes) {
  const auto divided = [](std::int64_t count, std::int64_t by) { return (count + by - 1) / by; };
  const std::int64_t columns = exact.rows(stage, 0, 1).size(-1);
  const std::int64_t narrowest = std::min({columns, sizes.embed_dim, head_width(sizes)});
  const std::int64_t scale_width = columns * divided(steady_scale, narrowest);
  const auto block = static_cast<std::size_t>(divided(block_rows, rows_of(sizes)));
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

ErrorMetrics measure(const Pool& values, const Pool& exact, std::string_view stage,
                     const VerifyCase& sizes, DType dtype) {
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

// Of two bf16 tensors of one shape.
double changed_share(const Tensor& values, const Tensor& others) {
  const auto bits = values.values<bfloat16>(), other_bits = others.values<bfloat16>();
  double changed = 0;
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i].bits != other_bits[i].bits) ++changed;
  return bits.empty() ? 0 : changed / static_cast<double>(bits.size());
}

// What the explainer, which has watched the forward, knows of each stage. Projections that the module cut apart on the
// host come from exact operands: of them the formula's values are those of the step, too.
Stages exact_stages(const Explainer& explainer, const Stages& stages, const VerifiedDraw& drawn) {
  for (const ExplainedOp& op : explainer.explanation().ops)
    expect(op.why_unmeasured.empty(), "[verify] expected float64 values of {}; found none: {}",
           op.op, op.why_unmeasured);
  Stages exact, by_formula;
  for (const NamedStage& stage : stages) {
    std::optional<Tensor> values = explainer.exact_values(stage.rows);
    if (!values && by_formula.empty()) by_formula = drawn.exact();
    exact.push_back({stage.name, values ? *values : *find_stage(by_formula, stage.name)});
  }
  return exact;
}

// A card's stages of all draws: as it had them, in float64 from the draw's operands, and each from what the card had
// before it.
struct CardPools {
  Pool stages, exact, steps;
};

// Two forwards, which give the same digits: float64 rides along through all of the one, and through each stage of the
// other.
Explanation add_draw(const VerifiedDraw& drawn, const Device& card, const AttentionConfig& config,
                     CardPools& pools) {
  Explainer all, by_stages;
  by_stages.restart_at_stages();
  by_stages.watch(card);
  pools.steps.add(exact_stages(by_stages, drawn.on_device(card, config), drawn));
  by_stages.leave();
  all.watch(card);
  Stages stages = drawn.on_device(card, config);
  all.leave();
  pools.exact.add(exact_stages(all, stages, drawn));
  pools.stages.add(std::move(stages));
  return all.explanation();
}

std::vector<VerifyCase> draws_of(const VerifyCase& verify_case) {
  expect(verify_case.draws > 0, "[verify] expected at least 1 draw; found {}", verify_case.draws);
  std::vector<VerifyCase> draws(static_cast<std::size_t>(verify_case.draws), verify_case);
  for (std::size_t i = 0; i < draws.size(); ++i) draws[i].seed += i;
  return draws;
}

}  // namespace

const Tensor* find_stage(const Stages& stages, std::string_view name) {
  const auto found = std::ranges::find(stages, name, &NamedStage::name);
  return found == stages.end() ? nullptr : &found->rows;
}

int steady_draws(const VerifyCase& sizes) {
  expect_sizes(sizes);
  const double enough = std::ceil(steady_rows / static_cast<double>(rows_of(sizes)));
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
  const Device reference = exact_device(verify_case);
  Pool stages, exact, plain;
  for (const VerifyCase& one : draws_of(verify_case)) {
    const VerifiedDrawPointer drawn = draw(one, dtype, reference);
    Stages found = drawn->on_device(device, config);
    exact.add(among(drawn->exact(), found));
    plain.add(among(drawn->plain(), found));
    stages.add(std::move(found));
  }
  std::vector<StageVerdict> verdicts;
  for (const std::string_view stage : stages.names())
    verdicts.push_back(judge(stage, measure(stages, exact, stage, verify_case, dtype),
                             measure(plain, exact, stage, verify_case, dtype), dtype));
  return verdicts;
}

std::vector<ComparedCard> compare_cards(const VerifyCase& verify_case,
                                        std::span<const Device> cards,
                                        const AttentionConfig& config) {
  const Device reference = exact_device(verify_case);
  std::vector<CardPools> pools(cards.size());
  std::vector<ComparedCard> compared(cards.size());
  for (const VerifyCase& one : draws_of(verify_case)) {
    const VerifiedDrawPointer drawn = draw(one, DType::bf16, reference);
    for (std::size_t i = 0; i < cards.size(); ++i) {
      Explanation seen = add_draw(*drawn, cards[i], config, pools[i]);
      if (compared[i].explanation.ops.empty()) compared[i].explanation = std::move(seen);
    }
  }
  for (const std::string_view stage : pools.front().stages.names()) {
    const Tensor first = pools.front().stages.rows(stage).to(DType::bf16);
    for (std::size_t i = 0; i < cards.size(); ++i) {
      const Tensor values = pools[i].stages.rows(stage).to(DType::bf16),
                   exactly = pools[i].exact.rows(stage);
      compared[i].costs.push_back({stage,
                                   measure_error(exactly.to(DType::bf16), exactly, DType::bf16),
                                   measure_error(values, pools[i].steps.rows(stage), DType::bf16),
                                   measure_error(values, exactly, DType::bf16)});
      compared[i].changed.push_back(changed_share(values, first));
    }
  }
  return compared;
}

ComparedCard verify_on_card(const VerifyCase& verify_case, const Device& device,
                            const AttentionConfig& config) {
  return std::move(compare_cards(verify_case, {&device, 1}, config).front());
}

}  // namespace wattention
