// meters: the sensors that this build knows, what each includes, and why one does not answer.
#include <fmt/format.h>
#include <wattention/energy.h>

#include <memory>

#include "cli/command.h"
#include "cli/meter_options.h"
#include "cli/output.h"

namespace wattention::cli {
namespace {

struct MetersChoice {
  MeterOptions meters;
  bool json = false;
};

Json to_json(const MeterInfo& meter) {
  const auto [tick_s, step_j, step_w] = meter.resolution;
  Json object = {{"name", meter.name},
                 {"available", meter.available},
                 {"scope", to_string(meter.scope)},
                 {"source", to_string(meter.source)},
                 {"resolution", {{"tick_s", tick_s}, {"step_j", step_j}, {"step_w", step_w}}}};
  if (!meter.available) object["reason"] = meter.reason;
  return object;
}

// A step of 0 is one that the meter does not have: counters step in joules, power sensors in watts.
std::string resolution_text(const MeterResolution& resolution) {
  if (resolution.step_w > 0)
    return fmt::format("{:g} W every {:g} ms", resolution.step_w, 1e3 * resolution.tick_s);
  if (resolution.step_j > 0)
    return fmt::format("{:g} J every {:g} ms", resolution.step_j, 1e3 * resolution.tick_s);
  return "as typed in";
}

void print(const MeterInfo& meter) {
  print_out("{:<14} {}\n", meter.name, meter.available ? "available" : "not available");
  print_out("{:<14} scope {}, {}, {}\n", "", to_string(meter.scope), to_string(meter.source),
            resolution_text(meter.resolution));
  if (!meter.available) print_out("{:<14} {}\n", "", meter.reason);
}

void list(const MetersChoice& choice) {
  Json array = Json::array();
  for (const MeterInfo& meter : list_meters(choice.meters)) {
    if (choice.json)
      array.push_back(to_json(meter));
    else
      print(meter);
  }
  if (choice.json) print_json({{"meters", array}});
}

}  // namespace

void add_meters(Command& program, int&) {
  Command* command = program.add_subcommand(
      "meters", "list energy meters, available or not, with scope, resolution and reason");
  const auto choice = std::make_shared<MetersChoice>();
  add_meter_sources(*command, choice->meters);
  command->add_flag("--json", choice->json, "as JSON");
  command->footer(
      "Examples:\n"
      "  wattention meters\n"
      "  wattention meters --active-w 335 --baseline-w 185 --json");
  command->callback([choice] { list(*choice); });
}

}  // namespace wattention::cli
