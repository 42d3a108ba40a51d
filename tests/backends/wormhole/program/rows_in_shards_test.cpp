// Softmax and norms of rows in shards: digits against those of pages and against formulas, events, refusals.
#include <cmath>
#include <functional>

#include "device_fixture.h"

namespace wattention::wormhole {
namespace {

class RowsInShards : public testing::Test {
 protected:
  Tensor in_pages(const Tensor& host, DType dtype = DType::bf16) {
    return device_->upload(host, {.dtype = dtype});
  }
  Tensor in_shards(const Tensor& host, const char* word, DType dtype = DType::bf16) {
    return device_->upload(host, {.dtype = dtype, .sharding = parse_sharding(word)});
  }
  std::vector<std::uint16_t> values(const Tensor& tensor) {
    return bits(device_->download(tensor).to(DType::bf16));
  }
  std::vector<float> numbers(const Tensor& tensor) {
    const Tensor host = device_->download(tensor).to(DType::f32);
    const auto found = host.values<float>();
    return {found.begin(), found.end()};
  }
  OpEvent program_of(const std::function<void()>& call) {
    device_->event_log()->take();
    device_->event_log()->start();
    call();
    device_->event_log()->stop();
    const std::vector<Event> events = device_->event_log()->take();
    EXPECT_EQ(events.size(), 1u);
    return std::get<OpEvent>(events.front());
  }
  const std::shared_ptr<WormholeBackend> device_ = open();
};

OpAttributes by(const char* program) {
  OpAttributes attributes;
  attributes.program = parse_program_config(program);
  return attributes;
}

OpAttributes in_place(const char* program) {
  OpAttributes attributes = by(program);
  attributes.in_place = true;
  return attributes;
}

constexpr const char* rows_of_scores = "height:64x96:0,0-7,0";
constexpr const char* softmax_of_scores = "sharded:grid=1x8,subblock_w=3,block_h=2,block_w=3";

const Tensor& scores() {
  static const Tensor tensor = random_tensor({2, 4, 64, 96});
  return tensor;
}

TEST_F(RowsInShards, SoftmaxHasTheDigitsOfPages) {
  for (const bool stable : {false, true})
    for (const bool wide : {false, true}) {
      OpAttributes attributes = in_place(softmax_of_scores), plain;
      attributes.numeric_stable = plain.numeric_stable = stable;
      attributes.fp32_accumulate = plain.fp32_accumulate = wide;
      const Tensor shards = in_shards(scores(), rows_of_scores);
      const Tensor result = softmax(shards, attributes);
      EXPECT_EQ(result.storage(), shards.storage());
      EXPECT_EQ(values(shards), values(softmax(in_pages(scores()), plain))) << stable << wide;
    }
}

TEST_F(RowsInShards, MasksAreThoseOfTheirBatch) {
  const Tensor row = in_pages(random_tensor({2, 1, 1, 96}, 2));
  const Tensor whole = in_pages(random_tensor({2, 1, 64, 96}, 3));
  OpAttributes attributes = in_place(softmax_of_scores), plain;
  attributes.scale = plain.scale = 0.125;
  const Tensor a = in_shards(scores(), rows_of_scores);
  scale_mask_softmax(a, row, attributes);
  EXPECT_EQ(values(a), values(scale_mask_softmax(in_pages(scores()), row, plain)));
  attributes.causal = plain.causal = true;
  const Tensor b = in_shards(scores(), rows_of_scores);
  scale_mask_softmax(b, whole, attributes);
  EXPECT_EQ(values(b), values(scale_mask_softmax(in_pages(scores()), whole, plain)));
}

// One for all matrices, and one each in the scores' own shards.
TEST_F(RowsInShards, CausalMasksOfOtherBatches) {
  OpAttributes attributes = in_place(softmax_of_scores), plain;
  attributes.scale = plain.scale = 0.25;
  attributes.causal = plain.causal = true;
  const Tensor one = random_tensor({1, 1, 64, 96}, 4);
  const Tensor both = concat(std::vector<Tensor>{in_pages(one), in_pages(one)}, 0);
  const Tensor a = in_shards(scores(), rows_of_scores);
  scale_mask_softmax(a, in_pages(one), attributes);
  EXPECT_EQ(values(a), values(scale_mask_softmax(in_pages(scores()), both, plain)));

  const Tensor each = random_tensor({2, 4, 64, 96}, 5);
  const Tensor b = in_shards(scores(), rows_of_scores);
  scale_mask_softmax(b, in_shards(each, rows_of_scores), attributes);
  const Tensor sums = add(multiply(in_pages(scores()), 0.25), in_pages(each));
  EXPECT_EQ(values(b), values(softmax(sums)));
}

// Two heads a core under one head's mask, and a row in pieces.
TEST_F(RowsInShards, MasksOfFusedHeadsAndInRows) {
  OpAttributes attributes = in_place(softmax_of_scores), plain;
  attributes.causal = plain.causal = true;
  const Tensor half = in_pages(random_tensor({2, 1, 32, 96}, 6));
  const Tensor a = in_shards(scores(), rows_of_scores);
  scale_mask_softmax(a, half, attributes);
  const Tensor twice = concat(std::vector<Tensor>{half, half}, 2);
  EXPECT_EQ(values(a), values(scale_mask_softmax(in_pages(scores()), twice, plain)));

  const Tensor row = random_tensor({2, 1, 1, 96}, 7);
  const Tensor pieces = reshape(row, {2, 1, 3, 32});
  const Tensor b = in_shards(scores(), rows_of_scores);
  scale_mask_softmax(b, device_->upload(pieces, {.layout = Layout::row_major}),
                     in_place(softmax_of_scores));
  EXPECT_EQ(values(b), values(scale_mask_softmax(in_pages(scores()), in_pages(row), {})));
}

TEST_F(RowsInShards, SoftmaxMovesNothingButItsMask) {
  constexpr std::int64_t tile = 2048;
  const Tensor x = in_shards(scores(), rows_of_scores);
  const OpEvent plain = program_of([&] { softmax(x, in_place(softmax_of_scores)); });
  EXPECT_EQ(plain.cores, 8);
  EXPECT_EQ(plain.traffic, Traffic{});
  EXPECT_EQ(plain.busiest_core.exponentials, 2 * 3);
  const Tensor row = in_pages(random_tensor({2, 1, 1, 96}, 2));
  const OpEvent masked =
      program_of([&] { scale_mask_softmax(x, row, in_place(softmax_of_scores)); });
  EXPECT_EQ(masked.traffic, (Traffic{.dram_read_bytes = 8 * 3 * tile}));
}

// Its values become bf16, and the result a block format as a product's with 1 does.
TEST_F(RowsInShards, SoftmaxOfBlocksPacksBlocks) {
  const Tensor x = in_shards(scores(), rows_of_scores, DType::bfloat8_b);
  const Tensor there = device_->download(x).to(DType::bf16);
  softmax(x, in_place(softmax_of_scores));
  OpAttributes into_blocks;
  into_blocks.output_dtype = DType::bfloat8_b;
  EXPECT_EQ(values(x), values(multiply(softmax(in_pages(there)), 1.0, into_blocks)));
  OpAttributes wide = in_place(softmax_of_scores);
  wide.fp32_accumulate = true;
  const Tensor y = in_shards(there, rows_of_scores, DType::bfloat8_b);
  softmax(y, wide);
  const std::vector<float> found = numbers(y), wanted = numbers(x);
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], wanted[i], 4e-3) << i;
}

