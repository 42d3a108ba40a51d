#pragma once
// Pieces of inline SVG. Colours are classes of the page's style sheet (page.css), so that they follow light and dark:
// c1 to c4 and "quiet". Filled: measured or read; hollow and dashed: modelled.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/axis.h"

namespace wattention::report::svg {

/// From one line of text to the next. 13.75 pixels, a phone's size (page.css), are 16 high in DejaVu Sans, the tallest
/// of the fonts.
inline constexpr double line_height = 16.5;

struct Point {
  double x = 0, y = 0;
};

enum class Fill { solid, hollow };

/// The whole drawing; `label` is what a screen reader says.
std::string drawing(double width, double height, std::string_view label, const std::string& body);
std::string text(Point at, std::string_view words, std::string_view classes = "",
                 std::string_view anchor = "start");
std::string line(Point from, Point to, std::string_view classes);
std::string path(const std::vector<Point>& points, std::string_view classes, Fill fill);
/// `tooltip` shows where there is a mouse; nothing must be said there alone.
std::string dot(Point at, std::string_view classes, Fill fill, std::string_view tooltip = "");
std::string bar(Point corner, double width, double height, std::string_view classes, Fill fill);
/// An interval as a line with ends.
std::string whisker_x(double y, Range x, std::string_view classes);
std::string whisker_y(double x, Range y, std::string_view classes);

/// Grid lines, tick labels and names. `y` runs upwards: its pixels go from bottom to top.
std::string plane(const Axis& x, std::string_view x_name, const Axis& y, std::string_view y_name);
/// Vertical grid lines from `top` to the labels below `bottom`.
std::string scale_x(const Axis& x, double top, double bottom);

}  // namespace wattention::report::svg
