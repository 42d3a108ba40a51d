#include <wattention/random.h>

#include <cmath>
#include <numbers>
#include <optional>

#include "base/fail.h"
#include "random/fill.h"
#include "random/mersenne.h"

namespace wattention {

struct Generator::State {
  std::uint64_t seed;
  Mersenne engine;
  // The second of a pair that normal() drew in double precision, for its next small fill.
  std::optional<double> spare;
  int threads = 0;

  // torch keeps 64 bits of seed and hands the lower half to the engine.
  explicit State(std::uint64_t from) : seed(from), engine(static_cast<std::uint32_t>(from)) {}

  double uniform_double();
  double normal_double();
};

// 53 bits of two words, the first one the higher.
double Generator::State::uniform_double() {
  const std::uint64_t high = engine.next();
  const std::uint64_t both = high << 32 | engine.next();
  return static_cast<double>(both & ((std::uint64_t{1} << 53) - 1)) * 0x1p-53;
}

double Generator::State::normal_double() {
  if (spare) {
    const double value = *spare;
    spare.reset();
    return value;
  }
  const double theta = 2.0 * std::numbers::pi * uniform_double();
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform_double()));
  spare = radius * std::sin(theta);
  return radius * std::cos(theta);
}

Generator::Generator(std::uint64_t seed) : state_(std::make_unique<State>(seed)) {}
Generator::Generator(const GeneratorState& state) : Generator(state.seed) {
  state_->engine.skip(state.position);
  state_->spare = state.spare_normal;
  state_->threads = state.threads;
}
Generator::~Generator() = default;
Generator::Generator(const Generator& other) : state_(std::make_unique<State>(*other.state_)) {}
Generator& Generator::operator=(const Generator& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
Generator::Generator(Generator&&) noexcept = default;
Generator& Generator::operator=(Generator&&) noexcept = default;

void Generator::manual_seed(std::uint64_t seed) {
  const int threads = state_->threads;
  *state_ = State(seed);
  state_->threads = threads;
}

std::uint64_t Generator::seed() const {
  return state_->seed;
}
std::uint32_t Generator::next_word() {
  return state_->engine.next();
}
void Generator::skip_words(std::uint64_t words) {
  state_->engine.skip(words);
}
std::uint64_t Generator::position() const {
  return state_->engine.drawn();
}
GeneratorState Generator::state() const {
  return {state_->seed, state_->engine.drawn(), state_->spare, state_->threads};
}
void Generator::set_threads(int threads) {
  state_->threads = threads;
}

void Generator::uniform(std::span<float> out, double low, double high) {
  const auto from = static_cast<float>(low);
  const auto to = static_cast<float>(high);
  expect(from <= to && std::isfinite(to - from),
         "[uniform] expected low <= high, a finite distance apart; found {} and {}", low, high);
  fill_uniform(state_->engine, out.data(), std::ssize(out), state_->threads, from, to);
}

void Generator::normal(std::span<float> out, double mean, double standard_deviation) {
  expect(standard_deviation >= 0, "[normal] expected a standard deviation of at least 0; found {}",
         standard_deviation);
  constexpr std::int64_t block = 16;
  const std::int64_t count = std::ssize(out);
  if (count < block) {
    for (float& value : out)
      value = static_cast<float>(std::fma(state_->normal_double(), standard_deviation, mean));
    return;
  }
  const auto fill = [&](float* begin, std::int64_t size) {
    fill_normal(state_->engine, begin, size, state_->threads, static_cast<float>(mean),
                static_cast<float>(standard_deviation));
  };
  const std::int64_t ragged = count % block;
  fill(out.data(), count - ragged);
  if (ragged == 0) return;
  // torch draws the ragged end's uniforms too, then draws the last 16 values anew.
  state_->engine.skip(static_cast<std::uint64_t>(ragged));
  fill(out.data() + count - block, block);
}

}  // namespace wattention
