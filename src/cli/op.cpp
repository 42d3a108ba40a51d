// op: one op of the table on .npy files; the quickest way to see what a device answers.
#include <fmt/format.h>
#include <wattention/format.h>
#include <wattention/npy.h>
#include <wattention/ops.h>

#include <algorithm>
#include <memory>

#include "base/fail.h"
#include "cli/command.h"
#include "cli/op_list.h"
#include "cli/options.h"
#include "cli/output.h"

namespace wattention::cli {
namespace {

struct OpOptions {
  std::string op, a_file, b_file;
  std::vector<std::string> more_files;
  DeviceChoice device;
  std::string dtype, a_memory, b_memory;
  std::optional<double> scalar;
  std::vector<std::string> words = std::vector<std::string>(attribute_rows().size());
  std::string out;
  bool json = false, list = false;
};

OpAttributes attributes_of(const OpOptions& options) {
  OpAttributes attributes;
  for (const AttributeRow& row : attribute_rows()) {
    const std::string& word = options.words[static_cast<std::size_t>(row.attribute)];
    if (!word.empty()) parse_attribute(attributes, row.attribute, word);
  }
  return attributes;
}

// Integers, which a file may hold as such, where the op wants them.
DType integers_of(const OpRow& row, DType found) {
  return is_integer(found) ? found : row.family == OpFamily::gather ? DType::uint32 : DType::int32;
}

Tensor load(const std::string& file, const std::string& memory, const OpOptions& options,
            const Device& device, bool wants_integers) {
  const Tensor values = load_npy(file);
  const DType dtype = wants_integers           ? integers_of(find_op(options.op), values.dtype())
                      : !options.dtype.empty() ? parse_dtype(options.dtype)
                      : is_integer(values.dtype()) ? values.dtype()
                                                   : choose_dtype({}, device);
  Placement placement;
  if (is_card(device)) placement.dtype = dtype;
  if (!memory.empty()) placement.memory = parse_memory(memory);
  return to_device(values.to(dtype), device, placement);
}

std::vector<Tensor> compute(const OpOptions& options, std::vector<OpReport>& reports) {
  const OpRow& row = find_op(options.op);
  expect(options.b_memory.empty() || !options.b_file.empty(),
         "[{}] expected no --b-memory without a second tensor; found {}", row.name,
         options.b_memory);
  Device device = open(options.device);
  OpArguments arguments{{}, options.scalar, attributes_of(options)};
  arguments.tensors.push_back(
      load(options.a_file, options.a_memory, options, device, row.wants_integers(0)));
  if (!options.b_file.empty())
    arguments.tensors.push_back(load(options.b_file, options.b_memory, options, device,
                                     row.operand_count() > 1 && row.wants_integers(1)));
  for (const std::string& file : options.more_files)
    arguments.tensors.push_back(load(file, {}, options, device, false));
  std::vector<Tensor> results = run_op_all(row.op, std::move(arguments));
  for (Tensor& result : results) result = to_host(result);
  if (options.device.options.explain) reports = device.take_reports();
  return results;
}

Json json_of(const Tensor& result) {
  Json json = {{"dtype", to_string(result.dtype())}, {"shape", result.shape().sizes()}};
  if (result.on_host()) json["values"] = to_json(result);
  return json;
}

// One result beside the op and the device; several under their names.
Json json_of(const OpOptions& options, const std::vector<Tensor>& results) {
  Json json = {{"op", options.op}, {"device", options.device.device}};
  if (results.size() == 1) json.update(json_of(results.front()));
  const auto names = find_op(options.op).result_names();
  for (std::size_t i = 0; i < names.size(); ++i) json[std::string(names[i])] = json_of(results[i]);
  return json;
}

void print(const OpOptions& options, const Tensor& result) {
  if (!result.on_host())
    print_out("{} {} {}, without values\n", options.op, result.shape().text(),
              to_string(result.dtype()));
  else if (options.out.empty())
    print_out("{}\n", format_torch(result));
}

void run(const OpOptions& options) {
  if (options.list) return print_op_list(options.json);
  expect(!options.op.empty() && !options.a_file.empty(),
         "[op] expected an op and a tensor's file, or --list; found {}",
         options.op.empty() ? "neither" : "no file");
  if (!options.out.empty()) expect_values(options.device, "with --out");
  expect_writable(options.out);
  std::vector<OpReport> reports;
  expect(options.out.empty() || find_op(options.op).result_names().empty(),
         "[{}] expected no --out for an op with several results; found '{}'", options.op,
         options.out);
  const std::vector<Tensor> results = compute(options, reports);
  if (!options.out.empty()) save_npy(options.out, results.front());
  if (options.json) {
    Json json = json_of(options, results);
    if (!reports.empty()) json["ops"] = to_json(reports);
    return print_json(json);
  }
  for (const Tensor& result : results) print(options, result);
  print_reports(reports);
}

std::string op_names() {
  std::string names;
  for (const OpRow& row : op_rows())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
  return names;
}

// "--core-grid" and "matmul, linear: ..."
void add_attribute(Command& command, const AttributeRow& row, std::string& word) {
  std::string option = fmt::format("--{}", row.name), ops;
  std::ranges::replace(option, '_', '-');
  for (const OpRow& op : op_rows())
    if (op.attributes.has(row.attribute))
      ops += fmt::format("{}{}", ops.empty() ? "" : ", ", op.name);
  const std::string help = fmt::format("{}: {}{}", ops, row.meaning,
                                       row.role == AttributeRole::how ? " (wormhole)" : "");
  if (row.is_flag)
    command.add_flag(
        option, [&word](std::int64_t) { word = "true"; }, help);
  else
    command.add_option(option, word, help);
}

void add_options(Command& command, OpOptions& options) {
  command.add_option("op", options.op, op_names());
  command.add_option("IN.npy", options.a_file,
                     "first tensor (floats are rounded to the dtype, integers stay)");
  command.add_option("IN2.npy", options.b_file, "second tensor; for linear the weight [out, in]");
  command.add_option("MORE.npy", options.more_files,
                     "more tensors; for linear the bias [out], for concat as many as there are");
  add_device_options(command, options.device);
  command.add_option("--dtype", options.dtype, "f32 or bf16 (default: f32; bf16 on wormhole)");
  command.add_option("--scalar", options.scalar, "a number instead of the second tensor");
  for (const AttributeRow& row : attribute_rows())
    add_attribute(command, row, options.words[static_cast<std::size_t>(row.attribute)]);
  command.add_option("--a-memory", options.a_memory, "wormhole: dram or l1 for the first tensor");
  command.add_option("--b-memory", options.b_memory, "wormhole: dram or l1 for the second");
  command.add_option("--out", options.out,
                     "write the result here (f32 .npy) instead of printing it");
  command.add_flag("--json", options.json, "as JSON, with every value");
  command.add_flag("--list", options.list, "list all ops: what they take, and who runs them");
}

}  // namespace

void add_op(Command& program, int&) {
  Command* command = program.add_subcommand("op", "one op on .npy files");
  const auto options = std::make_shared<OpOptions>();
  add_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  wattention op --list\n"
      "  wattention op matmul a.npy b.npy --device wormhole --core-grid 8x8 --out c.npy\n"
      "  wattention op linear x.npy weight.npy --out y.npy       (x @ weight^T, as torch)\n"
      "  wattention op multiply x.npy --scalar 0.1 --device wormhole\n"
      "  wattention op reshape x.npy --shape 4,2\n"
      "  wattention op softmax x.npy --dim -1 --json");
  command->callback([options] { run(*options); });
}

}  // namespace wattention::cli
