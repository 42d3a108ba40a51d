#include "report/headlines.h"

#include <fmt/format.h>

#include <cmath>

#include "notebook/values.h"
#include "report/notebook_records.h"
#include "report/numbers.h"
#include "report/phase_table.h"
#include "report/words.h"

namespace wattention::report {
namespace {

// "5 % less" of a quantity of which less is better.
std::string change(double value, double base, std::string_view better, std::string_view worse) {
  return fmt::format("{:.0f} % {}", 100 * std::abs(1 - value / base),
                     value < base ? better : worse);
}

std::string time_change() {
  const NotebookTimes& longest = notebook_times.back();
  return change(longest.resident_ms, longest.cpu_ms, "faster", "slower");
}

std::string energy_change(const NotebookPower& power) {
  return change(power.reading("resident").gross_j(), power.reading("cpu").gross_j(), "less energy",
                "more energy");
}

Headline time_headline() {
  const NotebookTimes& longest = notebook_times.back();
  const auto count = static_cast<double>(longest.count);
  return {
      time_change(),
      fmt::format("In the notebook a forward took {:.2f} ms with the card and {:.2f} ms with the "
                  "CPU. Both were measured there, in one run each of {} forwards.",
                  longest.resident_ms / count, longest.cpu_ms / count, longest.count)};
}

Headline energy_headline(const NotebookPower& power) {
  const WallReading& cpu = power.reading("cpu");
  const WallReading& card = power.reading("resident");
  return {
      energy_change(power),
      fmt::format("At the wall a forward took {:.1f} J with the card and {:.1f} J with the CPU. "
                  "Above the idle machine it was {:.1f} J and {:.1f} J. Read by hand.",
                  card.gross_j(), cpu.gross_j(), card.net_j(), cpu.net_j())};
}

Headline busy_headline(const BenchRecord& resident) {
  double computing = 0;
  for (const PhaseShare& share : phase_shares(resident))
    if (share.phase == Phase::compute) computing = share.share;
  return {fmt::format("{:.0f} % busy", 100 * computing),
          fmt::format("The card computes for this part of a forward of {:.1f} ms and takes {:.2f} "
                      "J itself. The rest of the time goes to its host, which casts, tiles and "
                      "copies. Modelled.",
                      *resident.time_per_forward_ms.value, resident.energy_j.value.value_or(0))};
}

Headline machine_headline(const BenchRecord& record) {
  const bool measured = record.time_per_forward_ms.source == Source::measured;
  return {fmt::format("{} ms", milliseconds(record.time_per_forward_ms, false)),
          fmt::format("A forward{}: {}, {}, {}{}.", measured ? " on this machine" : "",
                      series_word(record.axes), shape_word(record.axes),
                      source_word(record.time_per_forward_ms),
                      record.extrapolated ? " on a part of the forwards" : "")};
}

const BenchRecord* fastest_of_any_shape(const BenchRun& run) {
  if (const BenchRecord* record = find_fastest_measured(run)) return record;
  // What was measured here comes before what a model says of a card that is not.
  const auto comes_first = [](const BenchRecord& a, const BenchRecord& b) {
    const Figure &x = a.time_per_forward_ms, &y = b.time_per_forward_ms;
    if (x.source != y.source) return x.source == Source::measured;
    return *x.value < *y.value;
  };
  const BenchRecord* fastest = nullptr;
  for (const BenchRecord& record : run.records)
    if (record.time_per_forward_ms.value && (!fastest || comes_first(record, *fastest)))
      fastest = &record;
  return fastest;
}

}  // namespace

std::string verdict(const BenchRun& run, const NotebookPower* power) {
  const BenchRecord* resident = find_card_record(run, Variant::resident);
  if (resident && power)
    return fmt::format("The card is {} than the CPU and takes {}", time_change(),
                       energy_change(*power));
  return "Self-attention, by time and energy";
}

std::vector<Headline> headlines(const BenchRun& run, const NotebookPower* power) {
  std::vector<Headline> all;
  const BenchRecord* resident = find_card_record(run, Variant::resident);
  if (resident && power) all = {time_headline(), energy_headline(*power)};
  if (resident && resident->time_per_forward_ms.value) all.push_back(busy_headline(*resident));
  const BenchRecord* fastest = fastest_of_any_shape(run);
  if (fastest && fastest != resident) all.push_back(machine_headline(*fastest));
  return all;
}

}  // namespace wattention::report
