#pragma once
// Jumping ahead in the Mersenne Twister, in a time that grows with the logarithm of the distance.
#include <cstdint>

namespace wattention {

/// Moves `state`, the last 624 state words drawn, ahead by `words` words. About a millisecond.
/// As after any draw, only the top bit of state[0] has a meaning.
void jump_ahead(std::uint32_t* state, std::uint64_t words);

}  // namespace wattention
