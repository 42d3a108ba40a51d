#include "backends/wormhole/exec/reduce_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/numerics/mvmul.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/unpacker.h"
#include "base/threads.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t side = 32;

// GMPOOL: the order of signs and magnitudes, from below every value.
Word largest_of(const Word* values, std::int64_t count, std::int64_t stride) {
  Word largest = 0xffffffffu;
  for (std::int64_t i = 0; i < count; ++i) {
    const Word value = unpack_fp32(values[i * stride], UnpackedAs::tf32);
    if (ordered_below(largest, value)) largest = value;
  }
  return largest;
}

// GAPOOL: faces of 16 from the top.
Word sum_of(const Word* values, std::int64_t count, std::int64_t stride,
            const Reduction& reduction) {
  std::array<Word, mvmul_depth> face{}, scalers{};
  scalers.fill(widen(reduction.scaler));
  Word dst = 0;
  for (std::int64_t first = 0; first < count; first += mvmul_depth) {
    for (int i = 0; i < mvmul_depth; ++i)
      face[static_cast<std::size_t>(i)] = values[(first + i) * stride];
    for (int phase = 0; phase < static_cast<int>(reduction.fidelity); ++phase)
      dst = mvmul<Silicon, Word>(face, scalers, phase, dst, DstFormat::fp32);
  }
  return dst;
}

// By a product with a column that holds the scaler.
void sum_widths(WideMatrixView image, const Reduction& reduction, Word* out, HostOptions host) {
  std::vector<Word> scalers(static_cast<std::size_t>(image.cols * side));
  for (std::int64_t row = 0; row < image.cols; ++row)
    scalers[static_cast<std::size_t>(row * side)] = widen(reduction.scaler);
  const MatmulNumerics numerics{reduction.fidelity, image.cols / side, true};
  matmul(image, WideMatrixView{scalers.data(), image.cols, side}, numerics, out, host);
}

}  // namespace

void reduce_words(const Reduction& reduction, WideMatrixView image, std::int64_t matrices,
                  Word* out, HostOptions host) {
  if (reduction.along_width && !reduction.largest) return sum_widths(image, reduction, out, host);
  const bool wide = reduction.along_width;
  const std::int64_t height = image.rows / matrices;
  const std::int64_t lines = wide ? image.rows : matrices * image.cols;
  const std::int64_t count = wide ? image.cols : height, stride = wide ? 1 : image.cols;
  std::fill_n(out, lines * side, Word{0});
  const int threads = useful_threads(static_cast<double>(image.rows * image.cols), least_elements,
                                     resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(lines, thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const std::int64_t matrix = i / image.cols, col = i % image.cols;
      const Word* const first =
          image.bits + (wide ? i * image.cols : matrix * height * image.cols + col);
      out[wide ? i * side : matrix * side * image.cols + col] =
          reduction.largest ? largest_of(first, count, stride)
                            : sum_of(first, count, stride, reduction);
    }
  });
}

}  // namespace wattention::wormhole
