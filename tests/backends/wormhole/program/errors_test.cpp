// Each situation that the card refuses: the same sentence in substance, nothing leaked, device usable.
#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

class Errors : public testing::Test {
 protected:
  // The refusal, its words, an even balance, and a device that still multiplies.
  template <class Function>
  void expect_refused(ErrorKind kind, const std::string& part, Function function) {
    const Balance before = balance(*device_);
    expect_says(error_of(function), kind, part);
    EXPECT_EQ(balance(*device_), before);
    const Tensor probe = device_->upload(Tensor{{2.0f}}, {});
    EXPECT_EQ(bits(device_->download(multiply(probe, 2.0f))).at(0), 0x4080);
  }
  Tensor on_device(const Shape& shape, const Placement& placement = {}) {
    return device_->upload(random_tensor(shape), placement);
  }

  // A tensor of this many tiles in each L1 bank.
  Tensor occupy(std::int64_t tiles_per_bank) {
    return device_->upload(Tensor::zeros({32 * 64 * tiles_per_bank, 32}, DType::bf16), in_l1());
  }

  std::shared_ptr<WormholeBackend> device_ = open();
};

// Sizes, batches, orders and grids that do not fit are refused by ops, for every device in the same words
// (tests/ops/validation_test.cpp). Here: nothing is left behind, with a transposed copy of b either.
TEST_F(Errors, InnerSizesDiffer) {
  const Tensor a = on_device({2, 3}), b = on_device({4, 5});
  expect_refused(ErrorKind::bad_input, "found 3 != 4 (shapes [2, 3] and [4, 5])",
                 [&] { matmul(a, b); });
  const Tensor in_core = on_device({4, 5}, in_l1());
  expect_refused(ErrorKind::bad_input, "3 != 5",
                 [&] { matmul(a, in_core, {.transpose_b = true}); });
}

TEST_F(Errors, NotTiled) {
  const Tensor tiles = on_device({32, 32});
  const Tensor rows = on_device({32, 32}, {.layout = Layout::row_major});
  expect_refused(ErrorKind::bad_input, "Inputs to matmul must be tilized",
                 [&] { matmul(rows, tiles, {}); });
  expect_refused(ErrorKind::bad_input, "Inputs to matmul must be tilized",
                 [&] { matmul(tiles, rows, {}); });
  expect_refused(ErrorKind::bad_input, "Inputs to softmax must be tilized",
                 [&] { softmax(rows, {}); });
  expect_refused(ErrorKind::bad_input, "Input to eltwise binary must be tilized",
                 [&] { add(tiles, rows); });
  expect_refused(ErrorKind::bad_input, "Input to eltwise binary must be tilized",
                 [&] { multiply(rows, 2.0f); });
}

TEST_F(Errors, NotOnDevice) {
  const Tensor tensor = on_device({32, 32}), host = random_tensor({32, 32});
  expect_refused(ErrorKind::bad_input, "all tensors on one device; found wormhole and the host",
                 [&] { matmul(tensor, host); });
  expect_refused(ErrorKind::bad_input, "all tensors on one device; found the host and wormhole",
                 [&] { add(host, tensor); });
  const auto other = open();
  const Tensor foreign = other->upload(host, {});
  expect_refused(ErrorKind::bad_input, "all tensors on one device; found wormhole and wormhole",
                 [&] { matmul(tensor, foreign); });
}

TEST_F(Errors, TensorDoesNotFit) {
  const auto shapes = open({.mode = Mode::shape});
  const Tensor wide = value_less({32 * 43777, 32}, DType::f32);
  expect_says(error_of([&] { shapes->upload(wide, in_l1()); }), ErrorKind::out_of_memory,
              "Out of Memory: Not enough space to allocate 89655296 B L1 buffer across 64 banks, "
              "where each bank needs to store 1402880 B");
  const Tensor tall = value_less({32 * 6291456, 32}, DType::f32);
  expect_says(error_of([&] { shapes->upload(tall, {}); }), ErrorKind::out_of_memory,
              "Out of Memory: Not enough space to allocate 12884901888 B DRAM buffer across 12 "
              "banks, where each bank needs to store 1073741824 B");
  EXPECT_EQ(balance(*shapes), (Balance{0, 0}));
  EXPECT_NO_THROW(shapes->upload(value_less({32 * 43776, 32}, DType::f32), in_l1()));
}

// One core keeps a whole row's exponentials. 700 tiles, in blocks of 4: (8 + 8 + 3 + 700) * 2048 B on
// top of 97,248.
TEST_F(Errors, CircularBuffersExceedL1) {
  const Tensor row = on_device({1, 32 * 700});
  expect_refused(
      ErrorKind::out_of_memory,
      "Statically allocated circular buffers on core range [(x=0,y=0) - (x=7,y=7)] grow to "
      "1569760 B which is beyond max L1 size of 1499136 B",
      [&] { softmax(row, {}); });
}

TEST_F(Errors, CircularBuffersMeetAnL1Tensor) {
  const Tensor occupant = occupy(400);
  const Tensor row = on_device({1, 32 * 300});
  expect_refused(
      ErrorKind::out_of_memory,
      "clash with L1 buffers on core range [(x=0,y=0) - (x=7,y=7)]. L1 buffer allocated at "
      "679936 and static circular buffer region ends at",
      [&] { softmax(row, {}); });
}

