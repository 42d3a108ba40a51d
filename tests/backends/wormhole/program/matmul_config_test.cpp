// Products by the caller's program config, and of tensors in shards.
#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t tile = 2048;

OpAttributes by(std::string_view program) {
  return {.program = parse_program_config(program)};
}

OpEvent last_program(WormholeBackend& device) {
  OpEvent last;
  for (const Event& event : device.event_log()->take())
    if (const auto* program = std::get_if<OpEvent>(&event)) last = *program;
  return last;
}

TEST(MatmulConfig, DecidesProgramAndBlocks) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({256, 512}), {}),
               b = device->upload(random_tensor({512, 256}, 2), {});
  device->event_log()->start();
  matmul(a, b,
         by("mcast_2d:grid=4x2,in0_block_w=4,out_subblock_h=1,out_subblock_w=4,"
            "per_core_m=2,per_core_n=4"));
  OpEvent program = last_program(*device);
  EXPECT_EQ(program.program, "2D mcast");
  EXPECT_EQ(program.cores, 8);
  EXPECT_EQ(program.grid, (CoreGrid{4, 2}));
  EXPECT_EQ(program.fidelity, Fidelity::lofi);
  EXPECT_EQ(program.blocks.k_blocks, 4);
  EXPECT_TRUE(program.l1_accumulate);
  // Two operands, each twice, and the result: 2*4*2 + 4*4*2 + 8 tiles.
  EXPECT_EQ(program.buffer_bytes, (16 + 32 + 8) * tile);
  matmul(a, b,
         by("mcast_1d:grid=1x8,in0_block_w=8,out_subblock_w=2,per_core_m=1,per_core_n=8,"
            "out_block_w=2,mcast_in0=false"));
  program = last_program(*device);
  EXPECT_EQ(program.program, "1D mcast_in1");
  EXPECT_EQ(program.cores, 8);
  EXPECT_EQ(program.blocks.passes, 4);
  matmul(a, b, by("reuse:grid=8x8,in0_block_w=16,out_subblock_w=8,per_core_m=2,per_core_n=8"));
  program = last_program(*device);
  EXPECT_EQ(program.program, "batched reuse");
  EXPECT_EQ(program.cores, 4);
}

// in0_block_w, the fidelity and who adds blocks decide the digits; the cores do not.
TEST(MatmulConfig, TheSameBlocksOfKGiveTheSameDigits) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({128, 512}), {}),
               b = device->upload(random_tensor({512, 128}, 2), {});
  const auto of = [&](const char* program, std::optional<bool> packer) {
    OpAttributes attributes = by(program);
    attributes.packer_l1_accumulate = packer;
    return bits(device->download(matmul(a, b, attributes)));
  };
  const auto two = of("mcast_2d:grid=2x2,in0_block_w=4,per_core_m=2,per_core_n=2", {});
  EXPECT_EQ(two, of("mcast_2d:grid=4x1,in0_block_w=4,per_core_m=1,per_core_n=4", {}));
  EXPECT_EQ(two, of("mcast_1d:grid=1x4,in0_block_w=4,per_core_m=4,per_core_n=1", true));
  EXPECT_EQ(two, of("reuse:grid=2x2,in0_block_w=4,per_core_m=1,per_core_n=4", {}));
  EXPECT_NE(two, of("mcast_2d:grid=2x2,in0_block_w=2,per_core_m=2,per_core_n=2", {}));
  EXPECT_NE(two, of("mcast_2d:grid=2x2,in0_block_w=4,per_core_m=2,per_core_n=2", false));
}

