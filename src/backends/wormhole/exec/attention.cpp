// Threads own whole chunks of queries. What a chunk computes with a bf16 Dst stands here, with a 32-bit one in
// attention_fp32.cpp.
#include "backends/wormhole/exec/attention.h"

#include <array>
#include <atomic>

#include "backends/wormhole/exec/attention_chunk.h"
#include "backends/wormhole/exec/attention_fp32.h"
#include "backends/wormhole/exec/elementwise_choice.h"
#include "backends/wormhole/exec/pattern_table.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/0_81/attention.h"
#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/kernels/matmul.h"
#include "backends/wormhole/kernels/reduce.h"
#include "base/fail.h"
#include "base/interrupt.h"

namespace wattention::wormhole {
namespace {

namespace attention = kernels::attention;

constexpr Bits minus_infinity = 0xff80;

class StreamingAttention final : public AttentionChunk<Bits> {
 public:
  StreamingAttention(const AttentionImages& images, const AttentionNumerics& numerics, Isa isa,
                     const std::vector<Bits>& weights)
      : AttentionChunk(images, numerics, isa),
        vectors_(elementwise_kernels(isa)),
        weights_(weights) {}

 private:
  void mask(std::int64_t row, const KeyChunk& keys, std::span<Bits> scores) const {
    const Bits* added = mask_row(row);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const std::int64_t key = keys.first + static_cast<std::int64_t>(i);
      if (added != nullptr) scores[i] = attention::added(scores[i], pack_bf16(added[key]));
      if (hides(row, key)) scores[i] = minus_infinity;
    }
  }

  const Bits* mask_row(std::int64_t row) const {
    if (images_.mask == nullptr) return nullptr;
    const std::int64_t batch = images_.mask_batches == 1 ? 0 : at_.batch;
    const std::int64_t head = images_.mask_heads == 1 ? 0 : at_.head;
    return images_.mask +
           ((batch * images_.mask_heads + head) * images_.padded_queries + first_row_ + row) *
               images_.padded_keys;
  }

