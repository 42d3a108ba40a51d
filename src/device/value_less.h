#pragma once
// Host tensors without values, for devices in Mode::shape: a shape and a dtype, at any size.
#include <wattention/tensor.h>

#include <memory>

#include "tensor/storage.h"

namespace wattention {

/// Storage of nothing: whoever asks for values is refused, never given zeros.
class ValueLessStorage final : public Storage {
 public:
  std::byte* host_bytes() noexcept override { return nullptr; }
  std::string_view device_name() const override { return "the host, without values"; }
};

/// A tensor to send to a device in Mode::shape, or what comes back from one.
inline Tensor value_less(const Shape& shape, DType dtype) {
  return Tensor(shape, dtype, Layout::row_major, std::make_shared<ValueLessStorage>());
}

}  // namespace wattention
