#include "report/labels.h"

#include <algorithm>
#include <cmath>

namespace wattention::report::svg {
namespace {

constexpr double size = 13.75;  // a phone's (page.css), in the drawing's units the largest

// Of the size, rounded up: DejaVu Sans, the widest font of the style sheet.
double width_of(char letter) {
  constexpr std::string_view thin = " .,:;'|!/ijl", narrow = "frt()-", wide = "mwMW";
  if (thin.find(letter) != thin.npos) return 0.34;
  if (narrow.find(letter) != narrow.npos) return 0.42;
  if (wide.find(letter) != wide.npos) return 0.99;
  return letter >= 'A' && letter <= 'Z' ? 0.79 : 0.64;
}

constexpr double step = 1;  // how finely free places are looked for

}  // namespace

double width_of(std::string_view words) {
  double width = 0;
  for (const char letter : words) width += size * width_of(letter);
  return width;
}

void Labels::fix(Point at, std::string_view words) {
  taken_.push_back({at.x, at.x + width_of(words), at.y});
}

bool Labels::is_free(const Box& box) const {
  return std::ranges::none_of(taken_, [&](const Box& other) {
    return box.left < other.right && other.left < box.right &&
           std::abs(box.baseline - other.baseline) < line_height;
  });
}

Point Labels::place(Point wanted, std::string_view words) {
  const double right = wanted.x + width_of(words);
  Point found = wanted;
  for (double away = 0; away <= rows_.high - rows_.low; away += step)
    for (const double y : {wanted.y + away, wanted.y - away})
      if (y >= rows_.low && y <= rows_.high && is_free({wanted.x, right, y})) {
        found.y = y;
        fix(found, words);
        return found;
      }
  fix(found, words);
  return found;
}

}  // namespace wattention::report::svg
