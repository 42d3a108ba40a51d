// scaled_dot_product_attention through the device: against the formula in float64, by all kernels, and what it refuses.
#include <wattention/attention.h>

#include <cmath>

#include "backends/wormhole/program/device_fixture.h"
#include "device/attention_formula.h"

namespace wattention::wormhole {
namespace {

DeviceOptions release_0_81() {
  DeviceOptions options;
  options.release_profile = "0.81";
  return options;
}

struct Case {
  std::int64_t batch = 1, heads = 2, kv_heads = 2, queries = 64, keys = 64, head_dim = 64;
  OpAttributes attributes = {};
  std::int64_t mask_heads = 0;  ///< 0: no mask
};

std::vector<Tensor> tensors_of(const Case& one) {
  const auto bf16 = [](const Shape& shape, unsigned seed) {
    return random_tensor(shape, seed, DType::bf16);
  };
  std::vector<Tensor> tensors = {bf16({one.batch, one.heads, one.queries, one.head_dim}, 1),
                                 bf16({one.batch, one.kv_heads, one.keys, one.head_dim}, 2),
                                 bf16({one.batch, one.kv_heads, one.keys, one.head_dim}, 3)};
  if (one.mask_heads > 0) tensors.push_back(bf16({1, one.mask_heads, one.queries, one.keys}, 4));
  return tensors;
}

Tensor attend_on(const std::shared_ptr<WormholeBackend>& device, const Case& one) {
  std::vector<Tensor> tensors;
  for (const Tensor& tensor : tensors_of(one)) tensors.push_back(device->upload(tensor, {}));
  OpCall call{Op::scaled_dot_product_attention, tensors, {}, one.attributes, tensors[0].shape()};
  if (auto refusal = device->refusal(call)) throw Error(refusal->kind, refusal->sentence);
  return to_host(device->run(call));
}

std::vector<double> formula(const Case& one) {
  const std::vector<Tensor> tensors = tensors_of(one);
  const OpCall call{
      Op::scaled_dot_product_attention, tensors, {}, one.attributes, tensors[0].shape()};
  const AttentionView view(call);
  std::vector<double> out(static_cast<std::size_t>(tensors[0].numel()));
  double* row = out.data();
  for (std::int64_t b = 0; b < view.batch; ++b)
    for (std::int64_t h = 0; h < view.heads; ++h)
      for (std::int64_t q = 0; q < view.queries; ++q, row += view.value_dim)
        attend_by_formula(view, b, h, q, row);
  return out;
}

double largest_difference(const Case& one) {
  const Tensor found = attend_on(open(release_0_81()), one);
  const std::vector<double> exact = formula(one);
  double largest = 0;
  for (std::size_t i = 0; i < exact.size(); ++i)
    largest =
        std::max(largest, std::abs(static_cast<float>(found.values<bfloat16>()[i]) - exact[i]));
  return largest;
}

OpAttributes with(int query_chunk, int key_chunk, bool causal = false) {
  OpAttributes attributes;
  attributes.q_chunk_size = query_chunk;
  attributes.k_chunk_size = key_chunk;
  if (causal) attributes.is_causal = true;
  return attributes;
}

// Schraudolph's exponential is off by up to three per cent.
TEST(AttentionDevice, IsTheFormula) {
  constexpr double tolerance = 0.09;
  EXPECT_LT(largest_difference({}), tolerance);
  EXPECT_LT(largest_difference({.queries = 160, .keys = 160, .attributes = with(64, 96, true)}),
            tolerance);
  EXPECT_LT(largest_difference(
                {.batch = 2, .heads = 4, .queries = 32, .keys = 96, .attributes = with(32, 64)}),
            tolerance);
  EXPECT_LT(largest_difference({.kv_heads = 1, .queries = 50, .keys = 77}), tolerance);
  EXPECT_LT(largest_difference({.keys = 128, .attributes = with(64, 32), .mask_heads = 2}),
            tolerance);
  OpAttributes window = with(32, 64, true);
  window.window_left = 40;
  EXPECT_LT(largest_difference({.queries = 192, .keys = 192, .attributes = window}), tolerance);
  OpAttributes fp32 = with(32, 32, true);
  fp32.fp32_accumulate = true;
  fp32.fidelity = Fidelity::hifi4;
  EXPECT_LT(largest_difference({.queries = 96, .keys = 96, .attributes = fp32}), tolerance);
  fp32.exp_approx_mode = false;
  fp32.math_approx_mode = false;
  constexpr double of_accurate = 0.02;
  EXPECT_LT(largest_difference({.queries = 96, .keys = 96, .attributes = fp32}), of_accurate);
}

TEST(AttentionDevice, AllKernelsAndThreadsGiveTheSameBits) {
  OpAttributes fp32 = with(64, 64, true);
  fp32.fp32_accumulate = true;
  for (const OpAttributes& attributes : {with(64, 32, true), with(128, 128), fp32}) {
    const Case one{
        .heads = 3, .kv_heads = 3, .queries = 128, .keys = 128, .attributes = attributes};
    DeviceOptions options = release_0_81();
    options.kernel = "scalar";
    const std::vector<std::uint16_t> expected = bits(attend_on(open(options), one));
    options.threads = 3;
    for (const std::string& kernel : describe_wormhole().kernels) {
      options.kernel = kernel;
      EXPECT_EQ(bits(attend_on(open(options), one)), expected) << kernel;
    }
  }
}

// [batch, heads, 1, 64] over the first keys of each batch.
Case one_query(std::int64_t heads, std::int64_t kv_heads, std::int64_t keys) {
  return {.batch = 2, .heads = heads, .kv_heads = kv_heads, .queries = 1, .keys = keys};
}

Tensor attend_to_lengths(const std::shared_ptr<WormholeBackend>& device, const Case& one,
                         const Tensor& lengths) {
  std::vector<Tensor> tensors;
  for (const Tensor& tensor : tensors_of(one)) tensors.push_back(device->upload(tensor, {}));
  tensors.push_back(device->upload(lengths, {.layout = Layout::row_major}));
  OpCall call{Op::scaled_dot_product_attention, tensors, {}, one.attributes, tensors[0].shape()};
  call.left_out = 1u << 3;  // no mask
  if (auto refusal = device->refusal(call)) throw Error(refusal->kind, refusal->sentence);
  return to_host(device->run(call));
}

TEST(AttentionDevice, OneQuerySeesTheKeysOfItsBatch) {
  const auto device = open(release_0_81());
  const std::vector<std::int32_t> lengths = {41, 96};
  const Tensor on_host = Tensor::from(std::span<const std::int32_t>(lengths), {2});
  for (const int chunk : {32, 64}) {
    Case one = one_query(6, 2, 96);
    one.attributes.k_chunk_size = chunk;
    if (chunk == 64) one.keys = 128;
    const Tensor found = attend_to_lengths(device, one, on_host);
    std::vector<Tensor> tensors = tensors_of(one);
    tensors.push_back(on_host);
    OpCall call{Op::scaled_dot_product_attention, tensors, {}, one.attributes, tensors[0].shape()};
    call.left_out = 1u << 3;
    const AttentionView view(call);
    std::vector<double> exact(64);
    for (std::int64_t b = 0; b < 2; ++b)
      for (std::int64_t h = 0; h < 6; ++h) {
        attend_by_formula(view, b, h, 0, exact.data());
        for (std::size_t d = 0; d < exact.size(); ++d) {
          const auto at = static_cast<std::size_t>((b * 6 + h) * 64) + d;
          EXPECT_NEAR(static_cast<float>(found.values<bfloat16>()[at]), exact[d], 0.06);
        }
      }
  }
}

// A core that has two chunks meets the second below the first one's maximum: other digits than two cores' tree.
TEST(AttentionDevice, OneQueryMeetsChunksInOrderOnACore) {
  const auto device = open(release_0_81());
  const std::vector<std::int32_t> lengths = {90, 96};
  const Tensor on_host = Tensor::from(std::span<const std::int32_t>(lengths), {2});
  Case one = one_query(2, 2, 96);
  one.attributes.k_chunk_size = 32;
  const std::vector<Bits> in_a_tree = bits(attend_to_lengths(device, one, on_host));
  one.attributes.core_grid = CoreGrid{1, 4};
  const std::vector<Bits> in_order = bits(attend_to_lengths(device, one, on_host));
  EXPECT_NE(in_order, in_a_tree);
  for (std::size_t i = 0; i < in_order.size(); ++i)
    EXPECT_NEAR(static_cast<float>(bfloat16::from_bits(in_order[i])),
                static_cast<float>(bfloat16::from_bits(in_a_tree[i])), 0.03);
}

TEST(AttentionDevice, OneQueryRefusesOtherChunksAndLengths) {
  const auto device = open(release_0_81());
  const std::vector<std::int32_t> lengths = {1, 0};
  const Tensor on_host = Tensor::from(std::span<const std::int32_t>(lengths), {2});
  Case one = one_query(2, 2, 1024);
  one.attributes.k_chunk_size = 96;
  expect_says(error_of([&] { attend_to_lengths(device, one, on_host); }), ErrorKind::bad_input,
              "Chunk size must be multiple of 32");
  expect_says(error_of([&] { attend_to_lengths(device, one_query(2, 2, 64), on_host); }),
              ErrorKind::bad_input, "expected key lengths of 1 to 64 keys; found 0");
}

TEST(AttentionDevice, CausalChunksPairUpOnCores) {
  DeviceOptions options = release_0_81();
  options.mode = Mode::shape;
  const auto device = open(options);
  const Tensor x = device->upload(value_less({1, 8, 512, 64}, DType::bf16), {});
  const OpCall call{Op::scaled_dot_product_attention, {x, x, x}, {}, with(32, 32, true), x.shape()};
  device->event_log()->start();
  device->run(call);
  const auto program = std::get<OpEvent>(device->event_log()->take().front());
  EXPECT_EQ(program.cores, 64);  // 8 heads of 16 chunks: a light one and a heavy one each
  constexpr std::int64_t width = 2, met = 17;
  EXPECT_EQ(program.busiest_core.products, 2 * met * width + 2);
  EXPECT_EQ(program.busiest_core.exponentials, met);
  EXPECT_EQ(program.total.exponentials, 8 * 16 * met / 2);
  EXPECT_EQ(program.traffic.dram_written_bytes, 8 * 512 * 64 * 2);
}

TEST(AttentionDevice, RefusesWhatTheReleaseDoes) {
  const auto device = open(release_0_81());
  const auto refusal = [&](const Case& one) { return error_of([&] { attend_on(device, one); }); };
  OpAttributes softcap;
  softcap.softcap = 30;
  expect_says(refusal({.attributes = softcap}), ErrorKind::unsupported, "softcap");
  expect_says(refusal({.keys = 128, .attributes = with(32, 32, true)}), ErrorKind::bad_input,
              "Causal SDPA requires Q and K to have the same sequence length. Got Q: 64, K: 128");
  expect_says(refusal({.attributes = with(32, 48)}), ErrorKind::bad_input,
              "k_chunk_size must be divisible by TILE_SIZE. Got k_chunk_size: 48, TILE_SIZE: 32");
  expect_says(refusal({.attributes = with(32, 32, true), .mask_heads = 1}), ErrorKind::bad_input,
              "is_causal and attn_mask cannot both be present");
  expect_says(refusal({.head_dim = 48}), ErrorKind::bad_input,
              "Padding is not supported on the head_dim dimension");
  expect_says(error_of([&] { attend_on(open(), {}); }), ErrorKind::unsupported,
              "expected an op whose program is known in release");
}

}  // namespace
}  // namespace wattention::wormhole
