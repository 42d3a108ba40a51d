#include "report/svg.h"

#include <fmt/format.h>

#include "report/escaped.h"

namespace wattention::report::svg {
namespace {

constexpr double cap = 4;  // half the width of a whisker's ends
// The lowest label of a y axis ends 7.5 below the plane and may stand above the first one of the x axis.
constexpr double below_plane = line_height + 4;

std::string_view word(Fill fill) {
  return fill == Fill::hollow ? " hollow" : "";
}

}  // namespace

std::string drawing(double width, double height, std::string_view label, const std::string& body) {
  return fmt::format("<svg viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
                     width, height, escaped(label), body);
}

std::string text(Point at, std::string_view words, std::string_view classes,
                 std::string_view anchor) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n",
                     at.x, at.y, classes, anchor, escaped(words));
}

std::string line(Point from, Point to, std::string_view classes) {
  return fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", classes, from.x,
                     from.y, to.x, to.y);
}

std::string path(const std::vector<Point>& points, std::string_view classes, Fill fill) {
  std::string steps;
  for (const Point& point : points)
    steps += fmt::format("{}{:.1f} {:.1f}", steps.empty() ? "M" : "L", point.x, point.y);
  return fmt::format("<path class=\"line {}{}\" d=\"{}\"/>\n", classes, word(fill), steps);
}

std::string dot(Point at, std::string_view classes, Fill fill, std::string_view tooltip) {
  return fmt::format(
      "<circle class=\"mark {}{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" "
      "r=\"4.5\"><title>{}</title></circle>\n",
      classes, word(fill), at.x, at.y, escaped(tooltip));
}

std::string bar(Point corner, double width, double height, std::string_view classes, Fill fill) {
  return fmt::format(
      "<rect class=\"mark {}{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
      classes, word(fill), corner.x, corner.y, width, height);
}

std::string whisker_x(double y, Range x, std::string_view classes) {
  return fmt::format(
      "<path class=\"whisker {0}\" d=\"M{1:.1f} {2:.1f}V{3:.1f}M{1:.1f} {4:.1f}H{5:.1f}"
      "M{5:.1f} {2:.1f}V{3:.1f}\"/>\n",
      classes, x.low, y - cap, y + cap, y, x.high);
}

std::string whisker_y(double x, Range y, std::string_view classes) {
  return fmt::format(
      "<path class=\"whisker {0}\" d=\"M{2:.1f} {1:.1f}H{3:.1f}M{4:.1f} {1:.1f}V{5:.1f}"
      "M{2:.1f} {5:.1f}H{3:.1f}\"/>\n",
      classes, y.low, x - cap, x + cap, x, y.high);
}

std::string scale_x(const Axis& x, double top, double bottom) {
  std::string body;
  for (const double tick : x.ticks()) {
    body += line({x.at(tick), top}, {x.at(tick), bottom}, "grid");
    body += text({x.at(tick), bottom + below_plane}, tick_text(tick), "tick", "middle");
  }
  return body;
}

std::string plane(const Axis& x, std::string_view x_name, const Axis& y, std::string_view y_name) {
  const double left = x.pixels().low, right = x.pixels().high;
  const double bottom = y.pixels().low, top = y.pixels().high;
  std::string body = scale_x(x, top, bottom);
  for (const double tick : y.ticks()) {
    body += line({left, y.at(tick)}, {right, y.at(tick)}, "grid");
    body += text({left - 6, y.at(tick) + 4}, tick_text(tick), "tick", "end");
  }
  body += text({right, bottom + below_plane + line_height}, x_name, "tick", "end");
  return body + text({0, top + 4 - line_height}, y_name, "tick");
}

}  // namespace wattention::report::svg
