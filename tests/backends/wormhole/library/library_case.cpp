#include "backends/wormhole/library/library_case.h"

#include <fmt/format.h>
#include <wattention/ops.h>

#include <fstream>
#include <stdexcept>

namespace wattention::wormhole::library {
namespace {

using nlohmann::json;

json table() {
  std::ifstream stream(golden::library_path("cases.json"));
  return json::parse(stream);
}

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

// The case's words for attributes are the table's own.
OpAttributes attributes_of(Options& options) {
  OpAttributes attributes;
  if (const auto grid = options.take<std::vector<int>>("core_grid"))
    attributes.core_grid = CoreGrid{grid->at(0), grid->at(1)};
  if (const auto fidelity = options.take<std::string>("fidelity"))
    attributes.fidelity = parse_fidelity(*fidelity);
  if (const auto dims = options.take<std::vector<int>>("dims")) attributes.dims = Dims(*dims);
  attributes.fp32_accumulate = options.take<bool>("fp32_accumulate");
  attributes.numeric_stable = options.take<bool>("numeric_stable");
  attributes.transpose_b = options.take<bool>("transpose_b");
  attributes.keepdim = options.take<bool>("keepdim");
  const auto dim = options.take<int>("dim");
  if (dim && attributes.keepdim)  // a reduction's
    attributes.dims = Dims{*dim};
  else
    attributes.dim = dim;
  attributes.fast_and_approximate_mode = options.take<bool>("fast_and_approximate_mode");
  return attributes;
}

Tensor upload(const json& input, const Device& device) {
  Tensor host = Tensor::empty(shape_of(input.at("shape")), DType::bf16);
  const std::vector<Bits> patterns = array(input.at("file"));
  if (static_cast<std::int64_t>(patterns.size()) != host.numel())
    throw std::runtime_error("another shape than its array: " + input.dump());
  std::ranges::transform(patterns, host.mutable_values<bfloat16>().begin(), bfloat16::from_bits);
  return to_device(host, device,
                   {.memory = input.at("memory") == "l1" ? Memory::l1 : Memory::dram});
}

}  // namespace

std::vector<Bits> array(const std::string& file) {
  return golden::load_npy(golden::library_path(file)).bits;
}

std::vector<Case> cases() {
  const json stored = table();
  std::vector<Case> all;
  for (const json& recorded : stored.at("cases"))
    all.push_back({recorded.at("name"), recorded.at("call"), recorded.at("inputs"),
                   recorded.at("options"), array(recorded.at("out").at("file")),
                   shape_of(recorded.at("out").at("shape")), recorded.value("differs", ""),
                   recorded.value("not_run", "")});
  return all;
}

OpArguments arguments_of(const Case& recorded, const Device& device) {
  OpArguments arguments;
  for (const json& input : recorded.inputs) arguments.tensors.push_back(upload(input, device));
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
