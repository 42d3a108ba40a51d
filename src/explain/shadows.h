#pragma once
// The float64 values that ride along with tensors, as long as these live.
#include <wattention/explain.h>

#include <memory>
#include <optional>
#include <unordered_map>

namespace wattention {

class Shadows {
 public:
  struct Shadow {
    Tensor values =
        {};  ///< host tensor of doubles, or of f32 where those are all; undefined: the tensor's own
    bool from_caller = false;                            ///< what the tensor was rounded from
    double error = 0;                                    ///< of the tensor, relative to them
    std::optional<ErrorFigures> figures = std::nullopt;  ///< all of it, where it was measured
    bool ends_stage = false;  ///< ops that compute take the tensor's own values instead
  };
  /// From now on those are the tensor's float64 values.
  void set(const Tensor& tensor, Shadow shadow);
  /// The tensor's own values are its float64 values: nothing needs to be kept.
  void set_exact(const Tensor& tensor);

  /// In the tensor's shape; nothing where none is known.
  std::optional<Shadow> find(const Tensor& tensor) const;

 private:
  struct Entry {
    std::weak_ptr<Storage> storage;
    Shadow shadow;
  };
  void drop_dead();

  std::unordered_map<const Storage*, Entry> entries_;
};

}  // namespace wattention
