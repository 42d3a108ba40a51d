// Attention in portable C++: four lanes as the compilers' vectors, any processor.
#include <wattention/dtype.h>

#include <bit>
#include <cmath>

#include "backends/cpu/kernels/attention_nest.h"

namespace wattention::cpu {
namespace {

typedef float Four __attribute__((vector_size(16)));

struct ScalarAttention {
  using Vec = Four;
  static constexpr int lanes = 4;
  static constexpr bool pairs = false;
  /// 4 x 2 accumulators, 2 vectors of the tile and a broadcast are 11 of SSE's 16 registers.
  static constexpr int tile_vectors = 2;
  static constexpr int block_rows(int) { return 4; }
  static constexpr int key_block = 128;  // strips of 4
  static constexpr int pair_rows = 0;
  static constexpr bool own_blocks = false;
  static constexpr bool broadcasts_in_place = false;
  static constexpr int row_vectors = 2;
  static constexpr bool groups_values = false;
  template <Element>
  static constexpr bool splits = false;

  static Vec load(const float* p) {
    Vec v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  static void store(float* p, Vec v) { __builtin_memcpy(p, &v, sizeof v); }
  static Vec set(float x) { return Vec{x, x, x, x}; }
  static Vec broadcast(const void* p) {
    float x;
    __builtin_memcpy(&x, p, sizeof x);
    return set(x);
  }
  static Vec add(Vec a, Vec b) { return a + b; }
  static Vec sub(Vec a, Vec b) { return a - b; }
  static Vec mul(Vec a, Vec b) { return a * b; }
  static Vec div(Vec a, Vec b) { return a / b; }
  static Vec max(Vec a, Vec b) { return a > b ? a : b; }
  static Vec multiply_add(Vec a, Vec b, Vec c) { return a * b + c; }
  static Vec multiply_add_words(Vec a, Vec b, Vec c) { return a * b + c; }
  static Vec nearest(Vec v) {
    return each(v, [](float x) { return std::nearbyintf(x); });
  }
  static Vec times_power_of_two(Vec v, Vec n, Vec t) {
    for (int i = 0; i < lanes; ++i) {
      // Also called where the result is dropped, and with NaN: keep the conversion defined.
      const int exponent = n[i] >= -126.0f && n[i] <= 127.0f ? static_cast<int>(n[i]) : -127;
      const float power = std::bit_cast<float>(static_cast<uint32_t>(exponent + 127) << 23);
      v[i] = t[i] < -126.0f ? 0.0f : v[i] * power;
    }
    return v;
  }
  static Vec power_in_word(Vec word) {
    for (int i = 0; i < lanes; ++i)
      word[i] = std::bit_cast<float>(std::bit_cast<uint32_t>(float{word[i]}) << 23);
    return word;
  }
  static bool all_below(Vec v, float bound) {
    bool all = true;
    for (int i = 0; i < lanes; ++i) all = all && v[i] < bound;
    return all;
  }
  static Vec zero_unless_below(Vec v, float bound, Vec x) {
    for (int i = 0; i < lanes; ++i) x[i] = v[i] < bound ? x[i] : 0.0f;
    return x;
  }
  static Vec zero_where_lowest(Vec v) {
    return each(v, [](float x) { return x == -__builtin_inff() ? 0.0f : x; });
  }
  static Vec absolute(Vec v) {
    return each(v, [](float x) { return std::fabs(x); });
  }
  static Vec with_sign_of(Vec magnitude, Vec x) {
    for (int i = 0; i < lanes; ++i) magnitude[i] = std::copysign(magnitude[i], x[i]);
    return magnitude;
  }
  static Vec limited(Vec v, int32_t key, const int32_t* from, const int32_t* to) {
    for (int i = 0; i < lanes; ++i)
      if (key < from[i] || key >= to[i]) v[i] = -__builtin_inff();
    return v;
  }
  template <Element element>
  static Vec load_as(const void* p) {
    return load_part<element>(p, lanes);
  }
  template <Element element>
  static Vec load_part(const void* p, int64_t count) {
    Vec v = set(0.0f);
    for (int64_t i = 0; i < count; ++i) v[i] = element_at<element>(p, i);
    return v;
  }
  template <Element element>
  static void store_as(void* p, Vec v) {
    store_part<element>(p, lanes, v);
  }
  template <Element element>
  static void store_part(void* p, int64_t count, Vec v) {
    for (int64_t i = 0; i < count; ++i) put<element>(p, i, v[i]);
  }
  static Vec lowest_beyond(Vec v, int64_t count) {
    for (int64_t i = count; i < lanes; ++i) v[i] = -__builtin_inff();
    return v;
  }
  static void transpose(Vec (&v)[4]) {
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < i; ++j) {
        const float above = v[j][i];
        v[j][i] = v[i][j];
        v[i][j] = above;
      }
  }
  static float sum(Vec v) { return (v[0] + v[2]) + (v[1] + v[3]); }
  static float largest(Vec v) {
    const Vec two = max(v, Vec{v[2], v[3], v[0], v[1]});
    return two[0] > two[1] ? two[0] : two[1];
  }
  static Vec sums(const Vec (&v)[4]) { return Vec{sum(v[0]), sum(v[1]), sum(v[2]), sum(v[3])}; }

 private:
  template <class Function>
  static Vec each(Vec v, Function f) {
    for (int i = 0; i < lanes; ++i) v[i] = f(v[i]);
    return v;
  }
  template <Element element>
  static float element_at(const void* p, int64_t i) {
    if constexpr (element == Element::f32) {
      float x;
      __builtin_memcpy(&x, static_cast<const char*>(p) + 4 * i, sizeof x);
      return x;
    }
    uint16_t half;
    __builtin_memcpy(&half, static_cast<const char*>(p) + 2 * i, sizeof half);
    return element == Element::f16 ? static_cast<float>(float16::from_bits(half))
                                   : static_cast<float>(bfloat16::from_bits(half));
  }
  template <Element element>
  static void put(void* p, int64_t i, float x) {
    if constexpr (element == Element::f32) {
      __builtin_memcpy(static_cast<char*>(p) + 4 * i, &x, sizeof x);
    } else {
      const uint16_t half = element == Element::f16 ? float16(x).bits : bfloat16(x).bits;
      __builtin_memcpy(static_cast<char*>(p) + 2 * i, &half, sizeof half);
    }
  }
};

}  // namespace

extern const AttentionKernel attention_scalar =
    attention_of<ScalarAttention, ScalarAttention>("attention_scalar", Isa::scalar);

}  // namespace wattention::cpu
