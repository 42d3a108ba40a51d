#include <wattention/format.h>

#include "base/fail.h"
#include "tensor/shape_formatter.h"
#include "tensor/summary.h"

namespace wattention {
namespace {

constexpr std::string_view prefix = "ttnn.Tensor(";

// TT-NN's own separators: rows of a matrix on new lines, slices of higher dimensions two lines apart.
struct Separators {
  std::string between;          ///< after a comma
  std::string before_ellipsis;  ///< after the separator
  std::string after_ellipsis;
};

Separators separators(int rank_left, int dim) {
  if (rank_left == 1) return {" ", " ", " "};
  const std::string newlines = rank_left == 2 ? "\n" : "\n\n";
  return {newlines, std::string(prefix.size() + static_cast<std::size_t>(dim) + 1, ' '), newlines};
}

std::string number_text(double number, DType dtype, const TtnnFormat& format) {
  // tt-metal v0.57.0-rc71, tensor_impl.cpp: integers take five columns in every release so far.
  if (is_integer(dtype)) return fmt::format("{:>5.0f}", number);
  // To the right as std::setw does: fmt alone puts inf and nan to the left.
  return fmt::format("{:>{}.{}f}", number, format.width, format.decimals);
}

// dim's slice that starts at element `start` and is the outer_index-th of its parent.
void append(std::string& text, const Tensor& tensor, const TtnnFormat& format, int dim,
            std::int64_t start, std::int64_t outer_index) {
  if (dim == tensor.rank()) {
    text += number_text(element(tensor, start), tensor.dtype(), format);
    return;
  }
  const Separators separator = separators(tensor.rank() - dim, dim);
  std::int64_t stride = 1;
  for (int inner = dim + 1; inner < tensor.rank(); ++inner) stride *= tensor.size(inner);
  if (dim > 0 && outer_index > 0)
    text += std::string(prefix.size() + static_cast<std::size_t>(dim), ' ');
  text += '[';
  const std::int64_t size = tensor.size(dim);
  for (const std::int64_t index : shown_indices(size, format.longest, format.longest / 2)) {
    if (index == ellipsis) {
      text += separator.before_ellipsis + "...," + separator.after_ellipsis;
      continue;
    }
    append(text, tensor, format, dim + 1, start + index * stride,
           dim + 1 < tensor.rank() ? index : 0);
    if (index < size - 1) text += "," + separator.between;
  }
  text += ']';
}

std::string_view dtype_name(DType dtype) {
  switch (dtype) {
    case DType::f64: return "FLOAT64";
    case DType::f32: return "FLOAT32";
    case DType::bf16: return "BFLOAT16";
    case DType::f16: return "FLOAT16";  // of host tensors only: TT-NN has no such dtype
    case DType::uint32: return "UINT32";
    case DType::int32: return "INT32";
    case DType::uint16: return "UINT16";
    case DType::uint8: return "UINT8";
    case DType::bfloat8_b: return "BFLOAT8_B";
    case DType::bfloat4_b: return "BFLOAT4_B";
  }
  return "INVALID";
}

}  // namespace

std::string format_ttnn(const Tensor& tensor, const TtnnFormat& format, Layout layout) {
  expect(tensor.defined() && tensor.on_host(), "[format] expected a host tensor; found {}",
         tensor.defined() ? tensor.device_name() : "an undefined one");
  std::string text(prefix);
  append(text, tensor, format, 0, 0, 0);
  return fmt::format("{}, shape=Shape({}), dtype=DataType::{}, layout=Layout::{})", text,
                     tensor.shape(), dtype_name(tensor.dtype()),
                     layout == Layout::tile ? "TILE" : "ROW_MAJOR");
}

}  // namespace wattention
