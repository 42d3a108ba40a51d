#include "report/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/host_table.h"
#include "report/notebook_records.h"
#include "report/notebook_values.h"
#include "report/phase_table.h"
#include "report/power_table.h"
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

std::string time_sentence(const BenchRecord& resident) {
  const NotebookTimes& longest = notebook_times.back();
  return fmt::format(
      "Faster: the card, barely. In the notebook's loop of {} tensors it took {:.2f} ms per "
      "forward, {} than the "
      "notebook's CPU ({:.2f} ms); the naive module took {:.1f} times as long as the CPU. The "
      "model says {:.1f} ms "
      "({:.1f} to {:.1f}): its interval holds both, so it cannot tell who wins.",
      longest.count, longest.resident_ms / static_cast<double>(longest.count),
      more_or_less(longest.resident_ms, longest.cpu_ms),
      longest.cpu_ms / static_cast<double>(longest.count), longest.naive_ms / longest.cpu_ms,
      *resident.time_per_forward_ms.value, resident.time_per_forward_ms.range->low,
      resident.time_per_forward_ms.range->high);
}

std::string energy_sentence(const NotebookPower& power, const BenchRecord& resident) {
  const WallReading& cpu = wall_reading(power, "cpu");
  const WallReading& card = wall_reading(power, "resident");
  return fmt::format(
      "Less energy: the card, clearly. At the wall {:.1f} J per forward against {:.1f} J gross "
      "({}), {:.1f} J against "
      "{:.1f} J above the baselines ({}). Of that the card itself uses {:.2g} J ({:.2g} to {:.2g}, "
      "modelled); the "
      "rest is its host.",
      card.gross_j(), cpu.gross_j(), more_or_less(card.gross_j(), cpu.gross_j()), card.net_j(),
      cpu.net_j(), more_or_less(card.net_j(), cpu.net_j()), *resident.energy_j.value,
      resident.energy_j.range->low, resident.energy_j.range->high);
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
      "notebook's "
      "CPU, and the card {:.2g} J.",
      ms, more_or_less(ms, cpu_ms), *faster->energy_j.value);
}

std::string reason_sentence(const BenchRecord& resident, const BenchRecord* faster) {
  double card = 0, conversion = 0;
  for (const PhaseShare& share : phase_shares(resident)) {
    if (share.phase == "compute") card = share.share;
    if (share.phase == "cast" || share.phase == "tilize" || share.phase == "untilize")
      conversion += share.share;
  }
  return fmt::format(
      "Why: the card computes for {:.0f} % of the forward; casting and tiling on one thread of the "
      "host take {:.0f} %.{}",
      100 * card, 100 * conversion, faster_host_sentence(faster));
}

std::string machine_sentence(const BenchRecord& fastest, const BenchRecord& resident,
                             const BenchRecord* here) {
  const std::string in_other_host =
      here == nullptr ? ""
                      : fmt::format(", with {} as its host {:.1f} ms", here->axes.host,
                                    *here->time_per_forward_ms.value);
  return fmt::format(
      "This machine: {} takes {:.2f} ms per forward, measured; the modelled card in the notebook's "
      "host would take "
      "{:.1f} ms{}.",
      series_word(fastest.axes), *fastest.time_per_forward_ms.value,
      *resident.time_per_forward_ms.value, in_other_host);
}

std::string sureness_sentence(const NotebookPower& power) {
  double least = power.readings.front().baseline_w, most = least;
  for (const WallReading& reading : power.readings) {
    least = std::min(least, reading.baseline_w);
    most = std::max(most, reading.baseline_w);
  }
  const WallReading& cpu = wall_reading(power, "cpu");
  const WallReading& card = wall_reading(power, "resident");
  const double gap = (cpu.active_w - cpu.baseline_w) - (card.active_w - card.baseline_w);
  return fmt::format(
      "How sure: the wall meter's baselines differ by {:.0f} W; the CPU's {:.0f} W more above its "
      "baseline than the card's job is far beyond that, so who uses less is sure; the card's net "
      "joules are good to about "
      "{:.0f} %. The time is "
      "one run each, without a spread: a difference of {:.0f} % may turn on another day or host.",
      most - least, gap, 100 * (most - least) / (card.active_w - card.baseline_w),
      percent_less(notebook_times.back().resident_ms, notebook_times.back().cpu_ms));
}

}  // namespace

std::vector<std::string> answer(const BenchRun& run, const NotebookPower* power) {
  const BenchRecord* resident = find_card_record(run, Variant::resident);
  if (!resident || !resident->time_per_forward_ms.range || !resident->energy_j.range) return {};
  std::vector<std::string> sentences{time_sentence(*resident)};
  if (power) sentences.push_back(energy_sentence(*power, *resident));
  const auto others = other_host_records(run, Variant::resident);
  sentences.push_back(reason_sentence(*resident, find_host(others, true)));
  if (const BenchRecord* fastest = find_fastest_measured(run))
    sentences.push_back(machine_sentence(*fastest, *resident, find_host(others, false)));
  if (power) sentences.push_back(sureness_sentence(*power));
  return sentences;
}

}  // namespace wattention::report
