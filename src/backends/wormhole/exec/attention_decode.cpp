// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/transformer/sdpa_decode/device/kernels/compute/sdpa_flash_decode.cpp.
#include "backends/wormhole/exec/attention_decode.h"

#include <algorithm>
#include <array>

#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/0_81/attention.h"
#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/kernels/matmul.h"
#include "backends/wormhole/kernels/reduce.h"
#include "backends/wormhole/program/ceil_div.h"
#include "base/interrupt.h"

namespace wattention::wormhole {
namespace {

namespace attention = kernels::attention;

constexpr Bits minus_infinity = 0xff80;

/// What a core has of one head: the largest score, the sum of weights, and their product with the values.
struct Part {
  Bits largest, sum;
  std::vector<Bits> context;
};

/// The heads that share one of keys, and one batch.
class SharedHead {
 public:
  SharedHead(const AttentionImages& images, const AttentionNumerics& numerics, Isa isa,
             std::int64_t batch, std::int64_t kv_head, std::int64_t length)
      : images_(images),
        numerics_(numerics),
        host_{1, isa},
        slope_(attention::slope_of(numerics.scale)),
        batch_(batch),
        group_(images.heads / images.kv_heads),
        first_head_(kv_head * group_),
        rows_(32 * ceil_div(group_, std::int64_t{32})),
        length_(length),
        queries_(static_cast<std::size_t>(rows_ * images.head_dim)) {
    for (std::int64_t row = 0; row < group_; ++row)
      std::copy_n(images.query + images.query_offset(batch, first_head_ + row), images.head_dim,
                  queries_.data() + row * images.head_dim);
  }

  void run(std::int64_t most_cores) {
    const std::int64_t keys = 32 * numerics_.key_tiles, chunks = ceil_div(length_, keys);
    const std::int64_t used = std::min(most_cores, chunks);
    std::vector<std::vector<Part>> cores;
    for (std::int64_t core = used - 1; core >= 0; --core)
      cores.push_back(meet_in_order(chunks_of(core, used, chunks), keys));
    for (std::size_t step = 1; step < cores.size(); step *= 2)
      for (std::size_t core = 0; core + step < cores.size(); core += 2 * step)
        for (std::size_t row = 0; row < cores[core].size(); ++row)
          join(cores[core][row], cores[core + step][row]);
    for (std::int64_t row = 0; row < group_; ++row)
      finish(row, cores.front()[static_cast<std::size_t>(row)]);
  }

 private:
  MatmulNumerics product_of(std::int64_t block_tiles) const {
    MatmulNumerics numerics;
    numerics.fidelity = numerics_.fidelity;
    numerics.block_tiles = block_tiles;
    return numerics;
  }

  // In order, the first ones a chunk more where they do not come out even.
  static Share chunks_of(std::int64_t core, std::int64_t cores, std::int64_t chunks) {
    const std::int64_t each = chunks / cores, more = chunks % cores;
    const std::int64_t begin = core * each + std::min(core, more);
    return {begin, begin + each + (core < more ? 1 : 0)};
  }

  // Each chunk's weights are those below the largest score so far, by which what came before shrinks.
  std::vector<Part> meet_in_order(Share chunks, std::int64_t keys) {
    std::vector<Part> all;
    for (std::int64_t chunk = chunks.begin; chunk < chunks.end; ++chunk) {
      interruption_point();
      std::vector<Part> parts = meet(chunk * keys, keys, all);
      for (std::size_t row = 0; row < all.size(); ++row) add_earlier(parts[row], all[row]);
      all = std::move(parts);
    }
    return all;
  }

  void add_earlier(Part& own, const Part& earlier) const {
    const Bits factor = pack_bf16(shrinkage(earlier.largest, own.largest));
    own.sum = kernels::add(own.sum, kernels::multiply(earlier.sum, factor, phases()));
    for (std::size_t i = 0; i < own.context.size(); ++i)
      own.context[i] =
          kernels::add(kernels::multiply(earlier.context[i], factor, phases()), own.context[i]);
  }

