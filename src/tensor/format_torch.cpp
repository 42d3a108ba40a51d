#include <wattention/format.h>

#include <algorithm>
#include <vector>

#include "base/fail.h"
#include "tensor/number_style.h"
#include "tensor/summary.h"

namespace wattention {
namespace {

constexpr std::string_view prefix = "tensor(";

class TorchPrinter {
 public:
  TorchPrinter(const Tensor& tensor, const TorchFormat& format)
      : tensor_(tensor),
        format_(format),
        summarize_(tensor.numel() > format.threshold),
        style_(shown_values(), tensor.dtype(), format) {}

  std::string text() const { return text(0, 0, prefix.size()); }

 private:
  // dim's slice that starts at element `start`; `indent` columns stand before it.
  std::string text(int dim, std::int64_t start, std::size_t indent) const {
    if (dim == tensor_.rank()) return style_.text(element(tensor_, start));
    if (dim == tensor_.rank() - 1) return row(start, indent);
    std::vector<std::string> slices;
    for (const std::int64_t index : indices(dim))
      slices.push_back(index == ellipsis ? "..."
                                         : text(dim + 1, start + index * stride(dim), indent + 1));
    const std::string newlines(static_cast<std::size_t>(tensor_.rank() - dim - 1), '\n');
    return fmt::format("[{}]", fmt::join(slices, "," + newlines + std::string(indent + 1, ' ')));
  }

  // The last dimension, broken into lines.
  std::string row(std::int64_t start, std::size_t indent) const {
    const auto room =
        std::max<std::ptrdiff_t>(format_.line_width - static_cast<std::ptrdiff_t>(indent), 0);
    const auto per_line =
        std::max<std::size_t>(static_cast<std::size_t>(room) / (style_.width() + 2), 1);
    std::string line = "[";
    std::size_t count = 0;
    for (const std::int64_t index : indices(tensor_.rank() - 1)) {
      if (count > 0) line += count % per_line == 0 ? ",\n" + std::string(indent + 1, ' ') : ", ";
      line += index == ellipsis ? " ..." : style_.text(element(tensor_, start + index));
      ++count;
    }
    return line + "]";
  }

  std::vector<double> shown_values() const {
    std::vector<double> values;
    if (tensor_.numel() > 0) collect(0, 0, values);
    return values;
  }

  void collect(int dim, std::int64_t start, std::vector<double>& values) const {
    if (dim == tensor_.rank()) {
      values.push_back(element(tensor_, start));
      return;
    }
    for (const std::int64_t index : indices(dim))
      if (index != ellipsis) collect(dim + 1, start + index * stride(dim), values);
  }

  std::vector<std::int64_t> indices(int dim) const {
    const std::int64_t size = tensor_.size(dim);
    return shown_indices(size, summarize_ ? 2 * format_.edge_items : size, format_.edge_items);
  }

  std::int64_t stride(int dim) const {
    std::int64_t product = 1;
    for (int inner = dim + 1; inner < tensor_.rank(); ++inner) product *= tensor_.size(inner);
    return product;
  }

  const Tensor& tensor_;
  const TorchFormat& format_;
  bool summarize_;
  NumberStyle style_;
};

std::vector<std::string> suffixes(const Tensor& tensor) {
  std::vector<std::string> texts;
  if (tensor.numel() == 0 && tensor.rank() != 1)
    texts.push_back(fmt::format("size=({})", fmt::join(tensor.shape().sizes(), ", ")));
  if (is_integer(tensor.dtype()))
    texts.push_back(fmt::format("dtype=torch.{}", to_string(tensor.dtype())));
  if (tensor.dtype() == DType::bf16) texts.emplace_back("dtype=torch.bfloat16");
  if (tensor.dtype() == DType::f16) texts.emplace_back("dtype=torch.float16");
  if (tensor.dtype() == DType::f64) texts.emplace_back("dtype=torch.float64");
  return texts;
}

// torch counts a line as two columns longer than it is.
std::size_t last_line_length(const std::string& text) {
  return text.size() - (text.rfind('\n') == text.npos ? 0 : text.rfind('\n') + 1) + 2;
}

}  // namespace

std::string format_torch(const Tensor& tensor, const TorchFormat& format) {
  expect(tensor.defined() && tensor.on_host(), "[format] expected a host tensor; found {}",
         tensor.defined() ? tensor.device_name() : "an undefined one");
  std::string text(prefix);
  text += tensor.numel() == 0 ? "[]" : TorchPrinter(tensor, format).text();
  std::size_t length = last_line_length(text);
  for (const std::string& suffix : suffixes(tensor)) {
    const bool fits = length + suffix.size() + 2 <= static_cast<std::size_t>(format.line_width);
    text += (fits ? ", " : ",\n" + std::string(prefix.size(), ' ')) + suffix;
    length = fits ? length + suffix.size() + 2 : prefix.size() + suffix.size();
  }
  return text + ")";
}

}  // namespace wattention
