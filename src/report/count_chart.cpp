#include <fmt/format.h>

#include <algorithm>

#include "notebook/values.h"
#include "report/charts.h"
#include "report/notebook_records.h"
#include "report/numbers.h"
#include "report/svg.h"

namespace wattention::report {
namespace {

constexpr double width = 460, height = 310, left = 42, right = 310, top = 32, bottom = 262;

struct CountPoint {
  double count = 0;
  double ms = 0;  ///< per tensor
  std::optional<Range> range{};
};

struct Series {
  std::string name;
  std::string_view classes;
  svg::Fill fill;
  std::vector<CountPoint> points{};
};

Series notebook_series(std::string name, std::string_view classes, double NotebookTimes::*column) {
  Series series{std::move(name), classes, svg::Fill::solid};
  for (const NotebookTimes& row : notebook_times) {
    const auto count = static_cast<double>(row.count);
    series.points.push_back({count, row.*column / count});
  }
  return series;
}

// All counts of a case, whichever they are.
Series record_series(std::string name, std::string_view classes, svg::Fill fill,
                     const BenchRun& run, BenchCase wanted) {
  Series series{std::move(name), classes, fill};
  for (const BenchRecord& record : run.records) {
    wanted.count = record.axes.count;
    if (!has_notebook_shape(record) || record.axes != wanted || !record.total_ms.value) continue;
    const auto count = static_cast<double>(wanted.count);
    CountPoint point{count, *record.total_ms.value / count};
    if (const auto& range = record.total_ms.range; range && range->low > 0)
      point.range = Range{range->low / count, range->high / count};
    series.points.push_back(point);
  }
  std::ranges::sort(series.points, {}, &CountPoint::count);
  return series;
}

std::vector<Series> series_of(const BenchRun& run) {
  std::vector<Series> all{notebook_series("notebook, CPU", "quiet", &NotebookTimes::cpu_ms),
                          notebook_series("notebook, naive", "c1", &NotebookTimes::naive_ms),
                          notebook_series("notebook, resident", "c2", &NotebookTimes::resident_ms)};
  const BenchCase card{.device = "wormhole", .variant = Variant::naive, .dtype = DType::bf16};
  all.push_back(record_series("model, naive", "c1", svg::Fill::hollow, run, card));
  BenchCase resident = card;
  resident.variant = Variant::resident;
  all.push_back(record_series("model, resident", "c2", svg::Fill::hollow, run, resident));
  for (const auto& [dtype, classes] : {std::pair{DType::f32, "c3"}, {DType::bf16, "c4"}})
    if (const BenchRecord* record = find_fastest_measured(run, dtype))
      all.push_back(record_series(fmt::format("this CPU, {}", to_string(dtype)), classes,
                                  svg::Fill::solid, run, record->axes));
  std::erase_if(all, [](const Series& series) { return series.points.empty(); });
  return all;
}

std::string drawn(const Series& series, const Axis& x, const Axis& y) {
  std::vector<svg::Point> corners;
  std::string body;
  for (const CountPoint& point : series.points) {
    const svg::Point at{x.at(point.count), y.at(point.ms)};
    corners.push_back(at);
    if (point.range)
      body +=
          svg::whisker_y(at.x, {y.at(point.range->low), y.at(point.range->high)}, series.classes);
    body += svg::dot(at, series.classes, series.fill,
                     fmt::format("{}: {:g} tensors, {} ms each", series.name, point.count,
                                 milliseconds(point.ms)));
  }
  return svg::path(corners, series.classes, series.fill) + body;
}

std::string labels(const std::vector<Series>& all, const Axis& y) {
  std::vector<double> ends;
  ends.reserve(all.size());
  for (const Series& series : all) ends.push_back(y.at(series.points.back().ms) + 4);
  const std::vector<double> places = spread_apart(ends, svg::line_height, {top + 8, bottom});
  std::string body;
  for (std::size_t i = 0; i < all.size(); ++i)
    body += svg::text({right + 12, places[i]}, all[i].name, all[i].classes);
  return body;
}

}  // namespace

std::optional<Chart> count_chart(const BenchRun& run) {
  const std::vector<Series> all = series_of(run);
  if (all.size() == 3) return std::nullopt;  // the notebook's alone
  std::vector<double> counts, times;
  for (const Series& series : all)
    for (const CountPoint& point : series.points) {
      counts.push_back(point.count);
      times.push_back(point.ms);
      if (point.range) times.insert(times.end(), {point.range->low, point.range->high});
    }
  const Axis x = Axis::logarithmic(counts, {left, right});
  const Axis y = Axis::logarithmic(times, {bottom, top});
  std::string body = svg::plane(x, "tensors", y, "ms per tensor");
  for (const Series& series : all) body += drawn(series, x, y);
  return Chart{"Time per tensor over the count",
               svg::drawing(width, height, "Milliseconds per tensor over the count of tensors",
                            body + labels(all, y)),
               "The time of the module and all forwards, divided by the count. Both axes are "
               "logarithmic. Filled dots were measured, in the notebook or here. Hollow dots on "
               "dashed lines are modelled, with their intervals."};
}

}  // namespace wattention::report
