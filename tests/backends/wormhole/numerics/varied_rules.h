#pragma once
// The rules as variables: one model of the chip that a test can break in one place at a time.
#include <string>
#include <utility>
#include <vector>

#include "backends/wormhole/kernels/gelu.h"
#include "backends/wormhole/kernels/matmul.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/sigmoid.h"
#include "backends/wormhole/kernels/softmax_0_57.h"
#include "backends/wormhole/kernels/tanh.h"

namespace wattention::wormhole {

class AnyRule {
 public:
  AnyRule(const AnyRule&) = delete;
  AnyRule& operator=(const AnyRule&) = delete;
  const char* name() const { return name_; }
  static const std::vector<AnyRule*>& all() { return list(); }

 protected:
  explicit AnyRule(const char* name) : name_(name) { list().push_back(this); }
  ~AnyRule() = default;

 private:
  static std::vector<AnyRule*>& list() {
    static std::vector<AnyRule*> rules;
    return rules;
  }
  const char* name_;
};

/// Reads as the default until a test sets another value.
template <class T>
class Rule final : public AnyRule {
 public:
  Rule(const char* name, T value) : AnyRule(name), value_(value) {}
  operator T() const { return value_; }
  /// Sets the value and returns the one before.
  T exchange(T value) { return std::exchange(value_, value); }

 private:
  T value_;
};

/// The type of a rule is that of its default.
template <class T>
Rule<T> named_rule(const char* name, T value) {
  return {name, value};
}

/// The chip's and the kernels' rules.
struct AllRules : kernels::Softmax057,
                  kernels::Matmul,
                  kernels::Powers,
                  kernels::Tanh,
                  kernels::Sigmoid,
                  kernels::Gelu {};

#define WATTENTION_VARIED(rule) static inline Rule rule = named_rule(#rule, AllRules::rule)

/// Every rule there is: one that is missing here does not compile in the tests.
struct Varied {
  // The matrix unit
  WATTENTION_VARIED(flush_denormal_inputs);
  WATTENTION_VARIED(odd_phase_exponent);
  WATTENTION_VARIED(upper_phase_exponent);
  WATTENTION_VARIED(zero_part_keeps_exponent);
  WATTENTION_VARIED(group_size);
  WATTENTION_VARIED(product_distance_limit);
  WATTENTION_VARIED(product_rounding);
  WATTENTION_VARIED(drop_groups_without_exponent);
  WATTENTION_VARIED(negative_terms_round_up);
  WATTENTION_VARIED(negative_dst_rounds_up);
  WATTENTION_VARIED(aligned_low_bits);
  WATTENTION_VARIED(term_distance_limit);
  WATTENTION_VARIED(dst_rounding);
  WATTENTION_VARIED(round_every_step);
  WATTENTION_VARIED(flush_underflow);
  WATTENTION_VARIED(saturate_to_infinity);
  WATTENTION_VARIED(minus_one_shifts_short);
  WATTENTION_VARIED(addend_rounding);
  WATTENTION_VARIED(addend_distance_limit);
  // The vector unit
  WATTENTION_VARIED(sfpu_keeps_sticky_bit);
  WATTENTION_VARIED(sfpu_rounding);
  WATTENTION_VARIED(conversion_rounding);
  WATTENTION_VARIED(store_rounding);
  // Packer, unpacker
  WATTENTION_VARIED(l1_rounding);
  WATTENTION_VARIED(pack_rounding);
  WATTENTION_VARIED(packer_flushes);
  WATTENTION_VARIED(unpack_rounding);
  // Kernels
  WATTENTION_VARIED(weight_in_src_a);
  WATTENTION_VARIED(phases_outside_faces);
  WATTENTION_VARIED(last_block);
  WATTENTION_VARIED(reload_format);
  WATTENTION_VARIED(phases_ascend);
  WATTENTION_VARIED(reduce_phases_outside_faces);
  WATTENTION_VARIED(maximum_passes_packer);
  WATTENTION_VARIED(unpadded_row_passes_packer);
  WATTENTION_VARIED(exp_scale);
  WATTENTION_VARIED(exp_offset);
  WATTENTION_VARIED(exp_clamp);
  WATTENTION_VARIED(approximate_newton_steps);
  WATTENTION_VARIED(accurate_newton_steps);
  WATTENTION_VARIED(root_start);
  WATTENTION_VARIED(root_newton_steps);
  WATTENTION_VARIED(inverse_root_newton_steps);
  WATTENTION_VARIED(tanh_pieces);
  WATTENTION_VARIED(sigmoid_pieces);
  WATTENTION_VARIED(gelu_pieces);
};

#undef WATTENTION_VARIED

/// A rule with another value, for as long as this lives.
template <class T>
class [[nodiscard]] Variation {
 public:
  Variation(Rule<T>& rule, T value) : rule_(rule), before_(rule.exchange(value)) {}
  ~Variation() { rule_.exchange(before_); }
  Variation(const Variation&) = delete;
  Variation& operator=(const Variation&) = delete;

 private:
  Rule<T>& rule_;
  T before_;
};

}  // namespace wattention::wormhole
