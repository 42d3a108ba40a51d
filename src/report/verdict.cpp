#include "report/verdict.h"

#include <algorithm>

namespace wattention::report {
namespace {

bool card_wins(const Duel& duel) {
  return duel.card.value < duel.cpu.value;
}

}  // namespace

Margin margin_of(const Duel& duel) {
  if (overlap(duel.card, duel.cpu)) return Margin::open;
  const auto [less, more] = std::minmax(duel.card.value, duel.cpu.value);
  return more <= barely_ratio * less ? Margin::barely : Margin::clearly;
}

Margin margin_of(std::initializer_list<Duel> duels) {
  Margin margin = Margin::clearly;
  for (const Duel& duel : duels) {
    if (card_wins(duel) != card_wins(*duels.begin())) return Margin::open;
    margin = std::min(margin, margin_of(duel));
  }
  return margin;
}

std::string_view winner_words(std::initializer_list<Duel> duels) {
  const bool card = card_wins(*duels.begin());
  switch (margin_of(duels)) {
    case Margin::open: return "too close to tell";
    case Margin::barely: return card ? "the card, barely" : "the CPU, barely";
    case Margin::clearly: return card ? "the card, clearly" : "the CPU, clearly";
  }
  return "too close to tell";
}

std::string_view sureness_words(Margin margin) {
  return margin == Margin::open ? "they overlap, so the order is not sure"
                                : "they do not overlap, so the order is sure";
}

std::string_view model_words(const Interval& model, const Interval& cpu) {
  if (overlap(model, cpu))
    return "this interval holds the CPU's time, so the model does not say who wins";
  return model.high < cpu.low ? "all of this interval lies below the CPU's time, so the card wins"
                              : "all of this interval lies above the CPU's time, so the CPU wins";
}

}  // namespace wattention::report
