#pragma once
// One HTML file that needs nothing else: no network, no script, no font.
#include <string>
#include <vector>

#include "report/headlines.h"
#include "report/section.h"

namespace wattention::report {

struct Page {
  std::string title;   ///< of the window
  std::string kicker;  ///< where and when, above the verdict
  std::string verdict;
  std::vector<Headline> headlines;
  std::vector<Section> sections;
};

/// Title and notes included.
std::string to_html(const Table& table);
/// For phones, print, light and dark.
std::string to_html(const Page& page);

}  // namespace wattention::report