TEST(MatmulConfig, RefusalsAreTheReleases) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({256, 256}), {}),
               b = device->upload(random_tensor({256, 256}, 2), {}),
               batched = device->upload(random_tensor({4, 64, 256}, 3), {});
  const struct {
    const char *program, *sentence;
  } refused[] = {
      {"mcast_2d:grid=8x8,in0_block_w=3,per_core_m=1,per_core_n=1",
       "Kt must be divisible by in0_block_w"},
      {"mcast_2d:grid=8x8,out_subblock_h=2,per_core_m=3,per_core_n=1",
       "Error: incompatible values 3 and 2"},
      {"mcast_2d:grid=2x8,per_core_m=1,per_core_n=1",
       "Num output blocks along y 8 must be smaller than or equal to the number of rows in compute "
       "grid 2!"},
      {"mcast_2d:grid=8x2,per_core_m=1,per_core_n=1",
       "Num output blocks along x 8 must be smaller than or equal to the number of columns in "
       "compute grid 2!"},
      {"mcast_1d:grid=1x4,per_core_m=8,per_core_n=1",
       "Number of blocks exceeds number of cores: 8 blocks > 4 cores"},
      {"mcast_2d:grid=4x4,out_subblock_h=3,out_subblock_w=3,per_core_m=3,per_core_n=3",
       "out_subblock_w 3 times out_subblock_h 3 needs to be at most 8 to fit in hardware"},
      {"reuse:grid=8x8,per_core_m=3,per_core_n=8", "per_core_M, 3, must divide M, 8"},
      {"reuse:grid=8x8,per_core_m=8,per_core_n=4", "Error: N, 8, is not equal to per_core_N, 4"},
      {"sharded:grid=8x8", "the program config of a product"},
      {"mcast_2d:grid=9x8", "a grid of at most 8x8 cores"}};
  for (const auto& [program, sentence] : refused)
    expect_says(error_of([&] { matmul(a, b, by(program)); }), ErrorKind::bad_input, sentence);
  OpAttributes both = by("reuse:grid=8x8");
  both.core_grid = CoreGrid{8, 8};
  expect_says(error_of([&] { matmul(a, b, both); }), ErrorKind::bad_input,
              "Cannot use both user core grid/coordinates and a program config");
}

// Without fuse_batch the program runs once for each pair of matrices.
TEST(MatmulConfig, SeveralMatricesOnTheSecondSide) {
  const auto device = open();
  const std::string program = "mcast_2d:grid=2x2,in0_block_w=2,per_core_m=1,per_core_n=2";
  const Tensor a = random_tensor({2, 64, 128}), b = random_tensor({2, 128, 128}, 2);
  const auto sent = [&](const Tensor& tensor) { return device->upload(tensor, {}); };
  const auto matrix = [](const Tensor& tensor, int i) {
    return reshape(slice(tensor, {i, 0, 0}, {i + 1, static_cast<int>(tensor.size(1)), 128}),
                   {tensor.size(1), 128});
  };
  const Tensor both = device->download(matmul(sent(a), sent(b), by(program + ",fuse_batch=false")));
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(bits(matrix(both, i)),
              bits(device->download(matmul(sent(matrix(a, i)), sent(matrix(b, i)), by(program)))));
  expect_says(error_of([&] { matmul(sent(a), sent(b), by(program + ",fuse_batch=true")); }),
              ErrorKind::unsupported, "fuse_batch=false for several matrices");
}

TEST(MatmulConfig, WhatDoesNotFitL1IsOutOfMemory) {
  const auto device = open({.mode = Mode::shape});
  const Tensor a = device->upload(value_less({4096, 4096}, DType::f32), {}),
               b = device->upload(value_less({4096, 4096}, DType::f32), {});
  const Error error = error_of(
      [&] { matmul(a, b, by("mcast_2d:grid=4x4,in0_block_w=16,per_core_m=32,per_core_n=32")); });
  expect_says(error, ErrorKind::out_of_memory, "which is beyond max L1 size of 1499136 B");
}

