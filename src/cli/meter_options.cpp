#include "cli/meter_options.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/fail.h"

namespace wattention::cli {
namespace {

constexpr const char* group = "Energy";

bool has(const std::vector<std::string>& names, const char* name) {
  return std::ranges::find(names, name) != names.end();
}

// A baseline alone too: the meter then says what is missing.
bool has_manual_watts(const MeterOptions& options) {
  return options.manual_active_w != 0 || options.manual_baseline_w != 0;
}

}  // namespace

void add_meter_sources(Command& command, MeterOptions& options) {
  const auto add = [&command](const char* name, auto& value, const char* help) {
    return command.add_option(name, value, help)->group(group);
  };
  add("--active-w", options.manual_active_w, "manual: watts that a wall meter shows under load");
  add("--baseline-w", options.manual_baseline_w, "manual: watts that it shows at rest");
  add("--gpu", options.gpu_index, "nvml: index of the GPU")->capture_default_str();
  // Containers often have the machine's sensors under another root.
  add("--powercap", options.powercap_root, "rapl: the folder of the kernel's counters")
      ->capture_default_str();
  add("--hwmon", options.hwmon_root, "hwmon: the folder of the kernel's sensors")
      ->capture_default_str();
}

void add_meter_options(Command& command, MeterWords& words) {
  command
      .add_option("--meter", words.names,
                  "energy meters by name (the command meters lists them), auto (those that see the "
                  "device), or none")
      ->delimiter(',')
      ->group(group)
      ->capture_default_str();
  add_meter_sources(command, words.options);
}

MeterChoice to_choice(const MeterWords& words) {
  MeterChoice choice{words.names, words.options};
  if (has(choice.names, "none")) {
    expect(choice.names.size() == 1, "[meter] expected none alone; found {}",
           fmt::join(choice.names, ","));
    choice.names.clear();
  } else if (has_manual_watts(choice.options) && !has(choice.names, "manual")) {
    choice.names.emplace_back("manual");
  }
  return choice;
}

}  // namespace wattention::cli
