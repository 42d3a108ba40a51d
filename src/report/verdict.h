#pragma once
// What intervals allow to say of who wins. Less is better: times, joules.
#include <wattention/interval.h>

#include <initializer_list>
#include <string_view>

namespace wattention::report {

/// The same amount of both rivals.
struct Duel {
  Interval card, cpu;
};

/// open: the intervals overlap, so either may win. Else the one with less wins for sure: barely when the other has at
/// most barely_ratio times as much, clearly beyond.
enum class Margin { open, barely, clearly };

/// A job's length alone moves the notebook's milliseconds per forward by up to 9 % (100 and 10,000 tensors: 12.59 and
/// 11.59 on its CPU): a lead of a tenth tells of that job, not of the chips.
inline constexpr double barely_ratio = 1.1;

Margin margin_of(const Duel& duel);
/// Of one question asked in several ways: the smallest margin, and open where they name different winners.
Margin margin_of(std::initializer_list<Duel> duels);

/// "the card, barely", "the CPU, clearly", "too close to tell".
std::string_view winner_words(std::initializer_list<Duel> duels);

/// "they do not overlap, so ... is sure", or that they do: the end of a sentence that has named both intervals.
std::string_view sureness_words(Margin margin);

/// What the model's interval for the card says beside the CPU's.
std::string_view model_words(const Interval& model, const Interval& cpu);

}  // namespace wattention::report
