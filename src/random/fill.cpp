#include "random/fill.h"

#include <algorithm>
#include <cmath>

#include "base/threads.h"

namespace wattention {
namespace {

using random_kernels::state_words;

// Four blocks of the twister, 10 kB: the words are still in the first-level cache when they are converted.
constexpr std::int64_t chunk = 4 * state_words;
// A thread's share takes ten times as long as starting it.
constexpr std::int64_t least_share = 32 * 1024;
// Box-Muller's unit; shares begin on it.
constexpr std::int64_t grain = 16;

// Where thread t's share begins. A thread first skips all the words before its share, so the shares shrink by
// `skip_cost`, the time to skip a word over the time to fill one, and all threads end together.
std::int64_t share_begin(std::int64_t count, int thread, int threads, double skip_cost) {
  if (thread == threads) return count;
  const double part =
      (1 - std::pow(1 - skip_cost, thread)) / (1 - std::pow(1 - skip_cost, threads));
  return static_cast<std::int64_t>(static_cast<double>(count / grain) * part) * grain;
}

template <class Convert>
void fill_serial(Mersenne& engine, float* out, std::int64_t count, const Convert& convert) {
  for (std::int64_t done = 0; done < count; done += chunk) {
    const std::int64_t size = std::min(chunk, count - done);
    engine.words(out + done, size);
    convert(out + done, size);
  }
}

template <class Convert>
void fill(Mersenne& engine, float* out, std::int64_t count, int threads, double skip_cost,
          const Convert& convert) {
  threads = static_cast<int>(std::min<std::int64_t>(resolve_threads(threads), count / least_share));
  if (threads <= 1) return fill_serial(engine, out, count, convert);
  Mersenne end;
  parallel(threads, [&](int thread) {
    const std::int64_t begin = share_begin(count, thread, threads, skip_cost);
    Mersenne own = engine;
    own.skip(static_cast<std::uint64_t>(begin));
    fill_serial(own, out + begin, share_begin(count, thread + 1, threads, skip_cost) - begin,
                convert);
    if (thread == threads - 1) end = own;
  });
  engine = end;
}

}  // namespace

void fill_uniform(Mersenne& engine, float* out, std::int64_t count, int threads, float low,
                  float high) {
  constexpr double skip_cost = 0.3;
  fill(engine, out, count, threads, skip_cost, [=](float* words, std::int64_t size) {
    random_kernels::active().uniform(words, size, low, high);
  });
}

void fill_normal(Mersenne& engine, float* out, std::int64_t count, int threads, float mean,
                 float standard_deviation) {
  constexpr double skip_cost = 0.15;
  fill(engine, out, count, threads, skip_cost, [=](float* words, std::int64_t size) {
    random_kernels::active().normal(words, size / grain, mean, standard_deviation);
  });
}

}  // namespace wattention