TEST_F(RowsInShards, SoftmaxRefusesInTheReleasesWords) {
  const Tensor x = in_shards(scores(), rows_of_scores);
  const struct {
    const char *program, *sentence;
    ErrorKind kind = ErrorKind::bad_input;
  } refused[] = {
      {"sharded:grid=1x8,subblock_w=2,block_h=2,block_w=3",
       "block_w must be divisible by subblock_w."},
      {"sharded:grid=1x8,subblock_w=1,block_h=2,block_w=2",
       "shard width must equal to input tensor shape[3]!"},
      {"sharded:grid=1x8,subblock_w=1,block_h=4,block_w=3",
       "number of shards must equal to number of cores. M = 512, K = 96, block_w = 3, block_h = 4, "
       "num_cores = 8"},
      {"sharded:grid=8x1,subblock_w=1,block_h=2,block_w=3", "cores and blocks are those",
       ErrorKind::unverified},
      {"mcast_2d:grid=1x8", "the program config of a softmax"}};
  for (const auto& [program, sentence, kind] : refused)
    expect_says(error_of([&] { softmax(x, in_place(program)); }), kind, sentence);
  expect_says(error_of([&] { softmax(x); }), ErrorKind::unverified, "a program of shards");
  expect_says(error_of([&] { softmax(in_pages(scores()), in_place(softmax_of_scores)); }),
              ErrorKind::bad_input, "bad optional access");
  expect_says(error_of([&] { softmax(x, by(softmax_of_scores)); }), ErrorKind::bad_input,
              "in_place");
  const Tensor y = in_shards(scores(), "height:32x96:0,0-7,1");
  OpAttributes causal = in_place("sharded:grid=2x8,subblock_w=3,block_h=1,block_w=3");
  causal.causal = true;
  expect_says(error_of([&] {
                scale_mask_softmax(y, in_pages(random_tensor({2, 1, 64, 96}, 2)), causal);
              }),
              ErrorKind::unverified, "waits for ever");
}

// Options that leave steps of 16 bits, as between ops.
OpAttributes in_16_bits(OpAttributes attributes = {}) {
  attributes.fp32_accumulate = false;
  return attributes;
}

