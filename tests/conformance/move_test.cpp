// Moves on every device against index arithmetic by hand: where the element at each index of the result is from.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <functional>
#include <string>

#include "conformance/promises.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::Promise;
using testing::Values;
using Index = std::vector<std::int64_t>;

// Whole numbers that bf16 holds, all different where there are at most 256.
Tensor numbered(const Shape& shape, float first = 0) {
  Tensor tensor = Tensor::empty(shape);
  float value = first;
  for (float& element : tensor.mutable_values<float>()) {
    element = value;
    value = value >= 255 ? -255 : value + 1;
  }
  return tensor;
}

double at(const Tensor& host, const Index& index) {
  std::int64_t offset = 0;
  for (int dim = 0; dim < host.rank(); ++dim)
    offset = offset * host.size(dim) + index.at(static_cast<std::size_t>(dim));
  return host.values<float>()[static_cast<std::size_t>(offset)];
}

// Each element of `found` is what `expected` says for its index.
void expect_elements(const Tensor& found, const Shape& shape,
                     const std::function<double(const Index&)>& expected) {
  ASSERT_EQ(found.shape(), shape);
  const Values values = testing::values_of(to_host(found));
  Index index(static_cast<std::size_t>(shape.rank()));
  for (std::int64_t i = 0; i < shape.numel(); ++i) {
    std::int64_t rest = i;
    for (int dim = shape.rank() - 1; dim >= 0; --dim) {
      index[static_cast<std::size_t>(dim)] = rest % shape[dim];
      rest /= shape[dim];
    }
    ASSERT_EQ(values[static_cast<std::size_t>(i)], expected(index)) << "at " << i;
  }
}

class Moves : public ::testing::TestWithParam<Promise> {
 protected:
  Tensor send(const Tensor& host) const { return to_device(host.to(GetParam().dtype), device_); }

  Device device_ = open_device(GetParam().device);
};

// No dimension is one element; a size of 0 is none.
TEST_P(Moves, TensorsOfOneElementOrNoneGoAlong) {
  const Tensor one = send(numbered({1, 1}, 5));
  const Tensor number = reshape(one, {});
  EXPECT_EQ(number.rank(), 0);
  EXPECT_EQ(testing::values_of(to_host(number)), (Values{5}));
  EXPECT_EQ(testing::values_of(to_host(send(numbered({}, 7)))), (Values{7}));
  const Tensor none = slice(send(numbered({2, 40})), {1, 0}, {1, 40});
  EXPECT_EQ(none.shape(), Shape({0, 40}));
  EXPECT_EQ(to_host(none).numel(), 0);
  EXPECT_EQ(reshape(none, {4, 0}).shape(), Shape({4, 0}));
  EXPECT_EQ(to_host(send(Tensor::empty({3, 0}))).shape(), Shape({3, 0}));
}

TEST_P(Moves, SliceTakesEachStepthElement) {
  const Tensor host = numbered({2, 3, 40, 70});
  const Tensor input = send(host);
  const struct {
    Dims begins, ends, steps;
    Shape shape;
  } cases[] = {{{0, 1, 0, 0}, {2, 3, 40, 70}, {}, {2, 2, 40, 70}},   // whole tiles
               {{0, 0, 32, 32}, {1, 3, 40, 64}, {}, {1, 3, 8, 32}},  // whole tiles
               {{0, 0, 3, 5}, {2, 3, 38, 69}, {}, {2, 3, 35, 64}},   // not from a tile on
               {{1, 0, 1, 0}, {2, 3, 40, 70}, {1, 2, 3, 1}, {1, 2, 13, 70}},
               {{0, 0, 0, 1}, {1, 1, 1, 70}, {1, 1, 1, 69}, {1, 1, 1, 1}},
               {{-1, -2, -40, -3}, {2, -1, -1, 70}, {}, {1, 1, 39, 3}}};
  for (const auto& c : cases)
    expect_elements(slice(input, c.begins, c.ends, c.steps), c.shape, [&](Index index) {
      for (std::size_t dim = 0; dim < 4; ++dim) {
        const std::int64_t begin = c.begins[dim];
        index[dim] = index[dim] * (c.steps.size() > 0 ? c.steps[dim] : 1) +
                     (begin < 0 ? begin + host.size(static_cast<int>(dim)) : begin);
      }
      return at(host, index);
    });
}

