// demo: the notebook's six tokens, stage by stage, printed as the notebook prints them.
#include <fmt/format.h>
#include <wattention/format.h>
#include <wattention/ops.h>

#include <cmath>
#include <memory>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "notebook/values.h"

namespace wattention::cli {
namespace {

constexpr std::int64_t embed_dim = 3, head_dim = 2;

struct DemoOptions {
  DeviceChoice device;
  AttentionChoice attention;
  bool json = false;
};

struct Demo {
  std::string device;
  Variant variant = Variant::reference;
  AttentionStages stages;              ///< of the device; only the context for variant fused
  std::optional<AttentionStages> cpu;  ///< on a card: what the CPU makes of the same inputs
  std::optional<TtnnFormat> print;     ///< on a card: how its release prints
  std::vector<OpReport> reports;
};

// The notebook's comparison: scores in f32; weights in f32 from the device's scores, which are scaled and
// rounded in bf16; context in f32 from these weights.
AttentionStages compare_on_cpu(const SelfAttention& attention, const Tensor& device_scores) {
  AttentionStages cpu = attention.stages(notebook_sentence());
  const Tensor scaled = divide(device_scores, std::sqrt(double{head_dim}));
  cpu.weights = softmax(scaled.to(DType::f32));
  cpu.context = matmul(cpu.weights, cpu.value);
  return cpu;
}

Demo compute(const DemoOptions& options) {
  expect_values(options.device, "to print values");
  Device device = open(options.device);
  Generator generator(notebook_seed);
  const SelfAttention attention(embed_dim, head_dim, generator);
  const AttentionConfig config = to_config(options.attention, device);
  const SelfAttention moved = attention.to(device, config);
  Demo demo;
  demo.device = device.name();
  demo.variant = config.variant;
  if (config.variant == Variant::fused)
    demo.stages.context = moved(notebook_sentence());
  else
    demo.stages = moved.stages(notebook_sentence());
  if (is_card(device)) {
    demo.cpu = compare_on_cpu(attention, demo.stages.scores);
    demo.print = release_info(options.device.options.release_profile).print;
  }
  if (options.device.options.explain) demo.reports = device.take_reports();
  return demo;
}

void print_stage(std::string_view name, const Demo& demo, Tensor AttentionStages::*stage) {
  const Tensor& tensor = demo.stages.*stage;
  if (!tensor.defined()) return;
  print_out("{} on {}\n{}\n\n", name, demo.device,
            demo.print ? format_ttnn(tensor, *demo.print) : format_torch(tensor));
  if (demo.cpu) print_out("{} on the CPU\n{}\n\n", name, format_torch((*demo.cpu).*stage));
}

void print(const Demo& demo) {
  print_stage("scores", demo, &AttentionStages::scores);
  print_stage("weights", demo, &AttentionStages::weights);
  print_stage("context", demo, &AttentionStages::context);
  if (demo.cpu) print_out("context back in torch\n{}\n", format_torch(demo.stages.context));
  print_reports(demo.reports);
}

Json stages_json(const AttentionStages& stages) {
  Json json = Json::object();
  if (stages.scores.defined()) json["scores"] = to_json(stages.scores);
  if (stages.weights.defined()) json["weights"] = to_json(stages.weights);
  json["context"] = to_json(stages.context);
  return json;
}

Json demo_json(const Demo& demo) {
  Json json = {{"device", demo.device}, {"variant", to_string(demo.variant)}};
  json.update(stages_json(demo.stages));
  if (demo.cpu) json["cpu"] = stages_json(*demo.cpu);
  if (!demo.reports.empty()) json["ops"] = to_json(demo.reports);
  return json;
}

}  // namespace

void add_demo(Command& program, int&) {
  Command* command = program.add_subcommand(
      "demo", "print the scores, weights and context of the notebook's six tokens");
  const auto options = std::make_shared<DemoOptions>();
  add_device_options(*command, options->device);
  add_attention_options(*command, options->attention);
  command->add_flag("--json", options->json,
                    "as JSON, with scores, weights and context in full precision");
  command->footer(
      "Examples:\n"
      "  wattention demo\n"
      "  wattention demo --device wormhole --variant naive\n"
      "  wattention demo --device wormhole --variant resident --core-grid 8x8 --explain");
  command->callback([options] {
    const Demo demo = compute(*options);
    options->json ? print_json(demo_json(demo)) : print(demo);
  });
}

}  // namespace wattention::cli
