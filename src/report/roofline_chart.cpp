#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/charts.h"
#include "report/labels.h"
#include "report/notebook_records.h"
#include "report/svg.h"
#include "report/words.h"

namespace wattention::report {
namespace {

constexpr double width = 470, height = 320, left = 42, right = 340, top = 32, bottom = 272;
constexpr double giga = 1e9, tera = 1e12, touching = 12;
constexpr double name_gap = 14;  // from a dot's middle to its words
constexpr double same = 1.02;    // ops that are nearer than this factor share a dot

/// One or more equal ops.
struct Op {
  std::string variant, name, bound;
  int times = 1;
  double flops_per_s = 0;
  double per_dram_byte = 0;  ///< FLOPs
  double per_any_byte = 0;   ///< FLOPs per byte of DRAM or L1

  std::string words() const {
    return times > 1 ? fmt::format("{}, {} x {}", variant, times, name)
                     : fmt::format("{}, {}", variant, name);
  }
};

bool near(double a, double b) {
  return a < same * b && b < same * a;
}

void add_ops(std::vector<Op>& ops, const BenchRecord& record) {
  for (const TimedStep& step : record.steps) {
    const double dram_bytes = bytes_of(step, "dram"), l1_bytes = bytes_of(step, "l1");
    if (step.flops <= 0 || dram_bytes <= 0 || step.duration_s <= 0) continue;
    Op op{.variant = std::string(to_string(record.axes.variant)),
          .name = step.name,
          .bound = std::string(to_string(step.bound)),
          .flops_per_s = step.flops / step.duration_s,
          .per_dram_byte = step.flops / dram_bytes,
          .per_any_byte = step.flops / (dram_bytes + l1_bytes)};
    const auto twin = std::ranges::find_if(ops, [&](const Op& other) {
      return other.variant == op.variant && other.name == op.name &&
             near(other.flops_per_s, op.flops_per_s) && near(other.per_dram_byte, op.per_dram_byte);
    });
    if (twin == ops.end())
      ops.push_back(std::move(op));
    else
      ++twin->times;
  }
}

std::vector<Op> ops_of(const BenchRun& run) {
  std::vector<Op> ops;
  for (const Variant variant : {Variant::resident, Variant::naive})
    if (const BenchRecord* record = find_card_record(run, variant)) add_ops(ops, *record);
  return ops;
}

struct Plane {
  Axis x, y;
  svg::Point at(double flops_per_byte, double flops_per_s) const {
    return {x.at(flops_per_byte), y.at(flops_per_s / tera)};
  }
};

// Wide enough for every op, for the ridge of the highest ceiling and a piece of the slope.
Plane plane_of(const std::vector<Op>& ops, const Ceilings& ceilings) {
  const double peak = ceilings.flops_per_s.front().second;
  std::vector<double> intensities{1.5 * peak / ceilings.dram_bytes_per_s}, rates{peak / tera};
  for (const Op& op : ops) {
    intensities.insert(intensities.end(), {op.per_dram_byte, op.per_any_byte});
    rates.push_back(op.flops_per_s / tera);
  }
  const double least = 0.3 * *std::ranges::min_element(intensities);
  intensities.push_back(least);
  return {Axis::logarithmic(intensities, {left, right}), Axis::logarithmic(rates, {bottom, top})};
}

// The ceilings' words are fixed: those of the ops keep away from them.
std::string roofs(const Plane& plane, const Ceilings& ceilings, svg::Labels& labels) {
  const Range x = plane.x.values(), y = plane.y.values();
  const double slope = ceilings.dram_bytes_per_s;
  const double start = std::max(x.low, y.low * tera / slope);
  std::string body;
  std::vector<double> wanted;
  for (const auto& [fidelity, peak] : ceilings.flops_per_s) {
    const double ridge = peak / slope;
    body += svg::path({plane.at(std::max(ridge, start), peak), plane.at(x.high, peak)}, "quiet",
                      svg::Fill::solid);
    wanted.push_back(plane.at(x.high, peak).y + 4);
  }
  const double highest = ceilings.flops_per_s.front().second / slope;
  const svg::Point foot = plane.at(start, start * slope),
                   ridge = plane.at(highest, highest * slope);
  body += svg::path({foot, ridge}, "quiet", svg::Fill::solid);
  const svg::Point beside_slope{(foot.x + ridge.x) / 2 - 8, (foot.y + ridge.y) / 2 - 6};
  const std::string rate = fmt::format("DRAM {:.0f} GB/s", slope / giga);
  body += svg::text(beside_slope, rate, "quiet", "end");
  labels.fix({beside_slope.x - svg::width_of(rate), beside_slope.y}, rate);
  const std::vector<double> places = spread_apart(wanted, svg::line_height, {top, bottom});
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto& [fidelity, peak] = ceilings.flops_per_s[i];
    const std::string words =
        fmt::format("{} {:.0f} TFLOP/s", fidelity_word(fidelity), peak / tera);
    body += svg::text({right + 8, places[i]}, words, "quiet");
    labels.fix({right + 8, places[i]}, words);
  }
  return body;
}

std::string_view colour(const Op& op) {
  return op.variant == "naive" ? "c1" : "c2";
}

std::string dots(const Plane& plane, const std::vector<Op>& ops) {
  std::string body;
  for (const Op& op : ops) {
    const svg::Point at = plane.at(op.per_dram_byte, op.flops_per_s);
    const svg::Point all = plane.at(op.per_any_byte, op.flops_per_s);
    const std::string whisker = fmt::format("whisker {}", colour(op));
    if (all.x < at.x - 1) {
      body += svg::line(all, at, whisker);
      body += svg::line({all.x, all.y - 4}, {all.x, all.y + 4}, whisker);
    }
    body += svg::dot(at, colour(op), svg::Fill::hollow,
                     fmt::format("{}: {:.0f} FLOP per DRAM byte, {:.1f} TFLOP/s, bound by {}",
                                 op.words(), op.per_dram_byte, op.flops_per_s / tera, op.bound));
  }
  return body;
}

// Ops whose dots touch share a mark and its label.
struct Mark {
  svg::Point at;
  std::vector<std::string> variants;  ///< of the two
  std::string words;
};

std::vector<Mark> marks_of(const Plane& plane, const std::vector<Op>& ops) {
  std::vector<Mark> marks;
  for (const Op& op : ops) {
    const svg::Point at = plane.at(op.per_dram_byte, op.flops_per_s);
    const auto touched = std::ranges::find_if(marks, [&](const Mark& mark) {
      return std::hypot(mark.at.x - at.x, mark.at.y - at.y) < touching;
    });
    const std::string words = op.times > 1 ? fmt::format("{} x {}", op.times, op.name) : op.name;
    if (touched == marks.end())
      marks.push_back({at, {op.variant}, words});
    else if (std::ranges::find(touched->variants, op.variant) == touched->variants.end())
      touched->variants.push_back(op.variant);
  }
  std::ranges::sort(marks, {}, [](const Mark& mark) { return mark.at.y; });
  return marks;
}

std::string words_of(const Mark& mark) {
  const std::string variants = mark.variants.size() > 1 ? "both" : mark.variants.front();
  return fmt::format("{}: {}", variants, mark.words);
}

// To the right of its dot; to the left where the drawing ends before the words do. A line leads to words that had to
// go up or down.
std::string name_of(const Mark& mark, svg::Labels& labels) {
  const std::string words = words_of(mark);
  const double length = svg::width_of(words);
  const bool fits = mark.at.x + name_gap + length <= width;
  const double side = fits ? 1 : -1;
  const svg::Point end{mark.at.x + side * name_gap, mark.at.y + 4};
  const double y = labels.place({fits ? end.x : end.x - length, end.y}, words).y;
  std::string body = svg::text({end.x, y}, words, "", fits ? "start" : "end");
  if (std::abs(y - end.y) > svg::line_height / 2)
    body += svg::line({mark.at.x + side * 4, mark.at.y + (y > end.y ? 4 : -4)},
                      {end.x - side * 2, y - 4}, "whisker quiet");
  return body;
}

std::string names(const std::vector<Mark>& marks, svg::Labels& labels) {
  std::string body;
  for (const Mark& mark : marks) body += name_of(mark, labels);
  return body;
}

}  // namespace

