#pragma once
// Random bf16 patterns of the kinds that arithmetic stumbles over.
#include <algorithm>
#include <random>
#include <vector>

#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

class RandomBits {
 public:
  explicit RandomBits(std::uint64_t seed) : engine_(seed) {}

  int below(int count) { return std::uniform_int_distribution<int>(0, count - 1)(engine_); }
  bool one_in(int count) { return below(count) == 0; }

  /// Exponents around a centre (narrow ones give ties and cancellation, low ones underflow, high ones leave the
  /// vector kernels' range), of mantissas with few bits (more ties) or all, with zeros and denormals.
  struct Kind {
    int centre;
    int spread;
    int mantissa_mask;
    int zeros;      // one in so many; 0: none
    int denormals;  // likewise
    bool positive;
  };

  Kind kind() {
    constexpr int centres[] = {127, 127, 120, 100, 70, 64, 20, 4, 180, 225, 250};
    return kind_around(centres[below(11)] + below(5) - 2);
  }

  Kind kind_around(int centre) {
    constexpr int spreads[] = {1, 2, 8, 14, 30, 80, 200};
    constexpr int masks[] = {0x7f, 0x7f, 0x78, 0x40, 0x07, 0x01, 0x00};
    constexpr int rarities[] = {0, 0, 2, 5, 50};
    return {
        centre,   spreads[below(7)], masks[below(7)], rarities[below(5)], 20 * rarities[below(5)],
        one_in(3)};
  }

  Bits draw(const Kind& kind) {
    const int sign = kind.positive ? 0 : below(2) << 15;
    if (kind.zeros != 0 && one_in(kind.zeros)) return static_cast<Bits>(sign);
    if (kind.denormals != 0 && one_in(kind.denormals)) return static_cast<Bits>(sign | below(128));
    const int exponent = std::clamp(kind.centre + below(kind.spread) - kind.spread / 2, 0, 255);
    return static_cast<Bits>(sign | exponent << 7 | (below(128) & kind.mantissa_mask));
  }

  std::vector<Bits> stretch(std::int64_t count, const Kind& kind) {
    std::vector<Bits> values(static_cast<std::size_t>(count));
    for (Bits& value : values) value = draw(kind);
    return values;
  }

  /// Of some kind, or any patterns at all.
  std::vector<Bits> stretch(std::int64_t count) {
    if (!one_in(12)) return stretch(count, kind());
    std::vector<Bits> values(static_cast<std::size_t>(count));
    for (Bits& value : values) value = static_cast<Bits>(below(65536));
    return values;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace wattention::wormhole
