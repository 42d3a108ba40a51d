// Permute and reshape against index arithmetic.
#include <algorithm>
#include <map>
#include <numeric>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

// The element of `tensor` at an index.
std::uint16_t at(const Tensor& tensor, const std::vector<std::int64_t>& index) {
  std::int64_t offset = 0;
  for (int dim = 0; dim < tensor.rank(); ++dim)
    offset = offset * tensor.size(dim) + index[static_cast<std::size_t>(dim)];
  return tensor.values<bfloat16>()[static_cast<std::size_t>(offset)].bits;
}

void expect_permuted(const Tensor& from, const Tensor& to, const std::vector<int>& dims) {
  std::vector<std::int64_t> index(dims.size());
  for (std::int64_t i = 0; i < from.numel(); ++i) {
    std::int64_t rest = i;
    for (int dim = from.rank() - 1; dim >= 0; --dim) {
      index[static_cast<std::size_t>(dim)] = rest % from.size(dim);
      rest /= from.size(dim);
    }
    std::vector<std::int64_t> moved;
    for (const int dim : dims) moved.push_back(index[static_cast<std::size_t>(dim)]);
    ASSERT_EQ(at(to, moved), at(from, index));
  }
}

TEST(Move, EveryPermutationOfUpToFourDimensions) {
  const auto device = open();
  for (const Shape& shape : {Shape{5, 40}, Shape{3, 33, 4}, Shape{2, 3, 35, 5}}) {
    const Tensor host = random_tensor(shape, 9, DType::bf16);
    const Tensor tensor = device->upload(host, {});
    std::vector<int> dims(static_cast<std::size_t>(shape.rank()));
    std::iota(dims.begin(), dims.end(), 0);
    do {
      const Tensor moved = device->download(permute(tensor, dims));
      for (int i = 0; i < shape.rank(); ++i)
        ASSERT_EQ(moved.size(i), shape[dims[static_cast<std::size_t>(i)]]);
      expect_permuted(host, moved, dims);
    } while (std::ranges::next_permutation(dims).found);
  }
}

TEST(Move, EachPermutationHasItsProgram) {
  const auto device = open({.mode = Mode::shape, .explain = true});
  const Tensor tensor = device->upload(value_less({2, 3, 64, 96}, DType::f32), {});
  const std::map<std::vector<int>, std::string> expected = {
      {{0, 1, 3, 2}, "transpose WH"},
      {{0, 2, 1, 3}, "transpose HC"},
      {{1, 0, 2, 3}, "transpose CN"},
      {{1, 0, 3, 2}, "permute, tiles whole"},
      {{0, 3, 1, 2}, "permute, tile rows whole"},
      {{3, 2, 1, 0}, "permute, generic"},
      {{2, 3, 0, 1}, "permute, generic"}};
  for (const auto& [dims, program] : expected) {
    permute(tensor, dims);
    EXPECT_EQ(device->take_reports().at(0).kernel, program);
  }
}

TEST(Move, WhatMovesNothingRunsNothing) {
  const auto device = open();
  const Tensor tensor = device->upload(random_tensor({1, 1, 4, 4}), {});
  EXPECT_EQ(permute(tensor, std::vector<int>{0, 1, 2, 3}).storage(), tensor.storage());
  EXPECT_EQ(permute(tensor, std::vector<int>{1, 0, 2, 3}).storage(), tensor.storage());
  EXPECT_EQ(device->counts().programs, 0);
}

TEST(Move, ReshapesKeepTheOrderOfElements) {
  const auto device = open();
  const Tensor host = random_tensor({4, 32, 48}, 10, DType::bf16);
  const Tensor tensor = device->upload(host, {});
  for (const Shape& shape : {Shape{128, 48}, Shape{4, 1536}, Shape{6144}, Shape{2, 2, 32, 48},
                             Shape{3, 2048}, Shape{4, 16, 96}}) {
    const Tensor reshaped = reshape(tensor, shape);
    EXPECT_EQ(reshaped.shape(), shape);
    EXPECT_EQ(bits(device->download(reshaped)), bits(host)) << shape.text();
  }
  EXPECT_EQ(reshape(tensor, {128, 48}).storage(), tensor.storage());
  EXPECT_NE(reshape(tensor, {4, 1536}).storage(), tensor.storage());
}

}  // namespace
}  // namespace wattention::wormhole