  std::vector<Part> meet(std::int64_t first, std::int64_t columns,
                         const std::vector<Part>& earlier) {
    const std::int64_t width = images_.head_dim;
    const std::int64_t offset = images_.key_offset(batch_, first_head_) + first * width;
    const std::int64_t there = std::min(columns, images_.padded_keys - first);
    std::vector<Bits> keys(static_cast<std::size_t>(width * columns)), values(keys.size());
    for (std::int64_t row = 0; row < there; ++row)
      for (std::int64_t d = 0; d < width; ++d)
        keys[static_cast<std::size_t>(d * columns + row)] = images_.key[offset + row * width + d];
    std::copy_n(images_.value + offset, there * width, values.data());
    std::vector<Bits> scores(static_cast<std::size_t>(rows_ * columns)), contexts(queries_.size());
    matmul({queries_.data(), rows_, width}, {keys.data(), width, columns}, product_of(width / 32),
           scores.data(), host_);
    std::vector<Part> parts;
    for (std::int64_t row = 0; row < group_; ++row)
      parts.push_back(
          weigh({scores.data() + row * columns, static_cast<std::size_t>(columns)}, length_ - first,
                earlier.empty() ? lowest_bits : earlier[static_cast<std::size_t>(row)].largest));
    matmul({scores.data(), rows_, columns}, {values.data(), columns, width},
           product_of(columns / 32), contexts.data(), host_);
    for (std::int64_t row = 0; row < group_; ++row)
      parts[static_cast<std::size_t>(row)].context.assign(contexts.data() + row * width,
                                                          contexts.data() + (row + 1) * width);
    return parts;
  }

  // Scores become weights, below the largest of them and of what came before.
  Part weigh(std::span<Bits> scores, std::int64_t seen, Bits largest) const {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (static_cast<std::int64_t>(i) >= seen) scores[i] = minus_infinity;
      largest = gmpool(scores[i], largest);
    }
    largest = pack_bf16(largest);
    for (Bits& score : scores) score = attention::weight(kernels::subtract(score, largest), slope_);
    return {largest, sum_of(scores), {}};
  }

  // A product with a column of ones, tile after tile.
  Bits sum_of(std::span<const Bits> weights) const {
    std::array<Bits, 32> ones;
    ones.fill(kernels::one_bits);
    Word dst = 0;
    for (std::size_t at = 0; at < weights.size(); at += ones.size())
      dst = kernels::multiply_tile<kernels::Matmul>(weights.data() + at, ones.data(), phases(), dst,
                                                    DstFormat::bf16);
    return pack_bf16(upper_half(dst));
  }

  // In the vector unit, with each result stored to Dst on its way.
  void join(Part& own, const Part& other) const {
    const Bits largest = gmpool(other.largest, own.largest);
    const Bits own_factor = shrinkage(own.largest, largest),
               other_factor = shrinkage(other.largest, largest);
    const Word sum = sfpu::add(times(other_factor, other.sum), times(own_factor, own.sum));
    own.sum = pack_bf16(store_to_bf16(sum));
    own.largest = pack_bf16(largest);
    for (std::size_t i = 0; i < own.context.size(); ++i)
      own.context[i] =
          kernels::add(kernels::multiply(own.context[i], pack_bf16(own_factor), phases()),
                       kernels::multiply(other.context[i], pack_bf16(other_factor), phases()));
  }
  Bits shrinkage(Bits largest, Bits of_both) const {
    const Word difference = sfpu::subtract(widen(largest), widen(of_both));
    return upper_half(attention::shrinkage<DstFormat::bf16>(
        difference, std::bit_cast<Word>(numerics_.scale), true));
  }
  static Word times(Bits factor, Bits sum) {
    return widen(store_to_bf16(sfpu::multiply(widen(factor), widen(sum))));
  }

  void finish(std::int64_t row, const Part& part) const {
    const Bits factor = pack_bf16(attention::inverse_of_one_query(part.sum, numerics_.approximate));
    Bits* out = images_.out + images_.query_offset(batch_, first_head_ + row);
    for (std::size_t i = 0; i < part.context.size(); ++i)
      out[i] = kernels::multiply(part.context[i], factor, phases());
  }

  int phases() const { return static_cast<int>(numerics_.fidelity); }

  const AttentionImages& images_;
  const AttentionNumerics& numerics_;
  HostOptions host_;
  Word slope_;
  std::int64_t batch_, group_, first_head_, rows_, length_;
  std::vector<Bits> queries_;
};

}  // namespace

void attend_once(const AttentionImages& images, std::span<const std::int64_t> lengths,
                 const AttentionNumerics& numerics, std::int64_t cores, HostOptions host) {
  const Isa isa = resolve_isa(host.isa);
  const std::int64_t heads = images.batch * images.kv_heads;
  const double products = 2.0 * static_cast<double>(images.batch * images.heads) *
                          static_cast<double>(images.padded_keys * images.head_dim);
  const int threads = useful_threads(products, least_multiply_adds, resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(heads, thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const std::int64_t batch = i / images.kv_heads;
      SharedHead(images, numerics, isa, batch, i % images.kv_heads,
                 lengths[static_cast<std::size_t>(batch)])
          .run(cores);
    }
  });
}

}  // namespace wattention::wormhole
