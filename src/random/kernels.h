#pragma once
// The inner loops of the generator, once per instruction set. Every set gives the same bits.
#include <cstdint>

namespace wattention::random_kernels {

// Words of a Mersenne Twister's state, and the room twist() needs behind them for its widest vector.
inline constexpr int state_words = 624;
inline constexpr int state_room = state_words + 16;

// Words travel in float storage: written by temper, read by uniform and normal, never used as floats between.
struct Kernels {
  const char* name;
  /// Replaces the 624 words of `state` by the 624 that follow them.
  void (*twist)(std::uint32_t* state);
  /// Writes the output words of `count` state words.
  void (*temper)(const std::uint32_t* state, float* words, std::int64_t count);
  /// In place: `count` words to uniform floats in [low, high).
  void (*uniform)(float* words, std::int64_t count, float low, float high);
  /// In place: 16 * `blocks` words to normal floats.
  void (*normal)(float* words, std::int64_t blocks, float mean, float standard_deviation);
};

// Each is null where it was not built or this CPU cannot run it.
const Kernels* scalar();
const Kernels* avx2();
const Kernels* avx512();

/// What fills use: the widest set this CPU runs, unless forced.
const Kernels& active();
/// For tests and benchmarks: use `kernels` from now on; nullptr gives the choice back.
void force(const Kernels* kernels);

}  // namespace wattention::random_kernels
