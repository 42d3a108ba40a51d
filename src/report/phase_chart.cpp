#include <fmt/format.h>

#include <algorithm>

#include "report/charts.h"
#include "report/numbers.h"
#include "report/phase_table.h"
#include "report/svg.h"

namespace wattention::report {
namespace {

// Pixels. A bar's value stands behind it: 48 pixels hold the longest.
constexpr double width = 460, top = 24, row_height = 24, bar_height = 14;
constexpr double name_end = 98, time_begin = 106, energy_begin = 288, longest_bar = 118;

struct BarColumn {
  double begin;
  double longest;  ///< value of the longest bar
};

std::string bar_of(const BarColumn& column, double row_top, double value, std::string_view classes,
                   const std::string& words) {
  const double length = column.longest > 0 ? value / column.longest * longest_bar : 0;
  return svg::bar({column.begin, row_top + 4}, std::max(length, 1.0), bar_height, classes,
                  svg::Fill::hollow) +
         svg::text({column.begin + length + 6, row_top + 15}, words);
}

std::string words_of(std::string phase) {
  std::ranges::replace(phase, '_', ' ');
  return phase;
}

}  // namespace

std::optional<Chart> phase_chart(const BenchRecord& record) {
  const std::vector<PhaseShare> shares = phase_shares(record);
  if (shares.empty()) return std::nullopt;
  const BarColumn time{time_begin, std::ranges::max(shares, {}, &PhaseShare::time_ms).time_ms};
  const BarColumn energy{energy_begin, std::ranges::max(shares, {}, &PhaseShare::card_j).card_j};
  std::string body = svg::text({time_begin, 14}, "ms", "strong") +
                     svg::text({energy_begin, 14}, "the card's J", "strong");
  double y = top;
  for (const PhaseShare& share : shares) {
    const std::string_view classes = share.phase == Phase::compute ? "c2" : "c1";
    body += svg::text({name_end, y + 15}, words_of(std::string(to_string(share.phase))), "", "end");
    body += bar_of(time, y, share.time_ms, classes, milliseconds(share.time_ms));
    body += bar_of(energy, y, share.card_j, classes, fmt::format("{:.3f}", share.card_j));
    y += row_height;
  }
  const std::string name(to_string(record.axes.variant));
  const Interval time_range = record.time_per_forward_ms.range.value_or(Interval{});
  const Interval energy_range = record.energy_j.range.value_or(Interval{});
  const std::string label = fmt::format("Time and energy of a {} forward by phase", name);
  return Chart{
      fmt::format("One {} forward: {:.3g} ms, {:.2g} J", name,
                  record.time_per_forward_ms.value.value_or(0), record.energy_j.value.value_or(0)),
      svg::drawing(width, y + 4, label, body),
      fmt::format(
          "Blue (compute) is work of the card, orange is work of its host. All of it is modelled: "
          "the forward takes {:.3g} to {:.3g} ms and {:.2g} to {:.2g} J. Phases overlap, so they "
          "may add up to more than the forward.",
          time_range.low, time_range.high, energy_range.low, energy_range.high)};
}

}  // namespace wattention::report
