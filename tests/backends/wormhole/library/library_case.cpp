#include "backends/wormhole/library/library_case.h"

#include <fmt/format.h>
#include <wattention/ops.h>

#include <fstream>
#include <stdexcept>

namespace wattention::wormhole::library {
namespace {

using nlohmann::json;

Shape shape_of(const json& sizes) {
  return Shape(sizes.get<std::vector<std::int64_t>>());
}

/// A case's options; each is taken once, and what is left over is an error.
class Options {
 public:
  explicit Options(json values) : values_(std::move(values)) {}

  template <class T>
  std::optional<T> take(const char* name) {
    if (!values_.contains(name)) return std::nullopt;
    const T value = values_.at(name).get<T>();
    values_.erase(name);
    return value;
  }

  void expect_all_taken() const {
    if (!values_.empty()) throw std::runtime_error("options that nobody reads: " + values_.dump());
  }

 private:
  json values_;
};

// As a person writes it on the command line.
std::string word_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string word;
  for (const json& one : value) word += (word.empty() ? "" : ",") + one.dump();
  return word;
}

// The case's words for attributes are the table's own.
OpAttributes attributes_of(Options& options) {
  OpAttributes attributes;
  if (const auto grid = options.take<std::vector<int>>("core_grid"))
    attributes.core_grid = CoreGrid{grid->at(0), grid->at(1)};
  // A reduction's `dim` are its dims.
  if (const auto keepdim = options.take<bool>("keepdim")) {
    attributes.keepdim = keepdim;
    if (const auto dim = options.take<int>("dim")) attributes.dims = Dims{*dim};
  }
  for (const AttributeRow& row : attribute_rows())
    if (const auto value = options.take<json>(row.name.data()))
      parse_attribute(attributes, row.attribute, word_of(*value));
  return attributes;
}

Tensor upload(const json& input, const std::string& release, const Device& device) {
  Tensor host = Tensor::empty(shape_of(input.at("shape")), DType::bf16);
  const std::vector<Bits> patterns = array(input.at("file"), release);
  if (static_cast<std::int64_t>(patterns.size()) != host.numel())
    throw std::runtime_error("another shape than its array: " + input.dump());
  std::ranges::transform(patterns, host.mutable_values<bfloat16>().begin(), bfloat16::from_bits);
  Placement placement{.memory = parse_memory(input.at("memory").get<std::string>()),
                      .layout = parse_layout(input.value("layout", "tile"))};
  if (input.contains("sharding"))
    placement.sharding = parse_sharding(input.at("sharding").get<std::string>());
  return to_device(host, device, placement);
}

}  // namespace

std::vector<Bits> array(const std::string& file, const std::string& release) {
  return golden::load_npy(golden::library_path(file, release)).bits;
}

std::vector<Case> cases(const std::string& file, const std::string& release) {
  std::ifstream stream(golden::library_path(file, release));
  const json stored = json::parse(stream);
  std::vector<Case> all;
  for (const json& recorded : stored.at("cases"))
    all.push_back({recorded.at("name"), recorded.at("call"), recorded.at("inputs"),
                   recorded.at("options"), array(recorded.at("out").at("file"), release),
                   shape_of(recorded.at("out").at("shape")), recorded.value("differs", ""),
                   recorded.value("not_run", ""),
                   parse_layout(recorded.at("out").value("layout", "tile")), release});
  return all;
}

OpArguments arguments_of(const Case& recorded, const Device& device) {
  OpArguments arguments;
  for (const json& input : recorded.inputs)
    arguments.tensors.push_back(upload(input, recorded.release, device));
  Options options(recorded.options);
  arguments.number = options.take<double>("number");
  if (options.take<std::vector<int>>("swapped").value_or(std::vector{0, 1}) != std::vector{0, 1})
    throw std::runtime_error("a transpose of other dimensions than the last two");
  arguments.attributes = attributes_of(options);
  if (!recorded.not_run.empty()) return arguments;  // its options may be of an op that is not here
  options.expect_all_taken();
  return arguments;
}

Tensor run(const Case& recorded, const Device& device) {
  return run_op(find_op(recorded.call).op, arguments_of(recorded, device));
}

bool can_run(const Case& recorded, const Device& device) {
  for (const OpRow& row : op_rows())
    if (row.name == recorded.call) return !refusal_of(row.op, arguments_of(recorded, device));
  return false;
}

std::string difference(const std::vector<Bits>& expected, const Tensor& host) {
  const auto found = host.values<bfloat16>();
  if (found.size() != expected.size())
    return fmt::format("{} elements, expected {}", found.size(), expected.size());
  std::size_t wrong = 0, first = 0;
  for (std::size_t i = expected.size(); i-- > 0;)
    if (found[i].bits != expected[i]) {
      ++wrong;
      first = i;
    }
  if (wrong == 0) return "";
  return fmt::format("{} of {} differ, first at {}: {:#06x}, expected {:#06x}", wrong,
                     expected.size(), first, found[first].bits, expected[first]);
}

}  // namespace wattention::wormhole::library
