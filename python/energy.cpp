#include <nanobind/stl/unique_ptr.h>
#include <wattention/energy.h>

#include "base/fail.h"
#include "binding.h"

namespace wattention::python {
namespace {

MeterOptions manual(double baseline_w, double active_w) {
  MeterOptions options;
  options.manual_baseline_w = baseline_w;
  options.manual_active_w = active_w;
  return options;
}

void bind_readings(nb::module_& module) {
  nb::class_<Joules>(module, "Joules",
                     "Joules between `low` and `high`; `value` is the best guess.")
      .def_ro("value", &Joules::value)
      .def_ro("low", &Joules::low)
      .def_ro("high", &Joules::high)
      .def("__repr__", [](const Joules& joules) {
        return fmt::format("<{:.4g} J, {:.4g} to {:.4g}>", joules.value, joules.low, joules.high);
      });
  nb::class_<EnergyReading>(module, "EnergyReading",
                            "Joules over a window, or one sentence why there are none.")
      .def_ro("gross", &EnergyReading::gross, "Idle power included; None when there is no figure.")
      .def_ro("reason", &EnergyReading::reason)
      .def_ro("window_s", &EnergyReading::window_s)
      .def_ro("meter", &EnergyReading::meter)
      .def_prop_ro("scope", [](const EnergyReading& reading) { return to_string(reading.scope); })
      .def_prop_ro("source", [](const EnergyReading& reading) { return to_string(reading.source); })
      .def("__repr__", [](const EnergyReading& reading) {
        return fmt::format("<{}: {}>", reading.meter,
                           reading.gross ? fmt::format("{:.4g} J in {:.3g} s", reading.gross->value,
                                                       reading.window_s)
                                         : reading.reason);
      });
  nb::class_<MeterInfo>(module, "MeterInfo")
      .def_ro("name", &MeterInfo::name)
      .def_ro("available", &MeterInfo::available)
      .def_ro("reason", &MeterInfo::reason, "When not available.")
      .def_prop_ro("scope", [](const MeterInfo& info) { return to_string(info.scope); })
      .def("__repr__", [](const MeterInfo& info) {
        return fmt::format("<{}, {}: {}>", info.name, to_string(info.scope),
                           info.available ? "available" : info.reason);
      });
}

}  // namespace

void bind_energy(nb::module_& module) {
  bind_readings(module);
  nb::class_<Meter>(module, "Meter", "One sensor; a window goes from start() to stop().")
      .def_prop_ro("name", &Meter::name)
      .def_prop_ro("scope", [](const Meter& meter) { return to_string(meter.scope()); })
      .def("start", &Meter::start, ReleaseGil())
      .def("sample", &Meter::sample, ReleaseGil(), "In a long window, now and then.")
      .def("stop", &Meter::stop, ReleaseGil());
  module.def(
      "list_meters", [] { return list_meters(); },
      "All meters, the absent ones too, each with its reason.");
  module.def(
      "open_meter",
      [](std::string_view name, double baseline_w, double active_w) {
        return open_meter(name, manual(baseline_w, active_w));
      },
      nb::arg("name"), nb::kw_only(), nb::arg("baseline_w") = 0.0, nb::arg("active_w") = 0.0,
      "\"rapl-package\", \"nvml\", \"hwmon\", ..., or \"manual\" with watts read by hand. Raises "
      "Error of kind absent.");
}

}  // namespace wattention::python