// A mean of one part is the mean.
TEST_F(RowsInShards, ANormOnOneCoreHasTheDigitsOfPages) {
  const Tensor x = random_tensor({64, 96}), residual = random_tensor({64, 96}, 2);
  const Tensor weight = in_pages(random_tensor({96}, 3)), bias = in_pages(random_tensor({96}, 4));
  const char* word = "block:64x96:0,0-0,0";
  const char* program = "sharded:grid=1x1,subblock_w=3,block_h=2,block_w=3";
  for (const auto norm : {layer_norm, rms_norm})
    for (const bool wide : {false, true}) {
      OpAttributes attributes = by(program), plain;
      attributes.fp32_accumulate = plain.fp32_accumulate = wide;
      const Tensor found =
          norm(in_shards(x, word),
               {.weight = weight, .bias = bias, .residual = in_shards(residual, word)}, attributes);
      EXPECT_EQ(to_string(*found.sharding()), word);
      EXPECT_EQ(
          values(found),
          values(norm(in_pages(x), {.weight = weight, .bias = bias, .residual = in_pages(residual)},
                      plain)))
          << wide;
    }
}

struct Split {
  const char *shards, *program;
};
// Columns on a row, on a column, on lines of cores in two stages, and blocks in both orders.
constexpr Split splits[] = {
    {"width:128x128:0,0-7,0", "sharded:grid=1x8,subblock_w=4,block_h=4,block_w=4"},
    {"width:128x128:0,0-0,7:by_column", "sharded:grid=8x1,subblock_w=4,block_h=4,block_w=4"},
    {"width:128x64:0,0-7,1", "sharded:grid=2x8,subblock_w=2,block_h=4,block_w=2"},
    {"width:128x64:0,0-1,7:by_column", "sharded:grid=8x2,subblock_w=2,block_h=4,block_w=2"},
    {"width:128x128:2,1-5,2", "sharded:grid=2x4,subblock_w=4,block_h=4,block_w=4"},
    {"block:64x256:0,0-3,1", "sharded:grid=2x4,subblock_w=4,block_h=2,block_w=8"},
    {"block:32x512:0,0-3,1:by_column", "sharded:grid=2x4,subblock_w=4,block_h=1,block_w=16"}};

// Numbers whose sums are exact at each step: the parts and their order leave no trace.
TEST_F(RowsInShards, SumsOfPartsAreTheSum) {
  Tensor x = Tensor::empty({128, 1024});
  auto numbers = x.mutable_values<float>();
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = (i % 2 == 0 ? 1.0f : -1.0f) * (i / 1024 % 3 == 0 ? 2.0f : 1.0f);
  const auto layer = values(layer_norm(in_pages(x), {}, in_16_bits()));
  const auto rms = values(rms_norm(in_pages(x), {}, in_16_bits()));
  for (const auto& [word, program] : splits) {
    EXPECT_EQ(values(layer_norm(in_shards(x, word), {}, in_16_bits(by(program)))), layer) << word;
    EXPECT_EQ(values(rms_norm(in_shards(x, word), {}, in_16_bits(by(program)))), rms) << word;
  }
}

TEST_F(RowsInShards, NormsAreNearTheFormula) {
  const Tensor x = random_tensor({128, 1024}, 7);
  const Tensor held = x.to(DType::bf16).to(DType::f32);
  for (const auto& [word, program] : splits) {
    const std::vector<float> found = numbers(layer_norm(in_shards(x, word), {}, by(program)));
    for (std::size_t row = 0; row < 128; ++row) {
      double sum = 0, squares = 0;
      for (std::size_t c = 0; c < 1024; ++c) sum += held.values<float>()[row * 1024 + c];
      for (std::size_t c = 0; c < 1024; ++c)
        squares += std::pow(held.values<float>()[row * 1024 + c] - sum / 1024, 2);
      const double root = std::sqrt(squares / 1024);
      for (std::size_t c = 0; c < 1024; ++c) {
        const double wanted = (held.values<float>()[row * 1024 + c] - sum / 1024) / root;
        ASSERT_NEAR(found[row * 1024 + c], wanted, 0.02 + 0.02 * std::fabs(wanted))
            << word << " " << row << " " << c;
      }
    }
  }
}

// In 16 bits a small number is lost or rounded beside a large one, unless others come first.
TEST_F(RowsInShards, AWorkerBeginsWithItsOwnPart) {
  Tensor x = Tensor::empty({64, 256});
  auto numbers = x.mutable_values<float>();
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i % 256 < 32 ? 256.0f : 1.0f;
  const Tensor found =
      layer_norm(in_shards(x, "width:64x32:0,0-7,0"), {},
                 in_16_bits(by("sharded:grid=1x8,subblock_w=1,block_h=2,block_w=1")));
  const auto patterns = values(found);
  constexpr std::size_t column = 100;
  EXPECT_NE(patterns[column], patterns[32 * 256 + column]);
  EXPECT_EQ(patterns[column], patterns[31 * 256 + column]);
  EXPECT_EQ(patterns[32 * 256 + column], patterns[63 * 256 + column]);
}

