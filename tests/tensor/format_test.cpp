// Printing, against what PyTorch printed (tests/golden/torch_print) and what the notebook shows.
#include <wattention/format.h>

#include <gtest/gtest.h>
#include <wattention/device.h>
#include <wattention/error.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wattention {
namespace {

using Json = nlohmann::json;

Json read_json(const std::string& name) {
  std::ifstream stream(std::string(WATTENTION_SOURCE_DIR) + "/tests/golden/" + name);
  return Json::parse(stream);
}

Shape shape_of(const Json& json) {
  const std::vector<std::int64_t> sizes = json["shape"];
  return Shape(sizes);
}

template <class T, class Word>
Tensor tensor_of_bits(const Json& json) {
  const std::string& digits = json["bits"].get_ref<const std::string&>();
  std::vector<T> values;
  for (std::size_t at = 0; at < digits.size(); at += 2 * sizeof(T))
    values.push_back(std::bit_cast<T>(
        static_cast<Word>(std::stoull(digits.substr(at, 2 * sizeof(T)), nullptr, 16))));
  return Tensor::from<T>(values, shape_of(json));
}

Tensor tensor_of(const Json& json) {
  if (json["dtype"] == "f64") return tensor_of_bits<double, std::uint64_t>(json);
  if (json["dtype"] == "f32") return tensor_of_bits<float, std::uint32_t>(json);
  return tensor_of_bits<bfloat16, std::uint16_t>(json);
}

TEST(FormatTorch, PrintsAsPyTorch) {
  const Json prints = read_json("torch_print/prints.json");
  ASSERT_GT(prints["cases"].size(), 200u);
  for (const Json& print : prints["cases"]) {
    TorchFormat format;
    if (!print["sci_mode"].is_null()) format.sci_mode = print["sci_mode"].get<bool>();
    EXPECT_EQ(format_torch(tensor_of(print), format), print["text"].get<std::string>())
        << print["name"];
  }
}

// What print(torch.tensor([[0, -5], [100, 7]], dtype=torch.int32)) shows in PyTorch 2; the card's stack by its source.
TEST(FormatTorch, PrintsIntegersWithoutPoints) {
  const std::vector<std::int32_t> values{0, -5, 100, 7};
  const Tensor tensor = Tensor::from(std::span<const std::int32_t>(values), {2, 2});
  EXPECT_EQ(format_torch(tensor), "tensor([[  0,  -5],\n        [100,   7]], dtype=torch.int32)");
  EXPECT_EQ(format_ttnn(tensor, release_info().print),
            "ttnn.Tensor([[    0,    -5],\n             [  100,     7]], shape=Shape([2, 2]), "
            "dtype=DataType::INT32, layout=Layout::TILE)");
}

// The tensor of a printed block: its digits on the shown places, zero on the hidden ones.
Tensor tensor_of_print(const Json& print) {
  const Shape shape = shape_of(print);
  Tensor tensor = Tensor::zeros(shape, print["style"] == "ttnn" ? DType::bf16 : DType::f32);
  const auto rows = print["rows"].get<std::vector<std::vector<std::string>>>();
  const auto place = [](std::size_t i, std::size_t shown, std::int64_t size) {
    return i < shown / 2 ? i : i + static_cast<std::size_t>(size) - shown;
  };
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      const std::size_t at = place(i, rows.size(), shape[0]) * static_cast<std::size_t>(shape[1]) +
                             place(j, rows[i].size(), shape[1]);
      const float value = std::stof(rows[i][j]);
      if (tensor.dtype() == DType::bf16)
        tensor.mutable_values<bfloat16>()[at] = bfloat16(value);
      else
        tensor.mutable_values<float>()[at] = value;
    }
  return tensor;
}

// The notebook's lines without IPython's indentation and without what follows the numbers in torch's.
std::string joined(const Json& print) {
  std::string text;
  const std::string first = print["lines"][0];
  const std::size_t bracket = first.find('[');
  for (const std::string line : print["lines"]) {
    const std::size_t start = text.empty() ? bracket : line.find_first_not_of(' ');
    if (!text.empty()) text += '\n';
    text += line.substr(start);
  }
  return text.substr(0, text.find("]]") + 2);
}

std::string unindented(const std::string& printed) {
  std::string text;
  for (const char character : printed)
    if (!(character == ' ' && text.ends_with('\n'))) text += character;
  return text.substr(text.find('['), text.find("]]") + 2 - text.find('['));
}

