#include "explain/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "device/fidelity_word.h"
#include "explain/rows_of_softmax.h"
#include "explain/slices.h"

namespace wattention {
namespace {

struct Candidate {
  Cause cause;
  double error;  ///< relative, that it alone would make
  std::string sentence;
};
using Candidates = std::vector<Candidate>;

void suspect(Candidates& found, Cause cause, double error, std::string_view sentence) {
  found.push_back({cause, error, std::string(sentence)});
}

// Root mean square of one rounding to 8 bits: a unit over the root of 12, over a mantissa that is as likely in each
// binary place: 2^-7 * 0.7355 / 3.464.
constexpr double rounding_to_8_bits = 0.00166;

bool is_matrix_product(const CallSeen& seen) {
  return seen.call.row().family == OpFamily::product;
}

// Terms of one sum.
std::int64_t terms_of(const CallSeen& seen) {
  const OpCall& call = seen.call;
  if (call.row().family == OpFamily::product) return call.a().size(-1);
  return call.shape.numel() > 0 ? call.a().numel() / call.shape.numel() : 0;
}

Cut cut_activation(const CallSeen& seen) {
  return cut_of(seen.operands[0], seen_bits(seen.facts.fidelity).activation);
}

Cut cut_weight(const CallSeen& seen) {
  return cut_of(seen.operands[1], seen_bits(seen.facts.fidelity).weight);
}

void suspect_slices(const CallSeen& seen, Candidates& found) {
  const SeenBits bits = seen_bits(seen.facts.fidelity);
  if (!is_matrix_product(seen) || seen.facts.fidelity >= Fidelity::hifi3) return;
  const double error = error_of(cut_activation(seen), cut_weight(seen));
  suspect(found, Cause::slices_dropped, error,
          fmt::format("{} multiplies {} of 8 mantissa bits of the first operand and {} of the "
                      "second's; what is left out is {} of the result",
                      fidelity_word(seen.facts.fidelity), bits.activation, bits.weight,
                      percent(error)));
}

// A partial sum of i of n steps is the root of i / n of the whole where terms have any sign; squares of its roundings
// add up to n / 2. Blocks that the packer adds up start from nothing each.
double rounding_along(std::int64_t steps, const ProgramFacts& facts) {
  const auto n = static_cast<double>(steps);
  const double blocks =
      facts.l1_accumulate ? std::max(1.0, static_cast<double>(facts.k_blocks)) : 1;
  return rounding_to_8_bits * std::sqrt(n / blocks / 2 + (blocks > 1 ? blocks / 2 : 0));
}

void suspect_dst(const CallSeen& seen, Candidates& found) {
  const ProgramFacts& facts = seen.facts;
  const OpFamily family = seen.call.row().family;
  if (facts.fp32_accumulate || !facts.sums()) return;
  if (family != OpFamily::product && family != OpFamily::reduce) return;
  constexpr int products_a_step = 16;
  const std::int64_t terms = terms_of(seen);
  const int phases = static_cast<int>(facts.fidelity);
  const std::int64_t steps = (terms + products_a_step - 1) / products_a_step * phases;
  if (terms <= products_a_step) return;
  const double error = rounding_along(steps, facts);
  suspect(found, Cause::dst_rounding, error,
          fmt::format("its sums of {} terms are rounded to 8 bits {} times on their way, "
                      "which makes about {}",
                      terms, steps, percent(error)));
  // What leans to one side is no chance. A fidelity leans, too: towards 0.
  double lean = seen.own.figures.bias;
  if (is_matrix_product(seen)) lean += 1 - cut_activation(seen).share * cut_weight(seen).share;
  constexpr double most = 0.7;  // of the error
  if (std::fabs(lean) < most * seen.own.figures.relative_l2) return;
  suspect(found, Cause::stalled_sum, std::fabs(lean),
          fmt::format("its sums of {} terms have 8 bits: terms far below the sum are "
                      "rounded to one side, and results come out {} too {}",
                      terms, percent(std::fabs(seen.own.figures.bias)),
                      seen.own.figures.bias < 0 ? "small" : "large"));
}

void suspect_softmax(const CallSeen& seen, Candidates& found) {
  if (seen.call.row().family != OpFamily::softmax) return;
  const OpCall& call = seen.call;
  if (call.attributes.dim && *call.attributes.dim != call.shape.rank() - 1)
    return suspect(found, Cause::exp_approximated, 0.9 * seen.own.figures.relative_l2,
                   "exp and the reciprocal are the vector unit's approximations");
  const SoftmaxRows rows = rows_of(seen);
  if (seen.facts.keeps_maximum && rows.beyond > 0)
    suspect(
        found, Cause::maximum_kept, seen.own.figures.relative_l2,
        fmt::format("the largest value of a row, {:.4g} here, is not subtracted before exp, which "
                    "has room up to {:.0f}: {} of {} rows lie beyond",
                    rows.largest, exp_room, rows.beyond, rows.count));
  constexpr std::int64_t tile = 32;
  const std::int64_t padded = (rows.width + tile - 1) / tile * tile;
  if (padded != rows.width && rows.mean_sum < 1)
    suspect(found, Cause::padding_counted, 1 - rows.mean_sum,
            fmt::format("rows of {} are padded to {}, and its program counts the padding as other "
                        "columns: the weights of a row sum to {:.4f} on average in place of 1",
                        rows.width, padded, rows.mean_sum));
  if (rows.mean_sum > 1 && !seen.facts.fp32_accumulate)
    suspect(found, Cause::stalled_sum, rows.mean_sum - 1,
            fmt::format("its sums of {} exponentials stall in 8 bits: the weights of a "
                        "row sum to {:.4f} on average in place of 1",
                        rows.width, rows.mean_sum));
  constexpr double most_off = 0.07;  // of exp and reciprocal together (docs/numerics.md)
  if (seen.facts.work.exponentials > 0 && std::fabs(rows.mean_sum - 1) < most_off)
    suspect(found, Cause::exp_approximated, 0.9 * seen.own.figures.relative_l2,
            fmt::format("exp and the reciprocal are the vector unit's quick approximations: the "
                        "weights of a row sum to {:.4f} on average in place of 1",
                        rows.mean_sum));
}

// A function of one operand in the vector unit.
void suspect_function(const CallSeen& seen, Candidates& found) {
  if (seen.call.row().family != OpFamily::unary) return;
  const Cause cause = seen.call.op == Op::exp || seen.facts.work.exponentials > 0
                          ? Cause::exp_approximated
                          : Cause::approximated;
  suspect(found, cause, 0.9 * seen.own.figures.relative_l2,
          fmt::format("the vector unit approximates {}, up to {:.3g} units of {} off",
                      seen.call.name(), seen.own.figures.max_ulp, to_string(seen.result.dtype())));
}

// One kernel of many steps: which of them costs how much is seen by changing them.
void suspect_attention(const CallSeen& seen, Candidates& found) {
  if (seen.call.row().family != OpFamily::attention) return;
  suspect(found, Cause::approximated, seen.own.figures.relative_l2,
          fmt::format("one kernel multiplies in {}, keeps sums of {} bits and takes quick "
                      "exponentials; trying its options tells them apart",
                      fidelity_word(seen.facts.fidelity), seen.facts.fp32_accumulate ? 24 : 8));
}

void suspect_number(const CallSeen& seen, Candidates& found) {
  const std::optional<double>& number = seen.call.number;
  const bool scales =
      seen.call.op == Op::multiply || seen.call.op == Op::div || seen.call.op == Op::divide;
  if (!number || !scales || *number == 0 || !std::isfinite(*number)) return;
  // A division multiplies by the reciprocal.
  const double factor = seen.call.op == Op::multiply ? *number : 1 / *number;
  constexpr std::uint32_t low_half = 0xffff;
  const auto pattern = std::bit_cast<std::uint32_t>(static_cast<float>(factor));
  const double kept = std::bit_cast<float>(pattern & ~low_half);
  const double error = std::fabs(kept / factor - 1);
  suspect(found, Cause::number_cut, error,
          fmt::format("the factor {:.6g} is cut to bf16's {:.6g}, {} off", factor, kept,
                      percent(error)));
}

void suspect_operands(const CallSeen& seen, Candidates& found) {
  const auto is_f32 = [](const Tensor& tensor) { return tensor.dtype() == DType::f32; };
  if (!std::ranges::any_of(seen.call.tensors, is_f32)) return;
  constexpr double least = 0x1p-13, most = 0x1p-7;  // around a cut to tf32 or bf16
  const double error = seen.own.figures.relative_l2;
  if (error < least || error > most) return;
  suspect(found, Cause::operands_cut, 0.9 * error,
          "the registers hold less than f32: its operands lose their low bits");
}

std::string of_bits(DType dtype) {
  return dtype == DType::bfloat4_b ? "3 bits" : "7 bits";
}

Candidate rounding_of(DType dtype, double error) {
  if (is_block(dtype))
    return {Cause::block_format, error,
            fmt::format("in {} 16 neighbours share the exponent of their largest, and have {} "
                        "each: small ones beside it are lost",
                        to_string(dtype), of_bits(dtype))};
  return {Cause::result_rounding, error,
          fmt::format("no more than the rounding of its result to {}", to_string(dtype))};
}

// The format itself explains it: nothing an op could do would be nearer.
bool is_as_rounded(const Measured& own) {
  constexpr double as_good_as = 1.3;
  return own.figures.not_finite == 0 && own.figures.relative_l2 <= as_good_as * own.rounding_l2;
}

Finding finding_of(const Candidate& candidate) {
  return {candidate.cause, candidate.sentence};
}

}  // namespace

std::string percent(double share) {
  const double value = 100 * share, size = std::fabs(value);
  const int decimals = size >= 10 || size == 0 ? 1 : size >= 0.1 ? 2 : size >= 0.001 ? 4 : 6;
  return fmt::format("{:.{}f} %", value, decimals);
}

Finding cause_of_rounding(DType dtype, const Measured& own) {
  if (own.equal) return {};
  return finding_of(rounding_of(dtype, own.rounding_l2));
}

Finding find_cause(const CallSeen& seen) {
  if (seen.own.equal) return {};
  const DType dtype = seen.result.dtype();
  if (is_as_rounded(seen.own)) return finding_of(rounding_of(dtype, seen.own.rounding_l2));
  Candidates found;
  suspect_slices(seen, found);
  suspect_dst(seen, found);
  suspect_softmax(seen, found);
  suspect_function(seen, found);
  suspect_attention(seen, found);
  suspect_number(seen, found);
  suspect_operands(seen, found);
  if (is_block(dtype)) found.push_back(rounding_of(dtype, seen.own.rounding_l2));
  const auto worst = std::ranges::max_element(found, {}, &Candidate::error);
  constexpr double explains = 0.4;  // of the error
  if (worst != found.end() && worst->error >= explains * seen.own.figures.relative_l2)
    return finding_of(*worst);
  return {Cause::approximated,
          "the steps of its kernel, each in the dtype that it has between them"};
}

}  // namespace wattention
