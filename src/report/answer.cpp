#include "report/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "notebook/gpu.h"
#include "notebook/values.h"
#include "report/another_cpu.h"
#include "report/host_table.h"
#include "report/notebook_records.h"
#include "report/phase_table.h"
#include "report/verdict.h"
#include "report/words.h"

namespace wattention::report {
namespace {

double percent_less(double less, double than) {
  return 100 * (1 - less / than);
}

std::string more_or_less(double value, double base) {
  return fmt::format("{:.0f} % {}", std::abs(percent_less(value, base)),
                     value < base ? "less" : "more");
}

Duel notebook_times_duel() {
  return {.card = notebook_forward_ms("resident"), .cpu = notebook_forward_ms("cpu")};
}

Duel gross_duel(const NotebookPower& power) {
  return {.card = power.gross_j("resident"), .cpu = power.gross_j("cpu")};
}

Duel net_duel(const NotebookPower& power) {
  return {.card = power.net_j("resident"), .cpu = power.net_j("cpu")};
}

std::string time_sentence(const Interval& modelled_ms) {
  const NotebookTimes& longest = notebook_times.back();
  const auto [card, cpu] = notebook_times_duel();
  return fmt::format(
      "Faster: {}. In the notebook's loop of {} tensors a forward took {:.2f} ms with the card. "
      "That is {} than with the notebook's CPU ({:.2f} ms). The naive module took {:.1f} times "
      "as long as the CPU. For the card the model says {:.1f} ms ({:.1f} to {:.1f}): {}.",
      winner_words({notebook_times_duel()}), longest.count, card.value,
      more_or_less(card.value, cpu.value), cpu.value, longest.naive_ms / longest.cpu_ms,
      modelled_ms.value, modelled_ms.low, modelled_ms.high, model_words(modelled_ms, cpu));
}

std::string energy_sentence(const NotebookPower& power, const Interval& modelled_j) {
  const Duel gross = gross_duel(power), net = net_duel(power);
  return fmt::format(
      "Less energy: {}. At the wall a forward took {:.1f} J with the card and {:.1f} J with the "
      "CPU ({}). Above the baselines it was {:.1f} J and {:.1f} J ({}). The card itself uses "
      "{:.2g} J of that ({:.2g} to {:.2g}, modelled). The rest is its host's.",
      winner_words({gross, net}), gross.card.value, gross.cpu.value,
      more_or_less(gross.card.value, gross.cpu.value), net.card.value, net.cpu.value,
      more_or_less(net.card.value, net.cpu.value), modelled_j.value, modelled_j.low,
      modelled_j.high);
}

const BenchRecord* find_host(const std::vector<const BenchRecord*>& records, bool what_if) {
  const auto found = std::ranges::find_if(records, [&](const BenchRecord* record) {
    return (record->axes.host == twice_as_fast) == what_if;
  });
  return found == records.end() ? nullptr : *found;
}

// Nothing without the what-if: the claim needs its figure.
std::string faster_host_sentence(const BenchRecord* faster) {
  if (faster == nullptr) return "";
  const NotebookTimes& longest = notebook_times.back();
  const double cpu_ms = longest.cpu_ms / static_cast<double>(longest.count);
  const double ms = *faster->time_per_forward_ms.value;
  return fmt::format(
      " In a host twice as fast the forward would take {:.1f} ms (modelled), {} than the "
      "notebook's CPU. The card would use {:.2g} J.",
      ms, more_or_less(ms, cpu_ms), *faster->energy_j.value);
}

std::string reason_sentence(const BenchRecord& resident, const BenchRecord* faster) {
  double card = 0, conversion = 0;
  for (const PhaseShare& share : phase_shares(resident)) {
    if (share.phase == Phase::compute) card = share.share;
    if (share.phase == Phase::cast || share.phase == Phase::tilize ||
        share.phase == Phase::untilize)
      conversion += share.share;
  }
  return fmt::format(
      "Why: the card computes for {:.0f} % of the forward. Casting and tiling, on one thread of "
      "the host, take {:.0f} %.{}",
      100 * card, 100 * conversion, faster_host_sentence(faster));
}

std::string machine_sentence(const BenchRecord& fastest, const BenchRecord& resident,
                             const BenchRecord* here) {
  const std::string in_other_host =
      here == nullptr ? ""
                      : fmt::format(", and with {} as its host {:.1f} ms", here->axes.host,
                                    *here->time_per_forward_ms.value);
  return fmt::format(
      "This machine: {} takes {:.2f} ms per forward, measured. The modelled card would take "
      "{:.1f} ms in the notebook's host{}.",
      series_word(fastest.axes), *fastest.time_per_forward_ms.value,
      *resident.time_per_forward_ms.value, in_other_host);
}

std::string energy_sureness(const NotebookPower& power) {
  const Duel net = net_duel(power);
  return fmt::format(
      "The wall meter's baselines differ by {:.0f} W, so each of its readings may be off by as "
      "much. Then the CPU's forward took {:.1f} to {:.1f} J above its baseline, and the card's "
      "{:.1f} to {:.1f} J: {}.",
      power.baseline_spread_w(), net.cpu.low, net.cpu.high, net.card.low, net.card.high,
      sureness_words(margin_of({gross_duel(power), net})));
}

std::string time_sureness() {
  const Duel duel = notebook_times_duel();
  const Margin margin = margin_of(duel);
  return fmt::format(
      "Each job was timed twice. A forward took {:.2f} to {:.2f} ms with the CPU and {:.2f} to "
      "{:.2f} ms with the card: {} there.{}",
      duel.cpu.low, duel.cpu.high, duel.card.low, duel.card.high, sureness_words(margin),
      margin == Margin::barely ? " In another host so small a difference may go the other way."
                               : "");
}

std::string gpu_sentence(const MeasuredGpu& gpu) {
  return fmt::format(
      "A GPU: an {} takes {:.2f} ms per forward in the same loop, in bf16. With page-locked "
      "tensors "
      "and transfers that overlap it is {:.2f} ms, and {:.3f} ms with tokens and context in its "
      "own "
      "memory, for {:.3f} J by its board's counter (measured on {}, docs/cuda.md).",
      gpu.name, gpu.loop_ms, gpu.overlap_ms, gpu.resident_ms, gpu.resident_j, gpu.date);
}

}  // namespace

std::vector<std::string> answer(const BenchRun& run, const NotebookPower* power) {
  const BenchRecord* resident = find_card_record(run, Variant::resident);
  if (!resident || !resident->time_per_forward_ms.range || !resident->energy_j.range) return {};
  std::vector<std::string> sentences{time_sentence(*resident->time_per_forward_ms.range)};
  if (power) sentences.push_back(energy_sentence(*power, *resident->energy_j.range));
  const auto others = other_host_records(run, Variant::resident);
  sentences.push_back(reason_sentence(*resident, find_host(others, true)));
  if (const BenchRecord* fastest = find_fastest_measured(run))
    sentences.push_back(machine_sentence(*fastest, *resident, find_host(others, false)));
  if (power)
    sentences.push_back(fmt::format("How sure: {} {}", energy_sureness(*power), time_sureness()));
  sentences.push_back(gpu_sentence(measured_gpu));
  sentences.push_back(another_cpu_sentence(run, *resident->time_per_forward_ms.range, power));
  return sentences;
}

}  // namespace wattention::report
