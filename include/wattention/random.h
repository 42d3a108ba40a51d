#pragma once
// torch's CPU generator: the same draws in the same order (PyTorch 2,
// aten/src/ATen/core/MT19937RNGEngine.h and aten/src/ATen/native/cpu/DistributionTemplates.h
// describe the algorithm).
#include <wattention/tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace wattention {

/// Where a generator stands: enough to go on from there in another process.
struct GeneratorState {
  std::uint64_t seed = 5489;
  std::uint64_t position = 0;                         ///< 32-bit words drawn since the last seeding
  std::optional<double> spare_normal = std::nullopt;  ///< of a pair, for the next small fill
  int threads = 0;
};

/// A Mersenne Twister (mt19937) with torch's conversions to uniform and normal floats.
class Generator {
 public:
  /// As torch.manual_seed(seed).
  explicit Generator(std::uint64_t seed = 5489);
  /// Goes on where the other stood, in a time that grows with log(position).
  explicit Generator(const GeneratorState& state);
  ~Generator();
  Generator(const Generator& other);
  Generator& operator=(const Generator& other);
  Generator(Generator&&) noexcept;
  Generator& operator=(Generator&&) noexcept;

  void manual_seed(std::uint64_t seed);
  std::uint64_t seed() const;

  /// Fills with torch's uniform_(low, high), element by element in order.
  /// Throws Error{bad_input} when low > high or their distance is not finite.
  void uniform(std::span<float> out, double low = 0.0, double high = 1.0);
  /// Fills with torch's normal_(mean, standard_deviation): its vector path for 16 and more
  /// elements, its scalar path (double precision, cached second draw) below. Within 2 ulp of torch's
  /// AVX2 build (its portable one rounds angles differently, docs/random.md); same bits on every ISA
  /// and for any thread count. Throws Error{bad_input} for a negative or NaN deviation.
  void normal(std::span<float> out, double mean = 0.0, double standard_deviation = 1.0);
  /// The next raw 32-bit word.
  std::uint32_t next_word();
  /// Skips `words` 32-bit words, in a time that grows with log(words) only.
  void skip_words(std::uint64_t words);
  /// Words drawn since the last seeding.
  std::uint64_t position() const;
  GeneratorState state() const;

  /// Host threads for large fills; 0 means all. Never changes a value.
  void set_threads(int threads);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// torch.randn(shape, generator=generator), f32 on the host.
Tensor randn(const Shape& shape, Generator& generator);
/// torch.rand(shape, generator=generator).
Tensor rand(const Shape& shape, Generator& generator);

/// The index-th tensor (from 1) of `manual_seed(seed)` followed by randn(shape) again and again,
/// without drawing the tensors before it. Throws Error{bad_input} for index < 1.
Tensor randn_at(const Shape& shape, std::uint64_t seed, std::int64_t index, int threads = 0);

/// Weights [out_features, in_features] as torch's nn.Linear draws them (kaiming_uniform_ with a =
/// sqrt(5), that is uniform in +-1/sqrt(in_features)).
Tensor linear_weight(std::int64_t in_features, std::int64_t out_features, Generator& generator);

}  // namespace wattention
