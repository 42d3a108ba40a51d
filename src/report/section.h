#pragma once
// A part of a report: a heading, words, tables, and charts for looks that can draw.
#include <string>
#include <vector>

#include "report/table.h"

namespace wattention::report {

struct Section {
  std::string heading;
  std::string text;
  std::vector<Table> tables{};
  std::vector<std::string> charts{};  ///< inline SVG, left out of text and markdown
};

}  // namespace wattention::report
