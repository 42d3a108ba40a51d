// op: one op on .npy files; the quickest way to see what a device answers.
#include <fmt/format.h>
#include <wattention/format.h>
#include <wattention/npy.h>
#include <wattention/ops.h>

#include <functional>
#include <memory>
#include <numeric>

#include "base/fail.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"

namespace wattention::cli {
namespace {

struct OpOptions {
  std::string op, a_file, b_file;
  DeviceChoice device;
  std::string dtype, core_grid, fidelity, a_memory = "dram", b_memory = "dram", memory;
  std::optional<double> scalar;
  bool transpose_b = false, numeric_stable = false, fp32_accumulate = false;
  int dim = -1;
  std::vector<int> dims;
  std::string out;
  bool json = false;
};

struct Operands {
  Tensor a;
  Tensor b;  ///< undefined for ops on one tensor
};

using Op = std::function<Tensor(const Operands&, const OpOptions&)>;

MatmulOptions matmul_options(const OpOptions& options) {
  MatmulOptions matmul{.core_grid = optional_core_grid(options.core_grid),
                       .transpose_b = options.transpose_b,
                       .fidelity = optional_fidelity(options.fidelity)};
  if (!options.memory.empty()) matmul.memory = parse_memory(options.memory);
  if (options.fp32_accumulate) matmul.fp32_accumulate = true;
  return matmul;
}

Tensor run_multiply(const Operands& in, const OpOptions& options) {
  return options.scalar ? multiply(in.a, *options.scalar) : multiply(in.a, in.b);
}

// Without --dims: all dimensions reversed, which for a matrix is its transpose.
Tensor run_permute(const Operands& in, const OpOptions& options) {
  std::vector<int> dims = options.dims;
  if (dims.empty()) {
    dims.resize(static_cast<std::size_t>(in.a.rank()));
    std::iota(dims.rbegin(), dims.rend(), 0);
  }
  return permute(in.a, dims);
}

struct OpEntry {
  std::string_view name;
  int tensors;  ///< files it takes
  Op run;
};

const std::vector<OpEntry>& op_table() {
  static const std::vector<OpEntry> table = {
      {"matmul", 2,
       [](auto& in, auto& options) { return matmul(in.a, in.b, matmul_options(options)); }},
      {"linear", 2,
       [](auto& in, auto& options) { return linear(in.a, in.b, matmul_options(options)); }},
      {"softmax", 1,
       [](auto& in, auto& options) {
         return softmax(in.a, {.dim = options.dim, .numeric_stable = options.numeric_stable});
       }},
      {"multiply", 2, run_multiply},
      {"transpose", 1, [](auto& in, auto&) { return transpose(in.a); }},
      {"add", 2, [](auto& in, auto&) { return add(in.a, in.b); }},
      {"subtract", 2, [](auto& in, auto&) { return subtract(in.a, in.b); }},
      {"permute", 1, run_permute}};
  return table;
}

std::string op_names() {
  std::string names;
  for (const OpEntry& entry : op_table())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", entry.name);
  return names;
}

const OpEntry& find_op(const OpOptions& options) {
  for (const OpEntry& entry : op_table())
    if (entry.name == options.op) return entry;
  fail(ErrorKind::bad_input, "[op] expected one of {}; found '{}'", op_names(), options.op);
}

void expect_operands(const OpEntry& entry, const OpOptions& options) {
  const bool scalar = options.scalar.has_value();
  expect(!scalar || entry.name == "multiply",
         "[{}] expected no --scalar (only multiply takes one); found {}", entry.name,
         options.scalar.value_or(0));
  const int wanted = scalar ? 1 : entry.tensors, found = options.b_file.empty() ? 1 : 2;
  expect(wanted == found, "[{}] expected {} input file{}; found {}", entry.name, wanted,
         entry.name == "multiply" && !scalar ? "s or one and --scalar"
         : wanted == 1                       ? ""
                                             : "s",
         found);
}

// An option and whether it was given, beside the ops and the kind of device that it changes.
struct Switch {
  std::string_view name;
  bool given;
  std::string_view ops;  ///< empty: all
  bool card_only;
};

std::vector<Switch> switches(const OpOptions& options) {
  const OpOptions untouched;
  constexpr std::string_view products = "matmul and linear";
  return {{"--transpose-b", options.transpose_b, products, false},
          {"--dim", options.dim != untouched.dim, "softmax", false},
          {"--dims", !options.dims.empty(), "permute", false},
          {"--numeric-stable", options.numeric_stable, "softmax", true},
          {"--core-grid", !options.core_grid.empty(), products, true},
          {"--fidelity", !options.fidelity.empty(), products, true},
          {"--fp32-accumulate", options.fp32_accumulate, products, true},
          {"--memory", !options.memory.empty(), products, true},
          {"--a-memory", options.a_memory != untouched.a_memory, "", true},
          {"--b-memory", options.b_memory != untouched.b_memory && options.b_file.empty(),
           "ops on two tensors", false},
          {"--b-memory", options.b_memory != untouched.b_memory, "", true}};
}

// An option that would change nothing is refused: who gives it expects a change.
void expect_applicable(const OpOptions& options, const Device& device) {
  for (const Switch& one : switches(options)) {
    if (!one.given) continue;
    expect(one.ops.find(one.ops.empty() ? "" : options.op) != one.ops.npos,
           "[{}] expected no {}, which is for {}; found one", options.op, one.name, one.ops);
    expect(!one.card_only || is_card(device),
           "[{}] expected {} with device wormhole only; found {}", options.op, one.name,
           device.name());
  }
}

Tensor load(const std::string& file, std::string_view memory, const OpOptions& options,
            const Device& device) {
  const DType dtype = choose_dtype(options.dtype, device);
  const Placement placement{.memory = parse_memory(memory), .dtype = dtype};
  return to_device(load_npy(file).to(dtype), device, placement);
}

Tensor compute(const OpOptions& options, std::vector<OpReport>& reports) {
  const OpEntry& entry = find_op(options);
  expect_operands(entry, options);
  Device device = open(options.device);
  expect_applicable(options, device);
  Operands operands;
  operands.a = load(options.a_file, options.a_memory, options, device);
  if (!options.b_file.empty()) operands.b = load(options.b_file, options.b_memory, options, device);
  Tensor result = to_host(entry.run(operands, options));
  if (options.device.options.explain) reports = device.take_reports();
  return result;
}

void print(const OpOptions& options, const Tensor& result) {
  if (!result.on_host())
    print_out("{} {} {}, without values\n", options.op, result.shape().text(),
              to_string(result.dtype()));
  else if (options.out.empty())
    print_out("{}\n", format_torch(result));
}

void run(const OpOptions& options) {
  if (!options.out.empty()) expect_values(options.device, "with --out");
  expect_writable(options.out);
  std::vector<OpReport> reports;
  const Tensor result = compute(options, reports);
  if (!options.out.empty()) save_npy(options.out, result);
  if (options.json) {
    Json json = {{"op", options.op},
                 {"device", options.device.device},
                 {"dtype", to_string(result.dtype())},
                 {"shape", result.shape().sizes()}};
    if (result.on_host()) json["values"] = to_json(result);
    if (!reports.empty()) json["ops"] = to_json(reports);
    return print_json(json);
  }
  print(options, result);
  print_reports(reports);
}

void add_options(Command& command, OpOptions& options) {
  command.add_option("op", options.op, op_names())->required();
  command
      .add_option("IN.npy", options.a_file, "first tensor (f32, f16 or f64; rounded to the dtype)")
      ->required();
  command.add_option("IN2.npy", options.b_file, "second tensor; for linear the weight [out, in]");
  add_device_options(command, options.device);
  command.add_option("--dtype", options.dtype, "f32 or bf16 (default: f32; bf16 on wormhole)");
  command.add_option("--scalar", options.scalar,
                     "multiply: by this number instead of a second tensor");
  command.add_flag(
      "--transpose-b", options.transpose_b,
      "matmul: the second tensor's last two dimensions swapped; linear does so with or without it");
  command.add_option("--dim", options.dim, "softmax: over this dimension")->capture_default_str();
  command
      .add_option("--dims", options.dims,
                  "permute: the input's dimensions in their new order, like 1,0")
      ->delimiter(',');
  command.add_flag("--numeric-stable", options.numeric_stable,
                   "wormhole, softmax: subtract the row's maximum");
  command.add_option(
      "--core-grid", options.core_grid,
      "wormhole: rows x columns; naming one lowers matmul's default fidelity to lofi");
  command.add_option("--fidelity", options.fidelity,
                     "wormhole, matmul: lofi, hifi2, hifi3 or hifi4");
  command.add_flag("--fp32-accumulate", options.fp32_accumulate,
                   "wormhole, matmul: 32-bit destination registers");
  command.add_option("--a-memory", options.a_memory, "wormhole: dram or l1 for the first tensor")
      ->capture_default_str();
  command.add_option("--b-memory", options.b_memory, "wormhole: dram or l1 for the second")
      ->capture_default_str();
  command.add_option("--memory", options.memory, "wormhole, matmul: dram or l1 for the result");
  command.add_option("--out", options.out,
                     "write the result here (f32 .npy) instead of printing it");
  command.add_flag("--json", options.json, "as JSON, with every value");
}

}  // namespace

void add_op(Command& program, int&) {
  Command* command = program.add_subcommand("op", "one op on .npy files");
  const auto options = std::make_shared<OpOptions>();
  add_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  wattention op matmul a.npy b.npy --device wormhole --core-grid 8x8 --out c.npy\n"
      "  wattention op linear x.npy weight.npy --out y.npy       (x @ weight^T, as torch)\n"
      "  wattention op multiply x.npy --scalar 0.1 --device wormhole\n"
      "  wattention op softmax x.npy --dim -1 --json");
  command->callback([options] { run(*options); });
}

}  // namespace wattention::cli