TEST_P(Moves, ConcatPutsTensorsSideBySide) {
  for (int dim = -3; dim < 3; ++dim)
    for (const std::int64_t size : {32, 5, 64}) {
      const int place = dim < 0 ? dim + 3 : dim;
      std::vector<Tensor> hosts, tensors;
      std::int64_t sum = 0;
      for (const std::int64_t along : {size, std::int64_t{32}, size}) {
        std::int64_t sizes[] = {2, 33, 7};
        sizes[place] = along;
        hosts.push_back(numbered(Shape(std::span<const std::int64_t>(sizes)),
                                 static_cast<float>(hosts.size() * 64)));
        tensors.push_back(send(hosts.back()));
        sum += along;
      }
      std::int64_t sizes[] = {2, 33, 7};
      sizes[place] = sum;
      expect_elements(concat(tensors, dim), Shape(std::span<const std::int64_t>(sizes)),
                      [&](Index index) {
                        std::size_t which = 0;
                        std::int64_t& along = index[static_cast<std::size_t>(place)];
                        for (; along >= hosts[which].size(place); ++which)
                          along -= hosts[which].size(place);
                        return at(hosts[which], index);
                      });
    }
}

TEST_P(Moves, PadPutsAValueAround) {
  const Tensor host = numbered({2, 3, 30, 20});
  // The card's tiles are padded at the end only.
  const bool card = std::string_view(GetParam().device) == "wormhole";
  for (const Dims& before : {Dims{0, 0, 0, 0}, Dims{1, 0, 2, 3}})
    for (const Dims& after : {Dims{0, 0, 1, 5}, Dims{0, 2, 0, 0}, Dims{1, 0, 40, 70}}) {
      if (card && before[0] > 0) continue;
      Index sizes(4);
      for (int dim = 0; dim < 4; ++dim) {
        const auto place = static_cast<std::size_t>(dim);
        sizes[place] = host.size(dim) + before[place] + after[place];
      }
      expect_elements(pad(send(host), before, after, -1.5),
                      Shape(std::span<const std::int64_t>(sizes)), [&](Index index) {
                        for (std::size_t dim = 0; dim < 4; ++dim) {
                          index[dim] -= before[dim];
                          if (index[dim] < 0 || index[dim] >= host.size(static_cast<int>(dim)))
                            return -1.5;
                        }
                        return at(host, index);
                      });
    }
}

TEST_P(Moves, RepeatRepeatsTheWhole) {
  const Tensor host = numbered({3, 34, 5});
  for (const Dims& repeats :
       {Dims{1, 1, 1}, Dims{2, 1, 3}, Dims{1, 2, 1}, Dims{2, 2, 1, 2}, Dims{3}}) {
    const std::size_t rank = std::max<std::size_t>(3, repeats.size());
    Index sizes(rank, 1);
    for (std::size_t dim = 0; dim < 3; ++dim)
      sizes[rank - 3 + dim] = host.size(static_cast<int>(dim));
    for (std::size_t i = 0; i < repeats.size(); ++i) sizes[rank - repeats.size() + i] *= repeats[i];
    expect_elements(repeat(send(host), repeats), Shape(std::span<const std::int64_t>(sizes)),
                    [&](const Index& index) {
                      Index source(index.end() - 3, index.end());
                      for (int dim = 0; dim < 3; ++dim)
                        source[static_cast<std::size_t>(dim)] %= host.size(dim);
                      return at(host, source);
                    });
  }
}

TEST_P(Moves, RepeatInterleaveRepeatsEachElement) {
  const Tensor host = numbered({3, 34, 5});
  for (const Dims& repeats : {Dims{2, 1, 1}, Dims{1, 3, 1}, Dims{1, 1, 4}}) {
    Index sizes(3);
    for (std::size_t dim = 0; dim < 3; ++dim)
      sizes[dim] = host.size(static_cast<int>(dim)) * repeats[dim];
    expect_elements(repeat_interleave(send(host), repeats),
                    Shape(std::span<const std::int64_t>(sizes)), [&](Index index) {
                      for (std::size_t dim = 0; dim < 3; ++dim) index[dim] /= repeats[dim];
                      return at(host, index);
                    });
  }
}

