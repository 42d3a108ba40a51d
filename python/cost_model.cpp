#include <wattention/cost.h>

#include "binding.h"

namespace wattention::python {
namespace {

nb::dict dict_of(const Interval& interval, double unit) {
  nb::dict dict;
  dict["value"] = interval.value * unit;
  dict["low"] = interval.low * unit;
  dict["high"] = interval.high * unit;
  return dict;
}

nb::dict dict_of(const RunEstimate& estimate) {
  constexpr double ms = 1e3;
  nb::dict phases, dict;
  for (const PhaseEstimate& phase : estimate.phases)
    phases[std::string(to_string(phase.phase)).c_str()] = phase.time_s * ms;
  dict["source"] = "modelled";
  dict["time_ms"] = dict_of(estimate.time_s, ms);
  dict["host_busy_ms"] = estimate.host_busy_s * ms;
  dict["device_busy_ms"] = estimate.device_busy_s * ms;
  dict["profiled_ms"] = estimate.profiled_s * ms;
  dict["math_thread_ms"] = estimate.math_s * ms;
  dict["phases_ms"] = phases;
  dict["card_j"] = dict_of(estimate.card_j, 1);
  dict["calibration"] = estimate.calibration;
  return dict;
}

nb::dict estimate(const Device& device, const std::string& card, double host_speedup,
                  std::optional<double> clock_hz, bool pinned_memory, bool device_tilize,
                  int command_queues, bool cold_kernels, bool traced) {
  EstimateOptions options;
  options.card = card;
  options.host_speedup = host_speedup;
  options.clock_hz = clock_hz;
  options.pinned_memory = pinned_memory;
  options.device_tilize = device_tilize;
  options.command_queues = command_queues;
  options.cold_kernels = cold_kernels;
  options.traced = traced;
  return dict_of(wattention::estimate(device, options));
}

constexpr const char* estimate_doc =
    "What the recorded work would take on a real n150d: a dict with time_ms and card_j (value, "
    "low, high),\n"
    "host_busy_ms, device_busy_ms, phases_ms and the model's calibration; profiled_ms and "
    "math_thread_ms are what a\n"
    "device profiler would say of the programs, whole and of their math thread alone, at the clock "
    "that profilers\n"
    "assume. The call ends the recording. What the caller computes on the host in between is not "
    "part of it.\n\n"
    "The options ask what if: card \"p150\"; host_speedup, a factor over the model's own host, a "
    "Xeon w5-3535X; "
    "clock_hz of the cores;\n"
    "pinned_memory and device_tilize for transfers; command_queues, 1 or 2; cold_kernels, where no "
    "compiled kernels\n"
    "lie on disk yet, as on a machine's very first run; traced, where programs are replayed from a "
    "trace and nothing\n"
    "is dispatched between them.";

}  // namespace

void bind_cost_model(nb::module_& module) {
  module.def("start_events", &start_events, nb::arg("device"),
             "Records what the device does from now on.");
  module.def("estimate", &estimate, nb::arg("device"), nb::kw_only(), nb::arg("card") = "n150d",
             nb::arg("host_speedup") = 1.0, nb::arg("clock_hz") = nb::none(),
             nb::arg("pinned_memory") = false, nb::arg("device_tilize") = false,
             nb::arg("command_queues") = 1, nb::arg("cold_kernels") = false,
             nb::arg("traced") = false, estimate_doc);
}

}  // namespace wattention::python
