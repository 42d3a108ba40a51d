// Tensors of random values.
#include <wattention/random.h>

#include <cmath>

#include "base/fail.h"
#include "random/skip_tensors.h"

namespace wattention {
namespace {

constexpr std::int64_t block = 16;

// randn() of 16 and more values takes a word for each, and 16 more for a ragged end.
std::uint64_t words_per_tensor(std::int64_t numel) {
  return static_cast<std::uint64_t>(numel % block == 0 ? numel : numel + block);
}

// Fewer than 16 values come in pairs of two doubles, four words; a tensor may begin inside a pair.
void skip_small_tensors(Generator& generator, std::uint64_t values) {
  generator.skip_words(values / 2 * 4);
  float first_of_pair;
  if (values % 2 != 0) generator.normal({&first_of_pair, 1});
}

std::uint64_t checked_product(std::uint64_t count, std::uint64_t each) {
  std::uint64_t product = 0;
  // A quarter of the range: small tensors multiply by four afterwards.
  expect(!__builtin_mul_overflow(count, each, &product) && product >> 62 == 0,
         "[randn_at] expected at most 2^62 values before the tensor; found {} tensors of {}", count,
         each);
  return product;
}

}  // namespace

Tensor randn(const Shape& shape, Generator& generator) {
  Tensor result = Tensor::empty(shape);
  generator.normal(result.mutable_values<float>());
  return result;
}

Tensor rand(const Shape& shape, Generator& generator) {
  Tensor result = Tensor::empty(shape);
  generator.uniform(result.mutable_values<float>());
  return result;
}

Tensor randn_at(const Shape& shape, std::uint64_t seed, std::int64_t index, int threads) {
  expect(index >= 1, "[randn_at] expected an index of at least 1; found {}", index);
  Generator generator(seed);
  generator.set_threads(threads);
  skip_tensors(generator, shape, index - 1);
  return randn(shape, generator);
}

void skip_tensors(Generator& generator, const Shape& shape, std::int64_t count) {
  const auto before = static_cast<std::uint64_t>(count);
  const std::int64_t numel = shape.numel();
  if (numel >= block)
    generator.skip_words(checked_product(before, words_per_tensor(numel)));
  else
    skip_small_tensors(generator, checked_product(before, static_cast<std::uint64_t>(numel)));
}

// kaiming_uniform_'s own steps, in double: sqrt(5) squared is not 5, and the bound must be torch's to the bit.
Tensor linear_weight(std::int64_t in_features, std::int64_t out_features, Generator& generator) {
  Tensor weight = Tensor::empty({out_features, in_features});
  if (weight.numel() == 0) return weight;
  const double slope = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1 + slope * slope));
  const double deviation = gain / std::sqrt(static_cast<double>(in_features));
  const double bound = std::sqrt(3.0) * deviation;
  generator.uniform(weight.mutable_values<float>(), -bound, bound);
  return weight;
}

}  // namespace wattention
