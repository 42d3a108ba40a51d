#include "cli/op_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <wattention/ops.h>

#include <string>
#include <vector>

#include "cli/output.h"

namespace wattention::cli {
namespace {

// The plainest call of an op: zeros, a tile for each tensor, for moves one batch of three heads in a row.
OpArguments plainest(const OpRow& row, const Device& device) {
  OpArguments arguments;
  const Shape shape = row.family == OpFamily::move     ? Shape{1, 1, 32, 96}
                      : row.family == OpFamily::search ? Shape{32, 64}
                      : row.family == OpFamily::rotary ? Shape{1, 1, 32, 64}
                      : row.op == Op::prod             ? Shape{1, 1, 32, 32}
                                                       : Shape{32, 32};
  Placement placement;
  if ((row.op == Op::argmax || row.op == Op::plus_one) && device.capabilities().own_memory)
    placement.layout = Layout::row_major;  // which it asks for
  for (std::size_t i = 0; i < row.required(); ++i) {
    // Ids are uint32 on the card, other integers int32.
    const DType integers = row.family == OpFamily::gather ? DType::uint32 : DType::int32;
    const DType dtype = row.wants_integers(i) ? integers : DType::f32;
    const bool turns = row.family == OpFamily::rotary && i == 3;
    arguments.tensors.push_back(
        to_device(Tensor::zeros(turns ? Shape{1, 1, 32, 32} : shape).to(dtype), device, placement));
  }
  if (row.attributes.has(Attribute::shape)) arguments.attributes.shape = Shape({16, 192});
  if (row.attributes.has(Attribute::layout)) arguments.attributes.layout = Layout::row_major;
  if (row.attributes.has(Attribute::min)) arguments.attributes.min = -1;
  if (row.attributes.has(Attribute::max)) arguments.attributes.max = 1;
  if (row.attributes.has(Attribute::true_value)) {
    arguments.attributes.true_value = 1;
    arguments.attributes.false_value = 0;
  }
  if (row.op == Op::prod) arguments.attributes.dims = Dims{0};
  // Moves that move something.
  if (row.takes_list()) arguments.tensors.push_back(arguments.tensors.front());
  if (row.attributes.has(Attribute::begins)) arguments.attributes.begins = Dims{0, 0, 1, 0};
  if (row.attributes.has(Attribute::after)) arguments.attributes.after = Dims{0, 0, 0, 1};
  if (row.attributes.has(Attribute::repeats)) arguments.attributes.repeats = Dims{1, 1, 2, 1};
  return arguments;
}

// Why the digits are believed, where the device says so of its op.
std::string evidence_of(const OpRow& row, const OpArguments& plain, Device device) {
  run_op(row.op, plain);
  for (const OpReport& report : device.take_reports())
    for (const auto& [name, value] : report.attributes)
      if (name == "evidence") return fmt::format(" ({})", value);
  return "";
}

// "yes", or for which operands; else the refusal.
std::string answer_of(const OpRow& row, const Device& device) {
  OpArguments plain = plainest(row, device);
  const auto refusal = refusal_of(row.op, plain);
  if (!refusal) return "yes" + evidence_of(row, plain, device);
  if (row.takes_number()) {
    plain.tensors.pop_back();
    plain.number = 1;
    if (!refusal_of(row.op, plain)) return "by a number";
  }
  return refusal->what();
}

struct Serving {
  std::string name;
  Device device;
};

std::vector<Serving> serving_devices() {
  std::vector<Serving> serving;
  for (const DeviceInfo& info : list_devices())
    if (info.available) serving.push_back({info.name, open_device(info.name, {.explain = true})});
  return serving;
}

std::vector<std::string_view> attribute_names(const OpRow& row) {
  std::vector<std::string_view> names;
  for (const AttributeRow& attribute : attribute_rows())
    if (row.attributes.has(attribute.attribute)) names.push_back(attribute.name);
  return names;
}

// The page says of all ops at once that `sharding` comes with `memory`.
std::vector<std::string_view> listed(std::vector<std::string_view> names) {
  std::erase(names, to_string(Attribute::sharding));
  return names;
}

std::string operands_text(const OpRow& row) {
  std::string text;
  const std::vector<std::string_view> names = row.operand_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    text += fmt::format("{}{}{}{}", i == 0 ? "" : ", ", names[i],
                        row.wants_integers(i) ? " (integers)" : "",
                        i >= row.required() ? " (or none)" : "");
  return text + (row.takes_number() ? " or a number" : row.takes_list() ? " (a list)" : "");
}

void print_table(const std::vector<Serving>& serving) {
  std::string head = "| op | computes | operands | attributes | TT-NN |",
              line = "| --- | --- | --- | --- | --- |";
  for (const Serving& one : serving) {
    head += fmt::format(" {} |", one.name);
    line += " --- |";
  }
  print_out("{}\n{}\n", head, line);
  for (const OpRow& row : op_rows()) {
    print_out("| `{}` | {} | {} | {} | {} |", row.name, row.summary, operands_text(row),
              fmt::join(listed(attribute_names(row)), ", "), fmt::join(row.ttnn_names(), ", "));
    for (const Serving& one : serving) print_out(" {} |", answer_of(row, one.device));
    print_out("\n");
  }
}

Json list_json(const std::vector<Serving>& serving) {
  Json ops = Json::array();
  for (const OpRow& row : op_rows()) {
    Json op = {{"op", row.name},
               {"family", to_string(row.family)},
               {"computes", row.summary},
               {"operands", row.operand_names()},
               {"takes_number", row.takes_number()},
               {"required", row.required()},
               {"takes_list", row.takes_list()},
               {"wants_integers", row.wants_integers()},
               {"results", row.result_names()},
               {"attributes", attribute_names(row)},
               {"ttnn", row.ttnn_names()}};
    for (const Serving& one : serving) op["devices"][one.name] = answer_of(row, one.device);
    ops.push_back(op);
  }
  return {{"ops", ops}};
}

}  // namespace

void print_op_list(bool json) {
  const std::vector<Serving> serving = serving_devices();
  json ? print_json(list_json(serving)) : print_table(serving);
}

}  // namespace wattention::cli
