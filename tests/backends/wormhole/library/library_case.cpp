#include "backends/wormhole/library/library_case.h"

#include <fmt/format.h>
#include <wattention/ops.h>

#include <fstream>
#include <map>
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

MatmulOptions matmul_options(Options& options) {
  MatmulOptions matmul;
  if (const auto grid = options.take<std::vector<int>>("core_grid"))
    matmul.core_grid = CoreGrid{grid->at(0), grid->at(1)};
  if (const auto fidelity = options.take<std::string>("fidelity"))
    matmul.fidelity = parse_fidelity(*fidelity);
  matmul.fp32_accumulate = options.take<bool>("fp32_accumulate");
  return matmul;
}

using Tensors = std::vector<Tensor>;
using Call = Tensor (*)(const Tensors&, Options&);

Tensor call_matmul(const Tensors& inputs, Options& options) {
  MatmulOptions matmul_call = matmul_options(options);
  matmul_call.transpose_b = options.take<bool>("transpose_b").value();
  return matmul(inputs.at(0), inputs.at(1), matmul_call);
}

Tensor call_linear(const Tensors& inputs, Options& options) {
  // The library's linear transposes only when asked; ours is the one that was recorded.
  if (!options.take<bool>("transpose_b").value())
    throw std::runtime_error("linear without transpose_b");
  return linear(inputs.at(0), inputs.at(1), matmul_options(options));
}

Tensor call_softmax(const Tensors& inputs, Options& options) {
  SoftmaxOptions softmax_call;
  softmax_call.dim = options.take<int>("dim").value();
  if (const auto stable = options.take<bool>("numeric_stable"))
    softmax_call.numeric_stable = *stable;
  return softmax(inputs.at(0), softmax_call);
}

Tensor call_multiply(const Tensors& inputs, Options& options) {
  if (const auto number = options.take<double>("number")) return multiply(inputs.at(0), *number);
  return multiply(inputs.at(0), inputs.at(1));
}

Tensor call_transpose(const Tensors& inputs, Options& options) {
  if (options.take<std::vector<int>>("swapped") != std::vector{0, 1} || inputs.at(0).rank() != 2)
    throw std::runtime_error("a transpose of other dimensions than the last two");
  return transpose(inputs.at(0));
}

const std::map<std::string, Call> calls = {
    {"matmul", call_matmul},
    {"linear", call_linear},
    {"softmax", call_softmax},
    {"multiply", call_multiply},
    {"divide", [](const Tensors& in,
                  Options& o) { return divide(in.at(0), o.take<double>("number").value()); }},
    {"add", [](const Tensors& in, Options&) { return add(in.at(0), in.at(1)); }},
    {"subtract", [](const Tensors& in, Options&) { return subtract(in.at(0), in.at(1)); }},
    {"permute",
     [](const Tensors& in, Options& o) {
       return permute(in.at(0), o.take<std::vector<int>>("dims").value());
     }},
    {"transpose", call_transpose},
};

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
                   recorded.value("not_run", ""), recorded.value("until", "")});
  return all;
}

Tensor run(const Case& recorded, const Device& device) {
  const auto call = calls.find(recorded.call);
  if (call == calls.end())
    throw std::runtime_error("an op that nobody here knows: " + recorded.call);
  Tensors inputs;
  for (const json& input : recorded.inputs) inputs.push_back(upload(input, device));
  Options options(recorded.options);
  Tensor result = call->second(inputs, options);
  options.expect_all_taken();
  return result;
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
