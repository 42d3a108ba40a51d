#include "bench/tensor_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace wattention {
namespace {

constexpr std::uint64_t seed = 789;
const Shape shape{5, 7};
constexpr std::size_t tensor_bytes = 5 * 7 * 4;

void expect_tensor(const Tensor& tensor, std::int64_t index) {
  const Tensor expected = randn_at(shape, seed, index);
  EXPECT_TRUE(std::ranges::equal(tensor.values<float>(), expected.values<float>()))
      << "tensor " << index;
}

// Draws `count` tensors in blocks of at most `most` and checks each.
void expect_stream(TensorStream& stream, std::int64_t count, std::int64_t most) {
  for (std::int64_t index = 1; index <= count;) {
    const auto block = stream.next_block(most);
    ASSERT_GE(block.size(), 1u);
    ASSERT_LE(block.size(), static_cast<std::size_t>(most));
    for (const Tensor& tensor : block) expect_tensor(tensor, index++);
  }
}

TEST(TensorStream, IsTheNotebooksForAnyRingAndBlock) {
  for (const std::size_t ring : {std::size_t{1}, tensor_bytes * 4, tensor_bytes * 100})
    for (const std::int64_t most : {1, 3, 50}) {
      TensorStream stream(shape, seed, ring);
      expect_stream(stream, 23, most);
    }
}

TEST(TensorStream, RestartsFromTheFirstTensor) {
  for (const std::size_t ring : {tensor_bytes * 4, tensor_bytes * 100}) {
    TensorStream stream(shape, seed, ring);
    expect_stream(stream, 2, 2);
    stream.restart();
    expect_stream(stream, 11, 3);
    stream.restart();
    expect_stream(stream, 11, 5);
  }
}

TEST(TensorStream, BeginsBehindOthers) {
  for (const std::size_t ring : {tensor_bytes * 4, tensor_bytes * 100}) {
    TensorStream stream(shape, seed, ring, 6);
    for (int turn = 0; turn < 2; ++turn, stream.restart())
      for (std::int64_t index = 7; index < 16;)
        for (const Tensor& tensor : stream.next_block(2)) expect_tensor(tensor, index++);
  }
}

TEST(TensorStream, NeverHoldsMoreThanItsRing) {
  TensorStream stream(shape, seed, tensor_bytes * 4);
  std::set<const Tensor*> places;
  for (int block = 0; block < 50; ++block)
    for (const Tensor& tensor : stream.next_block(3)) places.insert(&tensor);
  EXPECT_LE(places.size(), 8);  // 4, and 4 from before the vector grew
}

}  // namespace
}  // namespace wattention
