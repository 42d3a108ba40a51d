// Boxes of elements against a loop that counts every index.
#include "tensor/strided_copy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

namespace wattention {
namespace {

// One element after the other, in the order of the indices.
void copy_naively(const StridedBox& box, std::size_t bytes, const std::byte* source,
                  std::byte* destination) {
  for (std::int64_t i = 0; i < box.elements(); ++i) {
    std::int64_t from = box.source_offset, to = box.destination_offset, rest = i;
    for (std::size_t dim = box.count; dim-- > 0;) {
      const std::int64_t index = rest % box.dims[dim].size;
      rest /= box.dims[dim].size;
      from += index * box.dims[dim].source_stride;
      to += index * box.dims[dim].destination_stride;
    }
    std::memcpy(destination + static_cast<std::size_t>(to) * bytes,
                source + static_cast<std::size_t>(from) * bytes, bytes);
  }
}

// Dimensions of `sizes`; the destination's strides leave gaps and are then shuffled, the source's are any.
StridedBox random_box(const std::vector<std::int64_t>& sizes, std::mt19937& engine) {
  const auto below = [&](int limit) { return static_cast<std::int64_t>(engine() % limit); };
  StridedBox box;
  box.source_offset = below(5);
  box.destination_offset = below(5);
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::shuffle(order, engine);
  box.count = sizes.size();
  std::int64_t stride = 1 + below(2), source_stride = 1 + below(2);
  for (const std::size_t dim : order) {
    box.dims[dim].size = sizes[dim];
    box.dims[dim].destination_stride = stride;
    stride *= sizes[dim] + below(2);
  }
  if (below(2) == 0) std::ranges::shuffle(order, engine);
  for (const std::size_t dim : order) {
    box.dims[dim].source_stride = below(5) == 0 ? 0 : source_stride;
    source_stride *= sizes[dim] + below(2);
  }
  return box;
}

// Elements up to the last that the strides reach.
std::size_t reach(const StridedBox& box, std::int64_t offset,
                  std::int64_t StridedBox::Dim::*stride) {
  for (const StridedBox::Dim& dim : box.used()) offset += (dim.size - 1) * dim.*stride;
  return static_cast<std::size_t>(offset) + 1;
}

void expect_as_naive(const StridedBox& box, std::size_t bytes, int threads) {
  std::vector<std::byte> source(bytes *
                                reach(box, box.source_offset, &StridedBox::Dim::source_stride));
  for (std::size_t i = 0; i < source.size(); ++i)
    source[i] = static_cast<std::byte>(i * 37 + i / 251);
  const std::size_t size =
      bytes * reach(box, box.destination_offset, &StridedBox::Dim::destination_stride);
  std::vector<std::byte> expected(size, std::byte{0xee}), found = expected;
  copy_naively(box, bytes, source.data(), expected.data());
  copy_box(box, bytes, source.data(), found.data(), threads);
  ASSERT_TRUE(found == expected) << bytes << " bytes, " << threads << " threads";
}

TEST(StridedCopy, AnyBoxIsCopiedAsANaiveLoopCopiesIt) {
  std::mt19937 engine(7);
  for (int round = 0; round < 400; ++round) {
    std::vector<std::int64_t> sizes(engine() % 6);
    for (std::int64_t& size : sizes) size = 1 + static_cast<std::int64_t>(engine() % 7);
    const StridedBox box = random_box(sizes, engine);
    for (const std::size_t bytes : {1u, 2u, 4u, 8u}) expect_as_naive(box, bytes, 1);
  }
}

TEST(StridedCopy, LargeBoxesOnSeveralThreads) {
  std::mt19937 engine(8);
  for (const std::vector<std::int64_t>& sizes :
       {std::vector<std::int64_t>{513, 517}, {3, 300, 301}, {270000}, {2, 2, 2, 33, 35, 40}})
    for (int round = 0; round < 4; ++round)
      for (const int threads : {1, 3, 4}) expect_as_naive(random_box(sizes, engine), 2, threads);
}

TEST(StridedCopy, NeighboursAreJoined) {
  StridedBox box;
  box.add(2, 12, 12);
  box.add(1, 7, 9);
  box.add(3, 4, 4);
  box.add(4, 1, 1);
  const StridedBox joined = simplified(box);
  ASSERT_EQ(joined.count, 1u);
  EXPECT_EQ(joined.dims[0], (StridedBox::Dim{24, 1, 1}));
}

TEST(StridedCopy, AnEmptyBoxWritesNothing) {
  StridedBox box;
  box.add(0, 1, 1);
  std::byte kept{0xee};
  copy_box(box, 1, nullptr, &kept);
  EXPECT_EQ(kept, std::byte{0xee});
}

TEST(StridedCopy, FillsElementsOfEachWidth) {
  for (const std::size_t bytes : {1u, 2u, 4u, 8u}) {
    std::vector<std::byte> values(4 * bytes, std::byte{0xee});
    fill_elements(values.data(), 3, bytes, 0x8877665544332211u);
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(values[i],
                i < 3 * bytes ? static_cast<std::byte>(0x11 * (i % bytes + 1)) : std::byte{0xee});
  }
}

}  // namespace
}  // namespace wattention
