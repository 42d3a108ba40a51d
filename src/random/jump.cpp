// One step of the twister is a linear map A over GF(2) on 19937 bits, and its characteristic polynomial p has
// p(A) = 0. So A^n = g(A) with g = x^n mod p, and g(A) applied to a state is the sum of those states, among the
// 19937 that follow it, for which g has a coefficient (Haramoto, Matsumoto, Nishimura, Panneton, L'Ecuyer,
// "Efficient jump ahead for F2-linear random number generators", 2008).
#include "random/jump.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>
#include <vector>

#include "random/kernels.h"

namespace wattention {
namespace {

using random_kernels::state_room;
using random_kernels::state_words;

constexpr unsigned degree = 19937;
constexpr unsigned bits = 64;
constexpr std::size_t half = degree / bits + 1;

// Coefficients over GF(2), x^0 in the lowest bit of the first word.
using Polynomial = std::array<std::uint64_t, half>;
using Product = std::array<std::uint64_t, 2 * half>;

// The exponents of p below its degree. From the closed form in Matsumoto and Nishimura, "Mersenne Twister",
// 1998, appendix A: with u = x^623 + x^396, v = x^624 + x^397 and a_i the bits of the twist's constant,
// p = v (u^31 + a_0 u^30 + ... + a_30) + a_31.
std::vector<unsigned> lower_exponents() {
  constexpr std::uint32_t a = 0x9908b0df;
  using Dense = std::bitset<degree + 1>;
  Dense factor(1);
  for (unsigned i = 0; i < 31; ++i) {
    factor = factor << 623 ^ factor << 396;
    factor[0] = a >> i & 1;
  }
  Dense p = factor << 624 ^ factor << 397;
  p[0] = a >> 31;
  std::vector<unsigned> exponents;
  for (unsigned i = 0; i < degree; ++i)
    if (p[i]) exponents.push_back(i);
  return exponents;
}

const std::vector<unsigned>& modulus() {
  static const std::vector<unsigned> exponents = lower_exponents();
  return exponents;
}

// p's second highest exponent is 19314, 623 below its degree: this many words fold at once without coming
// back to where they were.
constexpr std::size_t run = 8;
static_assert(run * bits <= 623 && half % run == 0);

// Adds x^first * coefficients * (p - x^degree): what coefficients * x^(degree + first) is modulo p.
void fold(Product& sum, const std::uint64_t* coefficients, unsigned first) {
  std::uint64_t padded[run + 2] = {};
  std::copy_n(coefficients, run, padded + 1);
  for (const unsigned exponent : modulus()) {
    const unsigned shift = (first + exponent) % bits;
    std::uint64_t* to = &sum[(first + exponent) / bits];
    for (std::size_t i = 0; i <= run; ++i)
      to[i] ^= padded[i + 1] << shift | padded[i] >> 1 >> (bits - 1 - shift);
  }
}

Polynomial reduce(Product& product) {
  for (std::size_t word = 2 * half; word > half;) {
    word -= run;
    fold(product, &product[word], static_cast<unsigned>(word) * bits - degree);
    std::fill_n(&product[word], run, 0);
  }
  const std::uint64_t above[run] = {product[half - 1] >> degree % bits};
  product[half - 1] ^= above[0] << degree % bits;
  fold(product, above, 0);
  Polynomial result;
  std::copy_n(product.begin(), half, result.begin());
  return result;
}

// Puts a zero between any two bits.
std::uint64_t spread(std::uint64_t x) {
  x = (x | x << 16) & 0x0000ffff0000ffff;
  x = (x | x << 8) & 0x00ff00ff00ff00ff;
  x = (x | x << 4) & 0x0f0f0f0f0f0f0f0f;
  x = (x | x << 2) & 0x3333333333333333;
  return (x | x << 1) & 0x5555555555555555;
}

// The square of a polynomial over GF(2), times x when `odd`.
Polynomial square(const Polynomial& a, bool odd) {
  Product product;
  for (std::size_t i = 0; i < half; ++i) {
    product[2 * i] = spread(a[i] & 0xffffffff) << odd;
    product[2 * i + 1] = spread(a[i] >> 32) << odd;
  }
  return reduce(product);
}

// x^n modulo p, from the leading bits of n that are a power below the degree.
Polynomial power_of_x(std::uint64_t n) {
  int left = 0;
  while (n >> left >= degree) ++left;
  Polynomial result{};
  result[(n >> left) / bits] = std::uint64_t{1} << (n >> left) % bits;
  while (left-- > 0) result = square(result, n >> left & 1);
  return result;
}

// The state words from `state` on, as many as a polynomial of full degree reaches.
std::vector<std::uint32_t> words_from(const std::uint32_t* state) {
  constexpr std::size_t blocks = (degree + state_words) / state_words + 1;
  std::vector<std::uint32_t> words(blocks * state_words);
  alignas(64) std::uint32_t block[state_room];
  std::copy_n(state, state_words, block);
  for (std::size_t b = 0; b < blocks; ++b) {
    std::copy_n(block, state_words, words.data() + b * state_words);
    random_kernels::active().twist(block);
  }
  return words;
}

std::vector<const std::uint32_t*> summands(const Polynomial& g, const std::uint32_t* words) {
  std::vector<const std::uint32_t*> result;
  for (std::size_t i = 0; i < degree; ++i)
    if (g[i / bits] >> i % bits & 1) result.push_back(words + i);
  return result;
}

}  // namespace

void jump_ahead(std::uint32_t* state, std::uint64_t words) {
  const Polynomial g = power_of_x(words);
  const std::vector<std::uint32_t> following = words_from(state);
  const auto windows = summands(g, following.data());
  std::array<std::uint32_t, state_words> sum{};
  std::size_t i = 0;
  // Four at a time: the sum's own loads and stores weigh less.
  for (; i + 4 <= windows.size(); i += 4) {
    const std::uint32_t *a = windows[i], *b = windows[i + 1], *c = windows[i + 2],
                        *d = windows[i + 3];
    for (int j = 0; j < state_words; ++j) sum[j] ^= a[j] ^ b[j] ^ c[j] ^ d[j];
  }
  for (; i < windows.size(); ++i)
    for (int j = 0; j < state_words; ++j) sum[j] ^= windows[i][j];
  std::copy(sum.begin(), sum.end(), state);
}

}  // namespace wattention
