#pragma once
// One HTML file that needs nothing else: no network, no script.
#include <string>
#include <string_view>
#include <vector>

#include "report/section.h"

namespace wattention::report {

/// For text and attributes.
std::string escaped(std::string_view text);
/// Title and notes included.
std::string to_html(const Table& table);
/// The whole page, for phones, print, light and dark.
std::string html_page(const std::string& title, const std::vector<Section>& sections);

}  // namespace wattention::report
