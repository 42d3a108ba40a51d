#include <fmt/format.h>

#include <algorithm>

#include "report/charts.h"
#include "report/fidelity_rows.h"
#include "report/numbers.h"
#include "report/svg.h"

namespace wattention::report {
namespace {

// Pixels: three panels share their rows.
constexpr double width = 480, name_end = 92, top = 26, row_height = 36;
constexpr double panel_begin[] = {106, 236, 366}, panel_width = 104;
constexpr double widest_ratio = 20;  // beyond it a linear axis hides the small values

struct Panel {
  std::string name;
  Axis axis;
  Range (*range)(const BenchRecord&);                  ///< what the axis must hold
  std::optional<double> (*value)(const BenchRecord&);  ///< nothing: the row has no dot
  std::string (*words)(double);
};

Range range_of(const Figure& figure) {
  const double value = figure.value.value_or(0);
  return figure.range ? Range{figure.range->low, figure.range->high} : Range{value, value};
}

std::optional<double> error_of(const BenchRecord& record) {
  return 100 * record.error->relative_l2;
}

Range error_range(const BenchRecord& record) {
  return {100 * record.error->relative_l2, 100 * record.error->relative_l2};
}

Axis axis_of(const std::vector<FidelityRow>& rows, Range (*range)(const BenchRecord&), Range pixels,
             bool may_be_logarithmic) {
  std::vector<double> values;
  for (const FidelityRow& row : rows) {
    const Range held = range(*row.record);
    for (const double value : {held.low, held.high})
      if (value > 0) values.push_back(value);
  }
  if (values.empty()) return Axis::linear(1, pixels);
  const auto [least, most] = std::ranges::minmax(values);
  if (may_be_logarithmic && most > widest_ratio * least) return Axis::logarithmic(values, pixels);
  return Axis::linear(most, pixels);
}

std::vector<Panel> panels_of(const std::vector<FidelityRow>& rows) {
  std::vector<Panel> panels;
  const auto add = [&](std::string name, auto range, auto value, auto words, bool logarithmic) {
    const double begin = panel_begin[panels.size()];
    panels.push_back({std::move(name),
                      axis_of(rows, range, {begin, begin + panel_width}, logarithmic), range, value,
                      words});
  };
  add(
      "error, %", error_range, error_of,
      +[](double v) { return v < 0.01 ? std::string("< 0.01") : fmt::format("{:.2g}", v); }, false);
  add(
      "ms/forward", +[](const BenchRecord& r) { return range_of(r.time_per_forward_ms); },
      +[](const BenchRecord& r) { return r.time_per_forward_ms.value; },
      +[](double v) { return fmt::format("{:.{}f}", v, v < 100 ? 2 : 0); }, true);
  add(
      "J/forward", +[](const BenchRecord& r) { return range_of(r.energy_j); },
      +[](const BenchRecord& r) { return r.energy_j.value; },
      +[](double v) { return fmt::format("{:.2f}", v); }, true);
  return panels;
}

std::string drawn(const Panel& panel, const FidelityRow& row, double y) {
  const BenchRecord& record = *row.record;
  const std::optional<double> value = panel.value(record);
  const Range pixels = panel.axis.pixels();
  if (!value) return svg::text({pixels.low, y + 4}, "no meter", "tick");
  const bool modelled = !record.steps.empty() && panel.value != error_of;
  const std::string_view classes = record.steps.empty() ? "c3" : "c2";
  const Range range = panel.range(record);
  const double x = panel.axis.at(*value);
  std::string body;
  if (range.low < range.high && range.low > 0)
    body += svg::whisker_x(y, {panel.axis.at(range.low), panel.axis.at(range.high)}, classes);
  body += svg::dot({x, y}, classes, modelled ? svg::Fill::hollow : svg::Fill::solid);
  const double words_x = std::clamp(x, pixels.low + 14, pixels.high - 14);
  return body + svg::text({words_x, y - 8}, panel.words(*value), "small", "middle");
}

}  // namespace

std::optional<Chart> fidelity_chart(const BenchRun& run) {
  const std::vector<FidelityRow> rows = fidelity_rows(run);
  if (rows.size() < 2) return std::nullopt;
  const double bottom = top + row_height * static_cast<double>(rows.size());
  std::string body;
  for (std::size_t i = 0; i < rows.size(); ++i)
    body += svg::text({name_end, top + row_height * (static_cast<double>(i) + 0.6) + 4},
                      rows[i].name, "", "end");
  for (const Panel& panel : panels_of(rows)) {
    body += svg::text({panel.axis.pixels().low, 14}, panel.name, "strong");
    body += svg::scale_x(panel.axis, top, bottom);
    for (std::size_t i = 0; i < rows.size(); ++i)
      body += drawn(panel, rows[i], top + row_height * (static_cast<double>(i) + 0.6));
  }
  return Chart{
      "Error, time and energy, by fidelity",
      svg::drawing(width, bottom + 1.5 * svg::line_height,
                   "Relative error, time and energy of a forward for each fidelity", body),
      fmt::format("{}. Each row is one way to compute the same forward. Further left is better, in "
                  "every panel. The error is the relative L2 error of the context against float64. "
                  "Its dots are filled because it is computed bit for bit. Hollow dots are "
                  "modelled, with intervals. The card's joules are those of the card alone; a "
                  "CPU's are those that its meter sees. An axis without a 0 is logarithmic.",
                  shape_words(rows.front().record->axes))};
}

}  // namespace wattention::report