TEST_F(Errors, AGridTooLargeIsClampedNotRefused) {
  const Tensor a = on_device({96, 96});
  const auto product = [&](CoreGrid grid) {
    return bits(device_->download(matmul(a, a, {.core_grid = grid})));
  };
  EXPECT_EQ(product({16, 16}), product({8, 8}));
  EXPECT_EQ(product({32, 32}), product({8, 8}));
}

TEST_F(Errors, WhatIsNotKnownIsRefused) {
  const Tensor a = on_device({4, 8});
  expect_refused(ErrorKind::unsupported, "a line that fits the L1 of a core", [&] {
    softmax(on_device({2048, 32}), {.dim = 0});
  });
  expect_refused(ErrorKind::unsupported, "no fp32_accumulate along dimension 0",
                 [&] { softmax(a, {.fp32_accumulate = true, .dim = 0}); });
  expect_refused(ErrorKind::unsupported, "program for tensors is not built", [&] { fmod(a, a); });
  expect_refused(ErrorKind::unsupported, "whole number from 0 to 4294967295",
                 [&] { pow(a, 1e30); });
  expect_refused(ErrorKind::unsupported, "whole number from 0 to 4294967295", [&] { pow(a, 2.5); });
  expect_refused(ErrorKind::unverified, "finite scalar", [&] { divide(a, 0.0f); });
  expect_refused(ErrorKind::unverified, "finite scalar",
                 [&] { multiply(a, std::numeric_limits<float>::quiet_NaN()); });
}

TEST_F(Errors, Transfers) {
  const Tensor host = random_tensor({4, 4});
  const Device device(device_);
  expect_refused(ErrorKind::bad_input, "memory dram or l1 on wormhole; found host",
                 [&] { to_device(host, device, {.memory = Memory::host}); });
  expect_refused(ErrorKind::bad_input,
                 "dtype bf16 or f32 or uint32 or int32 or uint16 or uint8 or bfloat8_b or "
                 "bfloat4_b on wormhole; "
                 "found f64",
                 [&] { to_device(host, device, {.dtype = DType::f64}); });
  expect_refused(ErrorKind::bad_input, "memory dram or l1; found host", [&] {
    matmul(on_device({4, 4}), on_device({4, 4}), {.memory = Memory::host});
  });
  expect_refused(ErrorKind::bad_input, "at least one element", [&] {
    exp(device_->upload(Tensor::empty({0, 4}), {}));
  });
  expect_refused(ErrorKind::bad_input, "values on the host", [&] {
    device_->upload(value_less({4, 4}, DType::f32), {});
  });
}

// The result's place is taken before the program is checked; a refusal gives it back.
TEST_F(Errors, ARefusedProgramGivesItsResultBack) {
  const Tensor row = on_device({1, 32 * 700}, in_l1());
  const Balance before = balance(*device_);
  for (int i = 0; i < 3; ++i) EXPECT_THROW(softmax(row, {}), Error);
  EXPECT_EQ(balance(*device_), before);
}

// Almost no L1 free: 2 x 2 blocks under a subblock of 4 x 2, which the release checks and refuses.
TEST_F(Errors, TheReleasesOwnCheckOfItsChoice) {
  const Tensor occupant = occupy(640);
  const Tensor a = on_device({128, 128}, in_l1());
  expect_refused(ErrorKind::bad_input, "per_core_M must be divisible by out_subblock_h!",
                 [&] { matmul(a, a, {}); });
}

TEST_F(Errors, MovesThatTheReleaseDoesNotMake) {
  const Tensor tensor = on_device({1, 1, 40, 40});
  const Tensor rows = on_device({1, 1, 40, 40}, {.layout = Layout::row_major});
  expect_refused(ErrorKind::bad_input, "does not support front padding", [&] {
    pad(tensor, {0, 0, 0, 1}, {0, 0, 0, 0});
  });
  expect_refused(ErrorKind::bad_input, "only supports padding on the lowest 3 dimensions", [&] {
    pad(on_device({2, 2, 2, 2, 2}), {0, 0, 0, 0, 0}, {0, 1, 0, 0, 0});
  });
  expect_refused(ErrorKind::unverified, "[pad] expected value 0 with f32", [&] {
    pad(on_device({4, 4}, {.dtype = DType::f32}), {0, 0}, {0, 1}, 1.5);
  });
  expect_refused(ErrorKind::bad_input, "Strided slice is only supported for BFLOAT16", [&] {
    slice(on_device({4, 4}, {.layout = Layout::row_major, .dtype = DType::f32}), {0, 0}, {4, 4},
          {2, 1});
  });
  expect_refused(ErrorKind::unsupported,
                 "[concat] expected tensors of one layout; found tile and row_major", [&] {
                   concat(std::vector{tensor, rows}, 0);
                 });
  expect_refused(ErrorKind::unsupported, "repetitions along one of them", [&] {
    repeat_interleave(tensor, {1, 1, 2, 2});
  });
  expect_refused(ErrorKind::bad_input, "Invalid head size: 40",
                 [&] { split_heads(tensor, {.heads = 1, .kv_heads = 0}); });
  expect_refused(ErrorKind::bad_input, "input tensor must use TILE_LAYOUT",
                 [&] { concatenate_heads(rows); });
  expect_refused(ErrorKind::bad_input, "Inputs to update_cache must be tilized",
                 [&] { update_cache(rows, tensor, 0); });
  expect_refused(ErrorKind::bad_input,
                 "[fill_cache] expected at most 64 rows of tiles over all heads", [&] {
                   fill_cache(on_device({1, 33, 64, 32}), on_device({1, 33, 64, 32}), 0);
                 });
}

}  // namespace
}  // namespace wattention::wormhole
