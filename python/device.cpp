#include <fmt/format.h>
#include <wattention/device.h>

#include "binding.h"
#include "device/backend.h"
#include "device/events.h"

namespace wattention::python {
namespace {

void bind_grid(nb::module_& module) {
  nb::class_<CoreGrid>(module, "CoreGrid", "Compute cores to use: rows y, columns x.")
      .def(
          "__init__",
          [](CoreGrid* self, int y, int x) {
            new (self) CoreGrid{y, x};
          },
          nb::kw_only(), nb::arg("y"), nb::arg("x"))
      .def_ro("y", &CoreGrid::y)
      .def_ro("x", &CoreGrid::x)
      .def_prop_ro("num_cores", [](const CoreGrid& grid) { return grid.y * grid.x; })
      .def(
          "__eq__", [](const CoreGrid& a, const CoreGrid& b) { return a == b; }, nb::is_operator())
      .def("__hash__",
           [](const CoreGrid& grid) { return nb::hash(nb::make_tuple(grid.y, grid.x)); })
      .def("__repr__", [](const CoreGrid& grid) {
        return fmt::format("CoreGrid(x={}, y={})", grid.x, grid.y);
      });
}

void bind_descriptions(nb::module_& module) {
  nb::class_<DeviceInfo>(module, "DeviceInfo")
      .def_ro("name", &DeviceInfo::name)
      .def_ro("available", &DeviceInfo::available)
      .def_ro("description", &DeviceInfo::description,
              "Chip, ISA, threads; or the model's release profile.")
      .def_ro("reason", &DeviceInfo::reason, "When not available: why, and how to get it.")
      .def_ro("kernels", &DeviceInfo::kernels, "Names that open_device's `kernel` takes.")
      .def("__repr__", [](const DeviceInfo& info) {
        return fmt::format("<{}: {}>", info.name, info.available ? info.description : info.reason);
      });
  nb::class_<OpReport>(module, "OpReport",
                       "What one op did on a device that was opened with explain=True.")
      .def_ro("op", &OpReport::op)
      .def_ro("kernel", &OpReport::kernel)
      .def_ro("attributes", &OpReport::attributes, "(name, value) pairs.")
      .def_ro("refused", &OpReport::refused, "(kernel, reason) pairs.")
      .def("__repr__", [](const OpReport& report) {
        return fmt::format("<{}: {}>", report.op, report.kernel);
      });
}

void bind_handle(nb::module_& module) {
  nb::class_<Device>(module, "Device",
                     "An open device. Threads may share it; ops of one device run in order.")
      .def_prop_ro("name", &Device::name)
      .def_prop_ro("is_open", &Device::is_open)
      .def("close", &Device::close, ReleaseGil(),
           "Frees what it holds; using it later is an Error of kind closed.")
      .def("set_program_cache", &Device::set_program_cache, nb::arg("enabled"), ReleaseGil(),
           "Keep built programs from now on, or not.")
      .def(
          "cached_programs",
          [](const Device& device) { return device.backend().counts().cached_programs; },
          "How many programs it keeps; 0 where it keeps none.")
      .def("take_reports", &Device::take_reports, ReleaseGil(),
           "Reports of the ops since the last call.")
      .def("__enter__", [](const Device& device) { return device; })
      .def("__exit__", [](Device& device, const nb::args&) { device.close(); })
      .def(
          "__eq__",
          [](const Device& a, const Device& b) { return a.shared_backend() == b.shared_backend(); },
          nb::is_operator())
      .def("__hash__",
           [](const Device& device) {
             return reinterpret_cast<std::uintptr_t>(device.shared_backend().get());
           })
      .def("__repr__", [](const Device& device) {
        return fmt::format("<wattention.Device {}, {}>", device.name(),
                           device.is_open() ? "open" : "closed");
      });
}

void bind_transfers(nb::module_& module) {
  module.def(
      "to_device",
      [](const nb::object& array, const Device& device, std::optional<std::string_view> memory,
         std::optional<std::string_view> layout, std::optional<std::string_view> dtype,
         std::optional<std::string_view> sharding) {
        const Tensor tensor = tensor_of(array);
        Placement placement;
        if (sharding) placement.sharding = parse_sharding(*sharding);
        if (memory) placement.memory = parse_memory(*memory);
        if (layout) placement.layout = parse_layout(*layout);
        if (dtype) placement.dtype = parse_dtype(*dtype);
        const Computing computing;
        return to_device(tensor, device, placement);
      },
      nb::arg("tensor"), nb::arg("device"), nb::kw_only(), nb::arg("memory") = nb::none(),
      nb::arg("layout") = nb::none(), nb::arg("dtype") = nb::none(),
      nb::arg("sharding") = nb::none(),
      "Copies a host tensor to a device. None: the device decides; the wormhole takes \"bf16\" in "
      "\"tile\" layout and\n"
      "\"dram\", cpu keeps the dtype. sharding: shards in L1, like \"height:64x32:0,0-7,3\". A "
      "place or a dtype that\n"
      "it does not have is refused.");
  module.def("to_host", &to_host, nb::arg("tensor"), ReleaseGil(),
             "Copies back: row major, without padding, in the tensor's dtype.");
}

}  // namespace

void bind_device(nb::module_& module) {
  bind_grid(module);
  bind_descriptions(module);
  bind_handle(module);
  bind_transfers(module);
  module.def("list_devices", &list_devices,
             "All devices that this build knows, the absent ones too, each with its reason.");
  module.def(
      "open_device",
      [](std::string_view name, int threads, const std::string& kernel, std::string_view mode,
         std::optional<bool> program_cache, const std::string& release_profile, bool explain,
         bool strict) {
        return open_device(name, {threads, kernel, parse_mode(mode), program_cache, release_profile,
                                  explain, strict});
      },
      nb::arg("name"), nb::kw_only(), nb::arg("threads") = 0, nb::arg("kernel") = "",
      nb::arg("mode") = "exact", nb::arg("program_cache") = nb::none(),
      nb::arg("release_profile") = "", nb::arg("explain") = false, nb::arg("strict") = false,
      ReleaseGil(),
      "Opens \"cpu\", \"reference\" or \"wormhole\". The device is a context manager. What is not "
      "there raises an Error of\n"
      "kind absent; nothing falls back. An option that the device does not take is refused.\n\n"
      "threads: 0 for all. kernel: a name of list_devices(), empty for the fastest. mode: "
      "\"exact\", or \"shape\" to run\n"
      "programs without values. release_profile: a name of list_releases(), empty for\n"
      "WATTENTION_RELEASE's, or the first. "
      "explain: keep a report per op. strict: refuse ops whose digits are unverified, known from "
      "source only; WATTENTION_STRICT=1 does it, too.");
  module.def(
      "_release_info",
      [](std::string_view name) {
        const ReleaseInfo info = release_info(name);
        nb::dict facts;
        facts["name"] = info.name;
        facts["cuts_numbers"] = info.cuts_numbers;
        facts["quick_gelu"] = info.quick_gelu;
        facts["in_part"] = info.in_part;
        facts["composites"] = info.composites;
        facts["ops"] = info.ops;
        return facts;
      },
      nb::arg("name") = "", "What of a TT-NN release `wattention.ttnn` has to know.");
  module.def(
      "list_releases",
      [] {
        std::vector<std::string> names;
        for (const ReleaseInfo& release : list_releases()) names.push_back(release.name);
        return names;
      },
      "Names of the TT-NN releases that \"wormhole\" can follow, the default first.");
}

}  // namespace wattention::python
