// devices: what this build knows, what works here, and why the rest does not.
#include <fmt/format.h>
#include <wattention/device.h>

#include <memory>

#include "cli/command.h"
#include "cli/output.h"

namespace wattention::cli {
namespace {

Json to_json(const DeviceInfo& device) {
  Json object = {{"name", device.name},
                 {"available", device.available},
                 {"description", device.description},
                 {"kernels", device.kernels}};
  if (!device.available) object["reason"] = device.reason;
  return object;
}

void print(const DeviceInfo& device) {
  print_out("{:<10} {}\n", device.name, device.available ? device.description : "not available");
  if (!device.available) print_out("{:<10} {}\n", "", device.reason);
  if (!device.kernels.empty())
    print_out("{:<10} kernels: {}\n", "", fmt::join(device.kernels, ", "));
}

void list(bool json) {
  Json array = Json::array();
  for (const DeviceInfo& device : list_devices()) {
    if (json)
      array.push_back(to_json(device));
    else
      print(device);
  }
  if (json) print_json({{"devices", array}});
}

}  // namespace

void add_devices(Command& program, int&) {
  Command* command =
      program.add_subcommand("devices", "list devices, available or not, with the reason");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "as JSON");
  command->footer("Example:\n  wattention devices --json");
  command->callback([json] { list(*json); });
}

}  // namespace wattention::cli
