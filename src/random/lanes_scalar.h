#pragma once
// 8 lanes in plain C++, and the meaning of each operation for the AVX files beside this one.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace {

struct LanesScalar {
  static constexpr int width = 8;
  struct Words {
    std::uint32_t lane[width];
  };
  struct Reals {
    float lane[width];
  };

  static Words load(const void* from) {
    Words a;
    std::memcpy(&a, from, sizeof a);
    return a;
  }
  static void store(void* to, Words a) { std::memcpy(to, &a, sizeof a); }
  static Words words(std::uint32_t value) {
    return each<Words>([=](int) { return value; });
  }
  static Reals reals(float value) {
    return each<Reals>([=](int) { return value; });
  }

  static Words bit_and(Words a, Words b) {
    return each<Words>([&](int i) { return a.lane[i] & b.lane[i]; });
  }
  static Words bit_or(Words a, Words b) {
    return each<Words>([&](int i) { return a.lane[i] | b.lane[i]; });
  }
  static Words bit_xor(Words a, Words b) {
    return each<Words>([&](int i) { return a.lane[i] ^ b.lane[i]; });
  }
  static Words plus(Words a, Words b) {
    return each<Words>([&](int i) { return a.lane[i] + b.lane[i]; });
  }
  static Words minus(Words a, Words b) {
    return each<Words>([&](int i) { return a.lane[i] - b.lane[i]; });
  }
  template <int n>
  static Words up(Words a) {
    return each<Words>([&](int i) { return a.lane[i] << n; });
  }
  template <int n>
  static Words down(Words a) {
    return each<Words>([&](int i) { return a.lane[i] >> n; });
  }
  /// Copies of the sign bit come in from above.
  template <int n>
  static Words down_signed(Words a) {
    return each<Words>([&](int i) {
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(a.lane[i]) >> n);
    });
  }
  /// `value` where bit 0 of `test` is set, 0 elsewhere.
  static Words if_odd(Words test, Words value) {
    return each<Words>([&](int i) { return (0u - (test.lane[i] & 1u)) & value.lane[i]; });
  }

  static Reals add(Reals a, Reals b) {
    return each<Reals>([&](int i) { return a.lane[i] + b.lane[i]; });
  }
  static Reals sub(Reals a, Reals b) {
    return each<Reals>([&](int i) { return a.lane[i] - b.lane[i]; });
  }
  static Reals mul(Reals a, Reals b) {
    return each<Reals>([&](int i) { return a.lane[i] * b.lane[i]; });
  }
  /// a * b + c, rounded once.
  static Reals fma(Reals a, Reals b, Reals c) {
    return each<Reals>([&](int i) { return std::fma(a.lane[i], b.lane[i], c.lane[i]); });
  }
  static Reals root(Reals a) {
    return each<Reals>([&](int i) { return std::sqrt(a.lane[i]); });
  }
  /// `set` where bit 0 of `test` is set, `clear` elsewhere.
  static Reals choose_odd(Words test, Reals set, Reals clear) {
    return each<Reals>([&](int i) { return test.lane[i] & 1u ? set.lane[i] : clear.lane[i]; });
  }
  /// `with` where a equals `what`, a elsewhere.
  static Reals replace(Reals a, Reals what, Reals with) {
    return each<Reals>([&](int i) { return a.lane[i] == what.lane[i] ? with.lane[i] : a.lane[i]; });
  }
  /// From signed integers.
  static Reals to_reals(Words a) {
    return each<Reals>(
        [&](int i) { return static_cast<float>(static_cast<std::int32_t>(a.lane[i])); });
  }
  /// To signed integers, towards zero; in range for the caller.
  static Words truncate(Reals a) {
    return each<Words>(
        [&](int i) { return static_cast<std::uint32_t>(static_cast<std::int32_t>(a.lane[i])); });
  }
  static Words bits_of(Reals a) { return std::bit_cast<Words>(a); }
  static Reals from_bits(Words a) { return std::bit_cast<Reals>(a); }

  /// width / 8 blocks of 16 floats: their first eight in `first`, their last eight in `second`.
  static void load_halves(const float* block, Words& first, Words& second) {
    first = load(block);
    second = load(block + 8);
  }
  static void store_halves(float* block, Reals first, Reals second) {
    store(block, bits_of(first));
    store(block + 8, bits_of(second));
  }

 private:
  template <class Lanes, class Of>
  static Lanes each(Of of) {
    Lanes result;
    for (int i = 0; i < width; ++i) result.lane[i] = of(i);
    return result;
  }
};

}  // namespace
