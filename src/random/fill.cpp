#include "random/fill.h"

#include <algorithm>
#include <atomic>

#include "base/interrupt.h"
#include "base/threads.h"

namespace wattention {
namespace {

using random_kernels::state_words;

// Four blocks of the twister, 10 kB: the words are still in the first-level cache when they are converted.
constexpr std::int64_t chunk = 4 * state_words;
// The least piece a thread takes at a time, about 30 microseconds of work.
constexpr std::int64_t least_piece = 16 * chunk;
// Box-Muller's unit; pieces begin on it.
constexpr std::int64_t block = 16;
static_assert(state_words % block == 0);

// A few pieces for each thread, whole blocks of the twister.
std::int64_t piece_size(std::int64_t count, int threads) {
  return std::max(least_piece, count / (8 * threads) / state_words * state_words);
}

template <class Convert>
void fill_serial(Mersenne& engine, float* out, std::int64_t count, const Convert& convert) {
  for (std::int64_t done = 0; done < count; done += chunk) {
    interruption_point();
    const std::int64_t size = std::min(chunk, count - done);
    engine.words(out + done, size);
    convert(out + done, size);
  }
}

// Threads take the pieces in order, each with a twister of its own, which skips what the others take: that costs
// a seventh of filling it. A thread that the system holds up leaves its pieces to the others.
template <class Convert>
void fill(Mersenne& engine, float* out, std::int64_t count, int threads, const Convert& convert) {
  threads = static_cast<int>(std::min<std::int64_t>(resolve_threads(threads), count / least_piece));
  if (threads <= 1) return fill_serial(engine, out, count, convert);
  const std::int64_t piece = piece_size(count, threads);
  std::atomic<std::int64_t> next{0};
  Mersenne end;
  parallel(threads, [&](int) {
    Mersenne own = engine;
    std::int64_t at = 0;
    for (std::int64_t begin = next.fetch_add(piece); begin < count; begin = next.fetch_add(piece)) {
      own.skip(static_cast<std::uint64_t>(begin - at));
      at = std::min(begin + piece, count);
      fill_serial(own, out + begin, at - begin, convert);
    }
    if (at == count) end = own;
  });
  engine = end;
}

}  // namespace

void fill_uniform(Mersenne& engine, float* out, std::int64_t count, int threads, float low,
                  float high) {
  fill(engine, out, count, threads, [=](float* words, std::int64_t size) {
    random_kernels::active().uniform(words, size, low, high);
  });
}

void fill_normal(Mersenne& engine, float* out, std::int64_t count, int threads, float mean,
                 float standard_deviation) {
  fill(engine, out, count, threads, [=](float* words, std::int64_t size) {
    random_kernels::active().normal(words, size / block, mean, standard_deviation);
  });
}

}  // namespace wattention
