#pragma once
// What tests of moves in shards share: the same elements by index arithmetic, and the programs that ran.
#include <array>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "device_fixture.h"

namespace wattention::wormhole {

using Index = std::array<std::int64_t, 4>;
using Source = std::function<float(const Index&)>;

class MovesInShards : public testing::Test {
 protected:
  Tensor in_shards(const Tensor& host, const char* word, Layout layout,
                   DType dtype = DType::bf16) const {
    return device_->upload(host,
                           {.layout = layout, .dtype = dtype, .sharding = parse_sharding(word)});
  }
  std::vector<float> values(const Tensor& tensor) const {
    const Tensor host = device_->download(tensor).to(DType::f32);
    const auto found = host.values<float>();
    return {found.begin(), found.end()};
  }
  void expect_elements(const Tensor& found, const Shape& shape, const Source& source) const {
    ASSERT_EQ(found.shape(), shape);
    const std::vector<float> elements = values(found);
    for (std::int64_t i = 0; i < shape.numel(); ++i) {
      Index index{};
      std::int64_t rest = i;
      for (int dim = 3; dim >= 0; --dim) {
        index[static_cast<std::size_t>(dim)] = rest % shape[dim];
        rest /= shape[dim];
      }
      ASSERT_EQ(elements[static_cast<std::size_t>(i)], source(index)) << "at " << i;
    }
  }
  std::vector<OpEvent> programs_of(const std::function<void()>& call) const {
    device_->event_log()->take();
    device_->event_log()->start();
    call();
    device_->event_log()->stop();
    std::vector<OpEvent> programs;
    for (const Event& event : device_->event_log()->take())
      programs.push_back(std::get<OpEvent>(event));
    return programs;
  }

  const std::shared_ptr<WormholeBackend> device_ = open();
};

// Whole numbers that bf16 and blocks of 16 hold.
inline Tensor numbered(const Shape& shape, int first = 1) {
  Tensor tensor = Tensor::empty(shape);
  int value = first;
  for (float& element : tensor.mutable_values<float>()) {
    element = static_cast<float>(value);
    value = value % 61 + 1;
  }
  return tensor;
}

inline float at(const Tensor& host, const Index& index) {
  std::int64_t offset = 0;
  for (int dim = 0; dim < 4; ++dim)
    offset = offset * host.size(dim) + index[static_cast<std::size_t>(dim)];
  return host.values<float>()[static_cast<std::size_t>(offset)];
}

}  // namespace wattention::wormhole
