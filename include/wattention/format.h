#pragma once
// Tensors as text, as torch and as TT-NN print them.
#include <wattention/tensor.h>

#include <optional>
#include <string>

namespace wattention {

/// torch.set_printoptions' defaults.
struct TorchFormat {
  int precision = 4;
  std::int64_t threshold = 1000;  ///< more elements are summarized
  std::int64_t edge_items = 3;    ///< kept on each side of a summarized dimension
  int line_width = 80;
  std::optional<bool> sci_mode;  ///< empty: scientific when the values' range asks for it
};

/// What `print(tensor)` shows in PyTorch 2 for a CPU tensor: `tensor([[...]])`, with the dtype where it is not
/// float32. Host tensors only, else Error{bad_input}.
std::string format_torch(const Tensor& tensor, const TorchFormat& format = {});

/// What a TT-NN release decides of its prints; ReleaseInfo (device.h) has one.
struct TtnnFormat {
  int width;             ///< characters of a number, blanks in front included
  int decimals;          ///< digits after the point
  std::int64_t longest;  ///< of a longer dimension, half as many items on each side are shown
};

/// What printing shows in TT-NN: the numbers as `format` says, then shape, dtype and `layout`. Host tensors only
/// (TT-NN brings a device tensor back, too, before it prints).
std::string format_ttnn(const Tensor& tensor, const TtnnFormat& format,
                        Layout layout = Layout::tile);

}  // namespace wattention