const TtnnFormat notebooks = release_info("0.57").print;

TEST(FormatTtnn, PrintsTheNotebooksBlocks) {
  const Json notebook = read_json("notebook/prints.json");
  int blocks = 0;
  for (const Json& print : notebook["prints"]) {
    if (print["style"] != "ttnn") continue;
    std::string expected;
    for (const std::string line : print["lines"]) {
      const std::size_t indent = expected.empty() ? 0 : 1;  // IPython's, for a tuple's later lines
      if (indent > 0) expected += '\n';
      expected += line.substr(indent);
    }
    EXPECT_EQ(format_ttnn(tensor_of_print(print), notebooks), expected);
    ++blocks;
  }
  EXPECT_EQ(blocks, 3);
}

TEST(FormatTorch, PrintsTheNotebooksBlocks) {
  const Json notebook = read_json("notebook/prints.json");
  int blocks = 0;
  for (const Json& print : notebook["prints"]) {
    // Cell 36 was printed by an older torch, which kept the scientific width for plain numbers.
    if (print["style"] != "torch" || print["cell"] == 36) continue;
    EXPECT_EQ(unindented(format_torch(tensor_of_print(print), {.sci_mode = false})), joined(print))
        << print["cell"];
    ++blocks;
  }
  EXPECT_EQ(blocks, 7);
}

TEST(FormatTtnn, OtherShapes) {
  EXPECT_EQ(format_ttnn(Tensor{{1.0f}}.to(DType::bf16), notebooks),
            "ttnn.Tensor([[ 1.00000]], shape=Shape([1, 1]), dtype=DataType::BFLOAT16, "
            "layout=Layout::TILE)");
  EXPECT_EQ(format_ttnn(Tensor{{1.0f, -2.0f}}.view({2}), notebooks, Layout::row_major),
            "ttnn.Tensor([ 1.00000, -2.00000], shape=Shape([2]), dtype=DataType::FLOAT32, "
            "layout=Layout::ROW_MAJOR)");
  EXPECT_EQ(format_ttnn(Tensor{{1.0f, -2.0f}}.view({2, 1, 1}), notebooks),
            "ttnn.Tensor([[[ 1.00000]],\n\n             [[-2.00000]]], shape=Shape([2, 1, 1]), "
            "dtype=DataType::FLOAT32, layout=Layout::TILE)");
}

// std::setw(8) in tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/tensor/tensor_impl.cpp (print_datum); no brackets at rank 0.
TEST(FormatTtnn, SpecialValuesStandToTheRight) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(
      format_ttnn(Tensor{{inf, -inf, nan, 1.0f}}.to(DType::bf16), notebooks, Layout::row_major),
      "ttnn.Tensor([[     inf,     -inf,      nan,  1.00000]], shape=Shape([1, 4]), "
      "dtype=DataType::BFLOAT16, layout=Layout::ROW_MAJOR)");
  EXPECT_EQ(format_ttnn(Tensor{{2.0f}}.view({}), notebooks, Layout::row_major),
            "ttnn.Tensor( 2.00000, shape=Shape([]), dtype=DataType::FLOAT32, "
            "layout=Layout::ROW_MAJOR)");
}

// What TT-NN 0.59 printed for tensors of its own (tests/golden/wormhole_library/0.59/prints.json); 0.57 prints alike.
TEST(FormatTtnn, PrintsAsTheRecordedLibrary) {
  const Json recorded = read_json("wormhole_library/0.59/prints.json");
  for (const Json& print : recorded["prints"]) {
    const Shape shape = shape_of(print);
    std::vector<float> values(static_cast<std::size_t>(shape.numel()));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(37 * i % 101) / 16 - 50.0f / 16;
    const Tensor tensor = Tensor::from<float>(values, shape);
    const bool is_bf16 = print["dtype"] == "bfloat16", is_tile = print["layout"] == "TILE";
    EXPECT_EQ(format_ttnn(is_bf16 ? tensor.to(DType::bf16) : tensor, notebooks,
                          is_tile ? Layout::tile : Layout::row_major),
              print["text"]);
  }
  EXPECT_GE(recorded["prints"].size(), 8U);
}

TEST(Format, RefusesUndefinedTensors) {
  EXPECT_THROW(format_torch(Tensor()), Error);
  EXPECT_THROW(format_ttnn(Tensor(), notebooks), Error);
}

}  // namespace
}  // namespace wattention
