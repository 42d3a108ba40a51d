#pragma once
#include <string>
#include <string_view>

namespace wattention::report {

/// For HTML's text and attributes.
std::string escaped(std::string_view text);

}  // namespace wattention::report
