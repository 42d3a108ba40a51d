#pragma once
// Keeps the words of a drawing apart from one another.
#include <string_view>
#include <vector>

#include "report/svg.h"

namespace wattention::report::svg {

/// About what plain words take in the widest of the style sheet's fonts, rather too much than too little.
double width_of(std::string_view words);

class Labels {
 public:
  /// Baselines stay within `rows`.
  explicit Labels(Range rows) : rows_(rows) {}

  /// Words that stand where they stand; `at` is the left end of their baseline.
  void fix(Point at, std::string_view words);
  /// The nearest place straight above or below `wanted` that is free; from then on it is taken. `wanted` itself where
  /// no place is free.
  Point place(Point wanted, std::string_view words);

 private:
  struct Box {
    double left, right, baseline;
  };
  bool is_free(const Box& box) const;

  Range rows_;
  std::vector<Box> taken_{};
};

}  // namespace wattention::report::svg