std::optional<Chart> roofline_chart(const BenchRun& run, const Ceilings& ceilings) {
  const std::vector<Op> ops = ops_of(run);
  if (ops.empty() || ceilings.flops_per_s.empty()) return std::nullopt;
  const Plane plane = plane_of(ops, ceilings);
  svg::Labels labels({top + svg::line_height, bottom - 4});
  std::string body = svg::plane(plane.x, "FLOP per DRAM byte", plane.y, "TFLOP/s");
  body += roofs(plane, ceilings, labels) + dots(plane, ops);
  body += names(marks_of(plane, ops), labels);
  return Chart{
      fmt::format("Roofline of the {}", ceilings.card),
      svg::drawing(width, height, "Roofline of the card with the matrix products of a forward",
                   body),
      fmt::format(
          "The dots are the matrix products of one forward, modelled; \"both\" means the "
          "resident and the naive forward. The lines are what {} cores at {:.0f} MHz and the "
          "DRAM allow at most, one line for each fidelity. Both axes are logarithmic. Weights in "
          "L1 cost no DRAM bytes; the line to the left of a dot ends where the bytes of L1 are "
          "counted, too. Softmax, transposes and scaling are no matrix products; the table has "
          "them. This machine's CPU has none: ceilings are measured for modules with heads only.",
          ceilings.cores, ceilings.clock_hz / 1e6)};
}

}  // namespace wattention::report
