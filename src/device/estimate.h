#pragma once
// What a model says of a run: times, joules, and what bounds each step. Plain data for tables and traces.
#include <wattention/device.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "device/host_rates.h"

namespace wattention {

/// `value` is the best guess; the truth is expected between `low` and `high`.
struct Interval {
  double value = 0;
  double low = 0;
  double high = 0;
  friend Interval operator+(const Interval& a, const Interval& b) {
    return {a.value + b.value, a.low + b.low, a.high + b.high};
  }
};

/// The slowest of the units that a step needs.
enum class TimeBound { compute, unpack, noc, dram, dispatch, host };
std::string_view to_string(TimeBound bound);

/// One step on the modelled clock; 0 is the first event's start.
struct TimedStep {
  std::string name;  ///< "matmul", "tilize", ...
  std::string
      phase;  ///< cast, tilize, write, dispatch, compile, compute, read, untilize, host_compute
  bool on_device = false;
  TimeBound bound = TimeBound::host;
  double start_s = 0;
  double duration_s = 0;
  /// The bound's own formula without fill, launch and tail: no program of this kind is faster.
  double closed_form_s = 0;
  CoreGrid grid{0, 0};                                   ///< cores with work; 0x0 on the host
  std::vector<std::pair<std::string, double>> bounds_s;  ///< each unit's time by itself
  std::vector<std::pair<std::string, double>> bytes;     ///< by memory or network, as moved
  double flops = 0;                                      ///< of matrix products
  std::string program;                                   ///< an op's; empty on the host
  std::optional<Fidelity> fidelity = std::nullopt;       ///< an op's
  int cores = 0;                                         ///< with work
  double card_j = 0;  ///< best guess; 0 for a step that leaves the card at rest
};

/// The card's power over a stretch of the modelled clock.
struct PowerSpan {
  double start_s = 0;
  double duration_s = 0;
  bool awake = false;  ///< computing, or its memory serves the bus
  Interval watts;
};

struct PhaseEstimate {
  std::string phase;
  double time_s = 0;  ///< busy time, wherever it runs; phases may overlap
  Interval card_j;    ///< its share of the card's joules; the values add up to the run's
};

struct RunEstimate {
  std::vector<TimedStep> steps;
  std::vector<PhaseEstimate> phases;
  Interval time_s;  ///< from the first step's start to the last one's end
  double host_busy_s = 0;
  double device_busy_s = 0;
  Interval card_j;      ///< the card alone, idle power included
  Interval card_net_j;  ///< less its idle power over the whole run
  /// Without gaps from 0 to the last step's end. With one command queue its integral is card_j.value.
  std::vector<PowerSpan> card_w;
  std::string calibration;  ///< what the model was fitted to
};

/// "What if": each field changes one thing of the run that the events describe. What changes the
/// programs themselves (grid, fidelity, memory of the weights) is asked with other events.
struct EstimateOptions {
  std::string card = "n150d";  ///< or "p150": the same programs on its clock, DRAM and bus
  std::optional<HostRates> host = std::nullopt;  ///< default: the notebook's Xeon
  double host_speedup = 1;  ///< all host rates faster by this factor, 0.001 to 1000
  std::optional<double> clock_hz = std::nullopt;  ///< effective clock of the cores, 1e6 to 1e10
  bool bfp8 = false;           ///< operands in 8-bit blocks: 1,088 bytes per tile instead of 2,048
  bool pinned_memory = false;  ///< transfers from and to pinned pages
  bool device_tilize = false;  ///< tiles are made and undone by programs on the card
  int command_queues = 1;      ///< 2: the next forward's transfers hide behind this one's work
  /// TT-Metal keeps compiled kernels on disk, so only a machine's very first run compiles them. true: this is it.
  bool cold_kernels = false;
};

}  // namespace wattention
