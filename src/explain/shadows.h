#pragma once
// The float64 values that ride along with tensors, as long as these live.
#include <wattention/tensor.h>

#include <memory>
#include <optional>
#include <unordered_map>

namespace wattention {

class Shadows {
 public:
  /// From now on the tensor's float64 values are `values`, a host tensor: of doubles, or f32 where those are all.
  void set(const Tensor& tensor, Tensor values, bool from_caller = false);
  /// The tensor's own values are its float64 values: nothing needs to be kept.
  void set_exact(const Tensor& tensor);

  struct Shadow {
    Tensor values;             ///< undefined: the tensor's own
    bool from_caller = false;  ///< what the tensor was rounded from
  };
  /// In the tensor's shape; nothing where none is known.
  std::optional<Shadow> find(const Tensor& tensor) const;

 private:
  struct Entry {
    std::weak_ptr<Storage> storage;
    Shadow shadow;
  };
  void put(const Tensor& tensor, Shadow shadow);
  void drop_dead();

  std::unordered_map<const Storage*, Entry> entries_;
};

}  // namespace wattention
