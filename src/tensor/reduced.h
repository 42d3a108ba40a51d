#pragma once
// Which elements of a tensor meet in each element of a reduction along some of its dimensions.
#include <wattention/dims.h>
#include <wattention/tensor.h>

#include <cstdint>
#include <vector>

namespace wattention {

class ReducedElements {
 public:
  /// `dims` from 0 up, each once.
  ReducedElements(const Shape& shape, const Dims& dims);
  std::int64_t groups() const { return static_cast<std::int64_t>(starts_.size()); }
  /// Of each group.
  std::int64_t count() const { return static_cast<std::int64_t>(steps_.size()); }
  /// Element i of a group, both in C order.
  std::int64_t offset(std::int64_t group, std::int64_t i) const {
    return starts_[static_cast<std::size_t>(group)] + steps_[static_cast<std::size_t>(i)];
  }

 private:
  std::vector<std::int64_t> starts_, steps_;
};

/// The shape with `dims` of size 1, or without them.
Shape reduced_shape(const Shape& shape, const Dims& dims, bool keepdim);

}  // namespace wattention
