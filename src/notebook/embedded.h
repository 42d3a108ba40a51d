#pragma once
// The data file as the program carries it.
#include <string_view>

namespace wattention {

std::string_view embedded_processors();

}  // namespace wattention
