// Recorded calls with integers: casts, embedding, argmax, topk. Arrays hold their dtypes as NumPy has them; bf16 stands
// there as its patterns.
#include <gtest/gtest.h>
#include <wattention/npy.h>
#include <wattention/ops.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "backends/wormhole/numerics/golden.h"

namespace wattention::wormhole {
namespace {

using nlohmann::json;

// The array of one operand or result, under the shape and the dtype that the case names.
Tensor tensor_of(const json& stored) {
  const Tensor read = load_npy(golden::library_path(stored.at("file"), "0.81"));
  const auto sizes = stored.at("shape").get<std::vector<std::int64_t>>();
  const DType dtype = parse_dtype(stored.at("dtype").get<std::string>());
  Tensor tensor = Tensor::empty(Shape(sizes), dtype);
  EXPECT_EQ(size_of(read.dtype()), size_of(dtype)) << stored;
  EXPECT_EQ(read.numel(), tensor.numel()) << stored;
  if (dtype != DType::bf16) return read.view(tensor.shape());
  const auto patterns = read.values<std::uint16_t>();
  std::ranges::transform(patterns, tensor.mutable_values<bfloat16>().begin(), bfloat16::from_bits);
  return tensor;
}

// A bf16 tensor as its patterns, others as they are.
std::vector<double> numbers_of(const Tensor& host) {
  std::vector<double> numbers;
  if (host.dtype() == DType::bf16) {
    for (const bfloat16 value : host.values<bfloat16>()) numbers.push_back(value.bits);
    return numbers;
  }
  const Tensor wide = host.to(DType::f64);
  const auto values = wide.values<double>();
  return {values.begin(), values.end()};
}

OpArguments arguments_of(const json& recorded, const Device& device) {
  OpArguments arguments;
  for (const json& input : recorded.at("inputs")) {
    const Tensor host = tensor_of(input);
    const Layout layout = parse_layout(input.at("layout").get<std::string>());
    arguments.tensors.push_back(to_device(host, device, {.layout = layout, .dtype = host.dtype()}));
  }
  for (const auto& [name, value] : recorded.at("options").items())
    for (const AttributeRow& row : attribute_rows())
      if (row.name == name)
        parse_attribute(arguments.attributes, row.attribute,
                        value.is_string() ? value.get<std::string>() : value.dump());
  return arguments;
}

TEST(LibraryIds, EveryRecordedCallGivesTheLibrarysBits) {
  std::ifstream stream(golden::library_path("ids.json", "0.81"));
  const json stored = json::parse(stream);
  const Device device = open_device("wormhole", {.threads = 2});
  int calls = 0;
  for (const json& recorded : stored.at("cases")) {
    SCOPED_TRACE(recorded.at("name").get<std::string>());
    const auto results = run_op_all(find_op(recorded.at("call").get<std::string>()).op,
                                    arguments_of(recorded, device));
    ASSERT_EQ(results.size(), recorded.at("results").size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      const json& wanted = recorded.at("results")[i];
      const Tensor expected = tensor_of(wanted);
      EXPECT_EQ(results[i].shape(), expected.shape());
      EXPECT_EQ(results[i].dtype(), expected.dtype());
      EXPECT_EQ(to_string(results[i].layout()), wanted.at("layout").get<std::string>());
      EXPECT_EQ(numbers_of(to_host(results[i])), numbers_of(expected));
    }
    ++calls;
  }
  EXPECT_EQ(calls, 11);
}

}  // namespace
}  // namespace wattention::wormhole