  // Scores become weights; what each column of the row's tiles sums up to is added in L1, tile by tile.
  void weigh(std::int64_t row, const KeyChunk& keys, bool first) override {
    const std::span<Bits> scores = score_row(row, keys.columns);
    mask(row, keys, scores);
    const auto at = static_cast<std::size_t>(row);
    Bits largest = first ? lowest_bits : earlier_[at];
    for (const Bits score : scores) largest = gmpool(score, largest);
    largest = pack_bf16(largest);
    maxima_[at] = largest;
    subtract(scores, largest);
    SumRow& sums = sums_[at];
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i] = weights_[scores[i]];
      Bits& sum = sums[i % sums.size()];
      sum = i < sums.size() ? scores[i] : attention::added(sum, scores[i]);
    }
  }

  // The matrix unit makes no NaN and no -0, so the packer that the vectors have changes nothing.
  void subtract(std::span<Bits> scores, Bits largest) const {
    if (vectors_ != nullptr) {
      vectors_->subtract_scalar(scores.data(), largest, static_cast<std::int64_t>(scores.size()),
                                scores.data());
      return;
    }
    for (Bits& score : scores) score = kernels::subtract(score, largest);
  }

  void multiply_values(std::int64_t columns) override {
    const std::int64_t width = images_.head_dim, tiles = columns / 32;
    context_.resize(static_cast<std::size_t>(rows_ * width));
    const std::int64_t split = std::min(32 * split_rows(numerics_, width / 32), rows_);
    MatmulNumerics in_blocks = product_of(split_width(numerics_, tiles));
    in_blocks.l1_accumulate = in_blocks.last_block_in_l1 = true;
    const MatrixView values{values_.data(), columns, width};
    matmul({scores_.data(), split, columns}, values, in_blocks, context_.data(), host_);
    if (split < rows_)
      matmul({scores_.data() + split * columns, rows_ - split, columns}, values, product_of(tiles),
             context_.data() + split * width, host_);
  }

  void multiply(Bits* values, std::int64_t count, Bits factor) const {
    const int phases = static_cast<int>(numerics_.fidelity);
    if (vectors_ != nullptr) {
      vectors_->multiply_scalar(values, factor, count, phases, values);
      return;
    }
    for (std::int64_t i = 0; i < count; ++i)
      values[i] = kernels::multiply(values[i], factor, phases);
  }

  // What earlier chunks left shrinks by the difference of the maxima, and is added in L1.
  void add_earlier(std::int64_t row) override {
    const auto at = static_cast<std::size_t>(row);
    const Word difference = elwsub(earlier_[at], maxima_[at], DstFormat::bf16);
    const Word shrinkage = attention::shrinkage<DstFormat::bf16>(
        difference, std::bit_cast<Word>(numerics_.scale), numerics_.exp_approximate);
    const Bits factor = pack_bf16(upper_half(shrinkage));
    const std::int64_t width = images_.head_dim;
    Bits* earlier = earlier_context_.data() + row * width;
    multiply(earlier, width, factor);
    for (std::int64_t d = 0; d < width; ++d) {
      Bits& sum = context_[static_cast<std::size_t>(row * width + d)];
      sum = attention::added(sum, earlier[d]);
    }
    multiply(earlier_sums_[at].data(), sum_columns_of_a_row, factor);
    for (std::size_t i = 0; i < sums_[at].size(); ++i)
      sums_[at][i] = attention::added(sums_[at][i], earlier_sums_[at][i]);
  }

  // The rest of a row's sum is a product with a column of ones.
  void finish() override {
    SumRow ones;
    ones.fill(kernels::one_bits);
    const std::int64_t width = images_.head_dim;
    for (std::int64_t row = 0; row < rows_; ++row) {
      const Word sum = kernels::multiply_tile<kernels::Matmul>(
          sums_[static_cast<std::size_t>(row)].data(), ones.data(),
          static_cast<int>(numerics_.fidelity), Word{0}, DstFormat::bf16);
      const Word inverse = attention::inverse<DstFormat::bf16>(sum, numerics_.approximate);
      multiply(context_.data() + row * width, width, pack_bf16(upper_half(inverse)));
    }
    std::ranges::copy(context_,
                      images_.out + images_.query_offset(at_.batch, at_.head) + first_row_ * width);
  }

  const ElementwiseKernels* vectors_;
  const std::vector<Bits>& weights_;  // of each difference
};

}  // namespace

void attend(const AttentionImages& images, const AttentionNumerics& numerics, HostOptions host) {
  const auto whole = [](std::int64_t size) { return size > 0 && size % 32 == 0; };
  expect(whole(images.padded_queries) && whole(images.padded_keys) && whole(images.head_dim),
         "[scaled_dot_product_attention] expected whole 32x32 tiles; found {}, {} and {}",
         images.padded_queries, images.padded_keys, images.head_dim);
  const Isa isa = resolve_isa(host.isa);
  const std::int64_t chunks = ceil_div(images.padded_queries / 32, numerics.query_tiles);
  const std::int64_t all = images.batch * images.heads * chunks;
  const double products = 2.0 * static_cast<double>(images.batch * images.heads) *
                          static_cast<double>(images.padded_queries * images.padded_keys) *
                          static_cast<double>(images.head_dim);
  const int threads = useful_threads(products, least_multiply_adds, resolve_threads(host.threads));
  std::vector<Bits> weights;
  if (!numerics.fp32_accumulate)
    weights = pattern_table([slope = attention::slope_of(numerics.scale)](Bits difference) {
      return attention::weight(difference, slope);
    });
  // The last queries of a causal call meet the most keys: whoever is free takes the next.
  std::atomic<std::int64_t> next{all};
  const auto take_all = [&](auto&& chunked) {
    for (std::int64_t i = --next; i >= 0; i = --next)
      chunked.run({i / (images.heads * chunks), i / chunks % images.heads, i % chunks});
  };
  parallel(threads, [&](int) {
    if (numerics.fp32_accumulate)
      take_all(AttentionFp32(images, numerics, isa));
    else
      take_all(StreamingAttention(images, numerics, isa, weights));
  });
}

}  // namespace wattention::wormhole