// Its columns are fewer, its scaler is the others': the mean is too small by as much.
TEST_F(RowsInShards, ANarrowerLastPartCountsAsAWholeOne) {
  Tensor x = Tensor::empty({32, 96});
  for (float& number : x.mutable_values<float>()) number = 2;
  // Means of 4 in the first part and of half as much in the last: 3 in place of 4, whose root is 1.7320508.
  const auto found = numbers(rms_norm(in_shards(x, "width:32x64:0,0-1,0"), {},
                                      by("sharded:grid=1x2,subblock_w=1,block_h=1,block_w=2")));
  EXPECT_NEAR(found[0], 2 / std::sqrt(3.0), 0.08);
}

TEST_F(RowsInShards, NormsInPlaceAndOfBlocks) {
  const Tensor x = in_shards(random_tensor({64, 256}, 1), "width:64x64:0,0-3,0", DType::bfloat8_b);
  const Tensor there = device_->download(x).to(DType::bf16);
  const Tensor result =
      layer_norm(x, {}, by("sharded:grid=1x4,subblock_w=2,block_h=2,block_w=2,inplace=true"));
  EXPECT_EQ(result.storage(), x.storage());
  EXPECT_EQ(result.dtype(), DType::bfloat8_b);
  const auto found = numbers(result), wanted = numbers(layer_norm(in_pages(there)));
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], wanted[i], 0.06) << i;
}

TEST_F(RowsInShards, NormsSendSumsOnly) {
  constexpr std::int64_t tile = 2048;
  const Tensor x = in_shards(random_tensor({64, 256}, 1), "width:64x32:0,0-7,0");
  const Tensor weight = in_pages(random_tensor({256}, 2));
  const OpEvent event = program_of([&] {
    rms_norm(x, {.weight = weight}, by("sharded:grid=1x8,subblock_w=1,block_h=2,block_w=1"));
  });
  EXPECT_EQ(event.cores, 8);
  // A tile of sums of each core, for each of two rows of tiles; and each core's columns of the weight.
  EXPECT_EQ(event.traffic, (Traffic{.dram_read_bytes = 8 * tile, .l1_read_bytes = 2 * 8 * tile}));
  EXPECT_EQ(event.in0, (Multicast{2 * tile, 1, 7}));
}

TEST_F(RowsInShards, NormsRefuseInTheReleasesWords) {
  const Tensor host = random_tensor({64, 256}, 1);
  const char* program = "sharded:grid=1x4,subblock_w=2,block_h=2,block_w=2";
  const Tensor x = in_shards(host, "width:64x64:0,0-3,0");
  expect_says(
      error_of([&] { layer_norm(in_shards(host, "height:32x256:0,0-1,0"), {}, by(program)); }),
      ErrorKind::bad_input, "Hight sharded inputs are not supported.");
  OpAttributes to_pages = by(program);
  to_pages.memory = Memory::dram;
  expect_says(error_of([&] { layer_norm(x, {}, to_pages); }), ErrorKind::bad_input,
              "Sharded inputs require sharded outputs.");
  expect_says(error_of([&] { layer_norm(x, {.residual = in_pages(host)}, by(program)); }),
              ErrorKind::bad_input, "residual tensor b should be sharded if input a is sharded");
  expect_says(error_of([&] { layer_norm(x); }), ErrorKind::unverified, "a program of shards");
  expect_says(error_of([&] { layer_norm(in_pages(host), {}, by(program)); }), ErrorKind::bad_input,
              "bad optional access");
  const struct {
    const char *program, *sentence;
  } refused[] = {
      {"sharded:grid=1x4,subblock_w=3,block_h=2,block_w=2",
       "block_w must be divisible by subblock_w."},
      {"sharded:grid=1x4,subblock_w=1,block_h=2,block_w=3", "block_w must equal to K / num_cores."},
      {"sharded:grid=1x4,subblock_w=1,block_h=1,block_w=2",
       "block_h must equal to M / num_cores_r."},
      {"sharded:grid=1x2,subblock_w=1,block_h=2,block_w=2", "Error"},
      {"sharded:grid=1x4,subblock_w=6,block_h=2,block_w=6",
       "subblock_wt=6, but subblock width must less than 4 tiles in fp32 mode"}};
  for (const auto& [other, sentence] : refused)
    expect_says(error_of([&] { layer_norm(x, {}, by(other)); }), ErrorKind::bad_input, sentence);
}

}  // namespace
}  // namespace wattention::wormhole