// The activation reads what the product leaves: the same as a program of its own behind it.
TEST(MatmulConfig, ActivationsInTheProductsProgram) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({64, 512}), {}),
               b = device->upload(random_tensor({512, 64}, 2), {}),
               bias = device->upload(random_tensor({64}, 3), {});
  const OpAttributes grid{.core_grid = CoreGrid{8, 8}, .transpose_b = false};
  for (const Op op : {Op::relu, Op::silu, Op::tanh}) {
    OpAttributes fused = grid;
    fused.activation = Activation{op};
    const Tensor plain = linear(a, b, bias, grid);
    device->event_log()->start();
    const Tensor out = linear(a, b, bias, fused);
    int programs = 0;
    for (const Event& event : device->event_log()->take())
      programs += std::holds_alternative<OpEvent>(event) ? 1 : 0;
    device->event_log()->stop();
    EXPECT_EQ(programs, 1);
    EXPECT_EQ(bits(device->download(out)),
              bits(device->download(run_op(op, {.tensors = {plain}}))));
  }
  OpAttributes wide = grid;
  wide.activation = Activation{Op::gelu};
  wide.fp32_accumulate = true;
  expect_says(error_of([&] { matmul(a, b, wide); }), ErrorKind::unverified, "activation");
}

TEST(MatmulShards, TheFirstTensorsShardsNameTheProgram) {
  const auto device = open();
  const Tensor x = random_tensor({256, 256}), y = random_tensor({256, 128}, 2);
  const Tensor b = device->upload(y, {});
  const struct {
    const char *word, *program, *out;
    std::int64_t block_k;
  } cases[] = {{"height:64x256:0,0-3,0", "1D mcast_in1", "height:64x128:0,0-3,0", 8},
               {"width:256x64:0,0-3,0", "1D mcast_in0", "width:256x32:0,0-3,0", 2},
               {"block:128x64:0,0-3,1", "2D mcast", "block:128x32:0,0-3,1", 2},
               {"block:128x64:0,0-1,3:by_column", "2D mcast", "block:128x32:0,0-1,3:by_column", 2}};
  for (const auto& [word, program, out, block_k] : cases) {
    const Tensor a = device->upload(x, {.sharding = parse_sharding(word)});
    Sharding wanted;
    wanted.layout = a.sharding()->layout;
    device->event_log()->start();
    const Tensor result = matmul(a, b, {.sharding = wanted});
    const OpEvent event = last_program(*device);
    device->event_log()->stop();
    EXPECT_EQ(event.program, program) << word;
    EXPECT_EQ(event.blocks.block_k, block_k) << word;
    EXPECT_EQ(to_string(*result.sharding()), out) << word;
    // b alone comes over the network.
    EXPECT_EQ(event.traffic.l1_read_bytes + event.traffic.l1_written_bytes, 0) << word;
    EXPECT_EQ(event.traffic.dram_read_bytes, 32 * tile) << word;
    // The same blocks of K from pages.
    const std::string same =
        "mcast_2d:grid=1x1,in0_block_w=" + std::to_string(block_k) + ",per_core_m=8,per_core_n=4";
    OpAttributes blocks = by(same.c_str());
    blocks.fidelity = Fidelity::hifi2;
    EXPECT_EQ(bits(device->download(result)),
              bits(device->download(matmul(device->upload(x, {}), b, blocks))))
        << word;
  }
}

TEST(MatmulShards, WhatTheProgramsDoNotTakeIsRefused) {
  const auto device = open();
  const Tensor x = random_tensor({256, 256});
  const Tensor rows = device->upload(x, {.sharding = parse_sharding("height:64x256:0,0-3,0")}),
               pages = device->upload(x, {});
  expect_says(error_of([&] { matmul(rows, pages, {.sharding = parse_sharding("width")}); }),
              ErrorKind::bad_input, "the result in shards as the first tensor's");
  expect_says(error_of([&] {
                matmul(rows, pages,
                       by("mcast_1d:grid=8x8,in0_block_w=8,per_core_m=8,per_core_n=2"));
              }),
              ErrorKind::bad_input, "input_tensor_a must be width sharded");
  expect_says(
      error_of([&] {
        matmul(rows, pages,
               by("mcast_1d:grid=8x8,in0_block_w=8,per_core_m=4,per_core_n=8,mcast_in0=false"));
      }),
      ErrorKind::bad_input, "per_core_M must be equal to shard_shape[0]");
  expect_says(error_of([&] { matmul(pages, rows); }), ErrorKind::bad_input,
              "Unsupported op for output sharding");
}

}  // namespace
}  // namespace wattention::wormhole
