#pragma once
// A part of a report: a heading, words, tables, the command that makes them again, and charts for looks that can draw.
#include <string>
#include <vector>

#include "report/table.h"

namespace wattention::report {

/// A drawing for the HTML page; text and markdown leave it out.
struct Chart {
  std::string title;
  std::string svg;
  std::string caption;  ///< how to read it
};

struct Section {
  std::string heading;
  std::string text;
  std::vector<Table> tables{};
  std::vector<Chart> charts{};
  std::vector<std::string> commands{};  ///< that print these figures again
  bool folded = false;                  ///< on the page, the tables wait for a click
};

}  // namespace wattention::report