TEST_P(Moves, FullLikeIsOneValue) {
  const Shape shape{2, 3, 5};
  expect_elements(full_like(send(numbered(shape)), 2.5), shape, [](const Index&) { return 2.5; });
}

TEST_P(Moves, CloneHasMemoryOfItsOwn) {
  const Tensor there = send(numbered({3, 34, 5}));
  const Tensor copy = clone(there);
  EXPECT_NE(copy.storage(), there.storage());
  expect_elements(copy, there.shape(),
                  [&](const Index& index) { return at(numbered(there.shape()), index); });
}

TEST_P(Moves, HeadsComeFromColumnsAndGoBack) {
  const std::int64_t tokens = 35, head_dim = 32;
  const HeadSplit all{.heads = 4, .kv_heads = 2};
  const Tensor fused = numbered({2, tokens, 8 * head_dim});
  for (const auto part : {HeadSplit::Part::query, HeadSplit::Part::key, HeadSplit::Part::value})
    for (const bool transposed : {false, true}) {
      HeadSplit split = all;
      split.part = part;
      split.transposed = transposed;
      const std::int64_t heads = part == HeadSplit::Part::query ? 4 : 2;
      const std::int64_t first[] = {0, 4, 6};
      expect_elements(
          split_heads(send(fused), split),
          transposed ? Shape{2, heads, head_dim, tokens} : Shape{2, heads, tokens, head_dim},
          [&](const Index& i) {
            const std::int64_t token = i[transposed ? 3 : 2], lane = i[transposed ? 2 : 3];
            return at(fused,
                      {i[0], token, (first[static_cast<int>(part)] + i[1]) * head_dim + lane});
          });
    }
  const Tensor heads = numbered({2, 3, tokens, head_dim});
  expect_elements(concatenate_heads(send(heads)), {2, tokens, 3 * head_dim}, [&](const Index& i) {
    return at(heads, {i[0], i[2] / head_dim, i[1], i[2] % head_dim});
  });
}

TEST_P(Moves, CachesAreWrittenInPlace) {
  const Tensor host = numbered({3, 2, 70, 40}), prompt = numbered({1, 2, 33, 40}, 100);
  const Tensor cache = send(host);
  expect_elements(fill_cache(cache, send(prompt), 1), host.shape(), [&](const Index& i) {
    return i[0] == 1 && i[2] < 33 ? at(prompt, {0, i[1], i[2], i[3]}) : at(host, i);
  });
  const Tensor token = numbered({1, 2, 5, 40}, -100);
  const Tensor updated = update_cache(cache, send(token), 41, 2);
  EXPECT_EQ(updated.storage(), cache.storage());
  expect_elements(cache, host.shape(), [&](const Index& i) {
    if (i[2] == 41) return at(token, {0, i[1], i[0] + 2, i[3]});
    return i[0] == 1 && i[2] < 33 ? at(prompt, {0, i[1], i[2], i[3]}) : at(host, i);
  });
}

TEST_P(Moves, PermuteOfEightDimensions) {
  const Tensor host = numbered({2, 1, 3, 2, 2, 1, 33, 3});
  const int dims[] = {6, 0, 7, 2, 1, 4, 3, 5};
  expect_elements(permute(send(host), dims), {33, 2, 3, 3, 1, 2, 2, 1}, [&](const Index& index) {
    Index source(8);
    for (std::size_t dim = 0; dim < 8; ++dim)
      source[static_cast<std::size_t>(dims[dim])] = index[dim];
    return at(host, source);
  });
}

INSTANTIATE_TEST_SUITE_P(Devices, Moves, ::testing::ValuesIn(testing::kept_promises()),
                         [](const auto& tested) {
                           return std::string(tested.param.device) + "_" +
                                  std::string(to_string(tested.param.dtype));
                         });

}  // namespace
}  // namespace wattention
