#include "report/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "report/html.h"
#include "report/notebook_records.h"
#include "report/notebook_values.h"
#include "report/numbers.h"
#include "report/phase_table.h"

namespace wattention::report {
namespace {

// Pixels of the drawing; the page scales it.
constexpr double width = 640, height = 320, left = 70, bottom = 40, top = 20, right = 150;

std::string svg(double drawn_height, std::string_view label, const std::string& body) {
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\"><title>{}</title>{}</svg>", width,
      drawn_height, escaped(label), escaped(label), body);
}

std::string text_at(double x, double y, std::string_view words, std::string_view anchor = "start") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor,
                     escaped(words));
}

// A logarithmic plane.
class Plane {
 public:
  Plane(Range x, Range y) : x_(x), y_(y) {}
  double x(double value) const { return left + part(value, x_) * (width - left - right); }
  double y(double value) const {
    return height - bottom - part(value, y_) * (height - bottom - top);
  }

  std::string axes(std::string_view x_name, std::string_view y_name) const {
    std::string body = fmt::format("<path class=\"axis\" d=\"M{0} {1}V{2}H{3}\"/>", left, top,
                                   height - bottom, width - right);
    for (double tick = x_.low; tick <= x_.high * 1.01; tick *= 10)
      body += text_at(x(tick), height - bottom + 16, fmt::format("{:g}", tick), "middle");
    for (double tick = y_.low; tick <= y_.high * 1.01; tick *= 10)
      body += text_at(left - 6, y(tick) + 4, fmt::format("{:g}", tick), "end");
    return body + text_at(width - right, height - 6, x_name, "end") + text_at(6, top - 6, y_name);
  }

 private:
  static double part(double value, Range range) {
    return std::log(value / range.low) / std::log(range.high / range.low);
  }
  Range x_, y_;
};

using Points = std::vector<std::pair<double, double>>;

std::string line(const Plane& plane, const Points& points, int colour, bool dashed,
                 const std::string& name, double label_y) {
  std::string path;
  for (const auto& [x, y] : points)
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", plane.x(x), plane.y(y));
  return fmt::format("<path class=\"line c{}{}\" d=\"{}\"/>", colour, dashed ? " dashed" : "",
                     path) +
         fmt::format("<g class=\"c{}\">{}</g>", colour,
                     text_at(width - right + 8, label_y, name + (dashed ? " - -" : "")));
}

Points modelled_points(const BenchRun& run, Variant variant) {
  Points points;
  for (const NotebookTimes& row : notebook_times)
    if (const BenchRecord* record = find_notebook_record(
            run,
            {.device = "wormhole", .variant = variant, .dtype = DType::bf16, .count = row.count}))
      if (record->total_ms.value)
        points.emplace_back(static_cast<double>(row.count), *record->total_ms.value);
  return points;
}

Points notebook_points(double NotebookTimes::*column) {
  Points points;
  for (const NotebookTimes& row : notebook_times)
    points.emplace_back(static_cast<double>(row.count), row.*column);
  return points;
}

}  // namespace

std::string phase_chart(const BenchRecord& record) {
  const std::vector<PhaseShare> shares = phase_shares(record);
  if (shares.empty()) return "";
  constexpr double row_height = 26, name_width = 110, value_width = 110;
  double longest = 0;
  for (const PhaseShare& share : shares) longest = std::max(longest, share.time_ms);
  std::string body;
  double y = 4;
  for (const PhaseShare& share : shares) {
    const double length = share.time_ms / longest * (width - name_width - value_width);
    body += text_at(name_width - 8, y + 15, share.phase, "end");
    body += fmt::format("<rect class=\"c{}\" x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"20\"/>",
                        share.phase == "compute" ? 2 : 1, name_width, y, std::max(1.0, length));
    body += text_at(name_width + length + 6, y + 15, milliseconds(share.time_ms) + " ms");
    y += row_height;
  }
  return svg(y, fmt::format("Phases of a {} forward", to_string(record.axes.variant)), body);
}

std::string count_chart(const BenchRun& run) {
  const Points naive = modelled_points(run, Variant::naive);
  const Points resident = modelled_points(run, Variant::resident);
  if (naive.size() < 2 || resident.size() < 2) return "";
  const Plane plane({1, 1e4}, {10, 1e6});
  std::string body = plane.axes("tensors", "total ms");
  body += line(plane, notebook_points(&NotebookTimes::naive_ms), 1, false, "notebook Tensix", 50);
  body += line(plane, naive, 1, true, "naive, modelled", 66);
  body += line(plane, notebook_points(&NotebookTimes::cpu_ms), 3, false, "notebook CPU", 98);
  body += line(plane, notebook_points(&NotebookTimes::resident_ms), 2, false,
               "notebook Tensix Fast", 130);
  body += line(plane, resident, 2, true, "resident, modelled", 146);
  return svg(height, "Total time over the count of tensors", body);
}

std::string roofline_chart(const BenchRecord& record) {
  // LoFi: 4,096 FLOP per cycle and core, 64 cores, 907 MHz; DRAM reads 203 GB/s (docs/timing.md).
  constexpr double peak_gflops = 4096.0 * 64 * 0.907, dram_gb_per_s = 203;
  constexpr double ridge = peak_gflops / dram_gb_per_s;
  const Plane plane({10, 1e4}, {1e3, 1e6});
  std::string body = plane.axes("FLOP per DRAM byte", "GFLOP/s");
  body += line(plane, {{10, 10 * dram_gb_per_s}, {ridge, peak_gflops}, {1e4, peak_gflops}}, 3, true,
               "ceilings, LoFi", 50);
  bool any = false;
  for (const BenchStep& step : record.steps) {
    if (step.flops <= 0 || step.dram_bytes <= 0) continue;
    any = true;
    const double intensity = std::clamp(step.flops / step.dram_bytes, 10.0, 1e4);
    const double gflops = std::clamp(step.flops / step.duration_ms * 1e-6, 1e3, 1e6);
    body += fmt::format(
        "<circle class=\"c2\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\"><title>{}: {:.0f} FLOP/B, {:.0f} "
        "GFLOP/s, bound by {}</title></circle>",
        plane.x(intensity), plane.y(gflops), escaped(step.name), intensity, gflops,
        escaped(step.bound));
  }
  return any ? svg(height, "Roofline of the card with the forward's matrix products", body) : "";
}

}  // namespace wattention::report
