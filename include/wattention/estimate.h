#pragma once
// What a model says of a run on a device: times, joules, and what bounds each step. Plain data; cost.h makes it.
#include <wattention/device.h>
#include <wattention/interval.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wattention {

/// How fast a host does the work around a card. Seconds per element unless the name says otherwise; an element is one
/// number of the tensor.
struct HostRates {
  std::string name;
  std::string source;  ///< citation, or how and when it was measured

  double cast_s = 0;       ///< f32 to bf16
  double tilize_s = 0;     ///< row major bf16 to 32x32 tiles
  double untilize_s = 0;   ///< and back
  double transpose_s = 0;  ///< a transposed bf16 view made contiguous
  double scale_s = 0;      ///< a bf16 tensor divided by a number
  double uniform_s = 0;    ///< one uniform draw: a weight of nn.Linear
  double normal_s = 0;     ///< one normal draw: an input of the benchmark
  double copy_bytes_per_s = 0;
  double gemm_flops_per_s = 0;  ///< f32, all threads

  double low_factor = 1;  ///< what the true times may be, as a factor of these
  double high_factor = 1;
};

/// The slowest of the units that a step needs.
enum class TimeBound { compute, unpack, noc, dram, dispatch, host };
std::string_view to_string(TimeBound bound);
/// Throws Error{bad_input} for any other word.
TimeBound parse_time_bound(std::string_view word);

/// What a step's time is spent on, in the order of a forward. `prepare` is a module's own: its weights drawn, packed
/// or sent.
enum class Phase {
  prepare,
  host_compute,
  cast,
  tilize,
  write,
  compile,
  dispatch,
  compute,
  read,
  untilize
};
std::string_view to_string(Phase phase);
/// Throws Error{bad_input} for any other word.
Phase parse_phase(std::string_view word);

/// One step on the modelled clock; 0 is the first event's start.
struct TimedStep {
  std::string name;  ///< "matmul", "tilize", ...
  Phase phase = Phase::host_compute;
  /// Which event of the run it belongs to, from 0: an op and its dispatch share one. With
  /// EstimateOptions::device_tilize, of the run as changed.
  std::size_t event = 0;
  bool on_device = false;
  TimeBound bound = TimeBound::host;
  double start_s = 0;
  double duration_s = 0;
  /// The bound's own formula without fill, launch and tail: no program of this kind is faster.
  double closed_form_s = 0;
  CoreGrid grid{0, 0};                                    ///< cores with work; 0x0 on the host
  int cores = 0;                                          ///< with work
  std::string program{};                                  ///< an op's; empty on the host
  std::optional<Fidelity> fidelity = std::nullopt;        ///< an op's
  double flops = 0;                                       ///< of matrix products
  std::vector<std::pair<std::string, double>> units_s{};  ///< each unit's time by itself
  std::vector<std::pair<std::string, double>> bytes{};    ///< by memory or network, as moved
  double card_j = 0;  ///< best guess; 0 for a step that leaves the card at rest

  friend bool operator==(const TimedStep&, const TimedStep&) = default;
};

/// Read and written there: "dram", "l1", "bus", "host", "multicast".
double bytes_of(const TimedStep& step, std::string_view memory);

/// The card's power over a stretch of the modelled clock.
struct PowerSpan {
  double start_s = 0;
  double duration_s = 0;
  bool awake = false;  ///< computing, or its memory serves the bus
  Interval watts{};
  friend bool operator==(const PowerSpan&, const PowerSpan&) = default;
};

struct PhaseEstimate {
  Phase phase = Phase::host_compute;
  double time_s = 0;  ///< busy time, wherever it runs; phases may overlap
  Interval card_j{};  ///< its share of the card's joules; the values add up to the run's
};

struct RunEstimate {
  std::vector<TimedStep> steps;
  std::vector<PhaseEstimate> phases;
  Interval time_s;  ///< from the first step's start to the last one's end
  double host_busy_s = 0;
  double device_busy_s = 0;  ///< until results lie in memory, at the effective clock
  /// What a device profiler would say of all programs, at the clock that profilers assume: launch to the last core's
  /// end, and the math thread's part of it, launch to the last product.
  double profiled_s = 0;
  double math_s = 0;
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
  std::optional<HostRates> host = std::nullopt;  ///< default: default_host() of cost.h
  double host_speedup = 1;  ///< all host rates faster by this factor, 0.001 to 1000
  std::optional<double> clock_hz = std::nullopt;  ///< effective clock of the cores, 1e6 to 1e10
  bool bfp8 = false;           ///< operands in 8-bit blocks: 1,088 bytes per tile instead of 2,048
  bool pinned_memory = false;  ///< transfers from and to pinned pages
  bool device_tilize = false;  ///< tiles are made and undone by programs on the card
  int command_queues = 1;      ///< 2: the next forward's transfers hide behind this one's work
  /// TT-Metal keeps compiled kernels on disk, so only a machine's very first run compiles them. true: this is it.
  bool cold_kernels = false;
  /// Programs are replayed from a trace: the host dispatches none of them, and nothing lies between two but the
  /// device's own gap. The call that starts the replay is not counted.
  bool traced = false;
};

}  // namespace wattention
