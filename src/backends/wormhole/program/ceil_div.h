#pragma once
#include <cstdint>

namespace wattention::wormhole {

/// Parts of size `part` that cover `whole`; both positive.
constexpr std::int64_t ceil_div(std::int64_t whole, std::int64_t part) {
  return (whole + part - 1) / part;
}

}  // namespace wattention::wormhole
