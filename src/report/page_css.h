#pragma once
#include <string_view>

namespace wattention::report {

/// The page's style sheet, src/report/page.css.
std::string_view page_css();

}  // namespace wattention::report
