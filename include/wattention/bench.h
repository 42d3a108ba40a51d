#pragma once
// Benchmarks: axes in, records out. One case is a loop: a new module, then one forward for each of
// `count` different tensors of the stream. docs/measuring.md says what is timed and when it stops.
#include <wattention/cost.h>
#include <wattention/device.h>
#include <wattention/dtype.h>
#include <wattention/energy.h>
#include <wattention/estimate.h>
#include <wattention/nn.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wattention {

/// One point of the axes.
struct BenchCase {
  std::string device = "cpu";
  Variant variant = Variant::fused;
  DType dtype = DType::f32;
  std::int64_t tokens = 1024;
  std::int64_t embed_dim = 2048;
  std::int64_t head_dim = 2048;
  std::int64_t count = 1;               ///< tensors, one forward each
  std::optional<CoreGrid> core_grid{};  ///< resident only
  std::optional<Fidelity> fidelity{};   ///< naive and resident only
  bool fold_projections = false;        ///< fused only
  int threads = 0;                      ///< as asked for; 0: all
  std::string kernel{};                 ///< as asked for; empty: the device's choice
  std::string host{};  ///< whose times a model takes, by profile; empty: default_host()'s
  HeadsCase heads{};   ///< head_dim is then embed_dim / heads

  friend bool operator==(const BenchCase&, const BenchCase&) = default;
};

/// "cpu/fused/f32/tokens:1024/embed_dim:2048/head_dim:2048/count:100", and what was asked for beyond it.
std::string name_of(const BenchCase& bench_case);

/// Lists whose product gives the cases. Throws Error{bad_input} from cases_of() for an empty or absurd axis.
struct BenchAxes {
  std::vector<std::string> devices{"cpu"};
  std::vector<Variant> variants{};  ///< empty: what the device does best
  std::vector<DType> dtypes{};      ///< empty: f32; bf16 for naive and resident
  std::vector<std::int64_t> tokens{1024};
  std::vector<std::int64_t> embed_dims{2048};
  std::vector<std::int64_t> head_dims{2048};
  std::vector<std::int64_t> counts{100};
  std::vector<CoreGrid> core_grids{};  ///< resident only; empty: the module's default
  std::vector<Fidelity> fidelities{};  ///< naive and resident only; empty: the release's default
  std::vector<bool> fold_projections{false};  ///< fused only
  std::vector<int> threads{0};
  std::vector<std::string> kernels{""};
  std::vector<std::string> hosts{""};    ///< naive and resident only; see BenchOptions::hosts
  std::vector<int> heads{0};             ///< 0: the one-headed module; else MultiHeadAttention's
  std::vector<int> kv_heads{0};          ///< of heads; 0: as many
  std::vector<bool> is_causal{false};    ///< of heads
  std::vector<std::int64_t> batches{1};  ///< of heads
  std::vector<std::int64_t> pasts{0};    ///< of heads: tokens in the cache
};

/// The machine around a modelled card.
struct HostProfile {
  std::optional<HostRates> rates{};  ///< empty: the model's own host
  double speedup = 1;                ///< all rates faster by this factor
};

/// When a case has been repeated often enough: once min_repeats and min_time_s are reached, at the first of
/// spread, repeats and time. max_time_s comes before everything but the first repeat.
struct StoppingLimits {
  int min_repeats = 3;
  int max_repeats = 30;
  double min_time_s = 0.5;   ///< on the clock, all repeats together
  double max_time_s = 10.0;  ///< of a case; longer counts are timed on a part
  double max_spread = 0.02;  ///< Statistics::spread of the time per forward
};

/// Why a case ended.
enum class StopReason { spread, max_repeats, max_time };
std::string_view to_string(StopReason reason);

/// Where a number comes from: times know the same words as energy.
using Source = EnergySource;

/// A number with its source, or the reason why there is none. Absent is never 0.
struct Figure {
  std::optional<double> value;
  std::optional<Source> source;
  std::string reason;
  std::optional<Interval> range{};  ///< of `value`, where its ends are known

  static Figure of(double value, Source source) { return {value, source, {}}; }
  static Figure of(const Interval& range, Source source) {
    return {range.value, source, {}, range};
  }
  static Figure absent(std::string reason) {
    return {std::nullopt, std::nullopt, std::move(reason)};
  }
};

/// One run through the loop, in milliseconds of the wall clock unless named otherwise.
struct BenchRepeat {
  std::int64_t forwards = 0;    ///< timed: `count`, or fewer when the rest is extrapolated
  double prepare_ms = 0;        ///< drawing the weights, moving or packing them
  double first_forward_ms = 0;  ///< the first one pays for first touches
  double forwards_ms = 0;       ///< all timed forwards, the first among them
  double forwards_cpu_ms = 0;   ///< processor time of all threads over the same window
};

/// All forwards of `count` tensors: the timed ones, and for the rest the mean of the timed ones after the first.
double forwards_ms_of(const BenchRepeat& repeat, std::int64_t count);

/// Order statistics and moments of the samples.
struct Statistics {
  double min = 0, median = 0, mean = 0;
  double stddev = 0;  ///< of the sample (n - 1); 0 for one sample
  double spread = 0;  ///< interquartile range / (1.349 median): robust stddev / mean
};

/// How far the context of the stream's first tensor is from the one that float64 computes from the same tensor and
/// weights, before any rounding. Looked at on rows spread evenly over the tokens: all rows of a large shape would take
/// float64 longer than everything else.
struct BenchError {
  double relative_l2 = 0;   ///< norm of the errors over the norm of the exact values
  double max_relative = 0;  ///< largest error over its row's largest exact magnitude
  double pcc = 1;           ///< Pearson's correlation coefficient
  std::int64_t rows = 0;    ///< of the context that were looked at
  friend bool operator==(const BenchError&, const BenchError&) = default;
};

/// What one sensor, or the model, says of a forward; gross and net stand side by side.
struct SensorRecord {
  std::string meter;  ///< as open_meter takes it, or "model"
  MeterScope scope = MeterScope::package;
  Figure gross_j;  ///< per forward, idle power included
  Figure net_j;    ///< per forward, less the power at rest
  std::optional<double> idle_before_w{}, idle_after_w{};
  double window_s = 0;
  std::int64_t forwards = 0;  ///< in the window
};

/// What the device reaches at most, measured between the repeats on the case's threads, or a modelled card's.
struct BenchCeiling {
  std::string kernel;      ///< whose inner loop ran with its operands in L1; of a card its fidelity
  double flops_per_s = 0;  ///< of that loop
  double read_bytes_per_s =
      0;  ///< of reading as many bytes as a forward reads of weights and cache
  friend bool operator==(const BenchCeiling&, const BenchCeiling&) = default;
};

/// What one of several processes did for a record: see BenchTeam.
struct BenchRank {
  std::string host;
  int threads = 0;
  std::int64_t forwards = 0;       ///< its part of the case's tensors
  double time_per_forward_ms = 0;  ///< measured: the median of its repeats
  std::string energy_meter{};      ///< of its host, where this rank reads it
  Figure energy_j{};               ///< gross, for each forward of its host
};

/// One case's outcome.
struct BenchRecord {
  BenchCase axes;
  std::string skipped;  ///< why it did not run; empty when it did

  std::string kernel;  ///< what ran; the ops' kernels, joined by '+'
  std::string isa;     ///< its instruction set, where the device names one
  int threads = 0;     ///< host threads used
  std::vector<BenchRepeat> repeats;
  std::optional<StopReason> stopped_by;
  bool extrapolated = false;  ///< fewer forwards were timed than `count`

  Statistics wall_ms;          ///< per forward, over the repeats
  Figure time_per_forward_ms;  ///< the device's time
  Figure total_ms;             ///< prepare and `count` forwards: what a loop costs from its start
  /// Per forward: wall time of a software model. It tells nothing of the chip.
  std::optional<double> simulation_time_ms;
  std::map<Phase, double> phases_ms;   ///< per forward; `prepare` once per module
  std::map<Phase, double> phases_j{};  ///< of energy_j, where it is modelled
  std::vector<TimedStep> steps;        ///< of a modelled forward in the steady state
  std::vector<PowerSpan> card_w{};     ///< over the same forward; its integral is energy_j
  /// Per forward: gross, of the first sensor that answered; modelled: the card's alone.
  Figure energy_j;
  Figure energy_net_j;         ///< of the same sensor
  std::string energy_meter{};  ///< its name; empty where none answered
  std::optional<MeterScope> energy_scope{};
  std::vector<SensorRecord> sensors{};  ///< all that were asked, the silent ones with their reason
  std::vector<std::string> sensor_comparisons{};  ///< a sentence for each two that answered
  std::optional<BenchError> error{};              ///< where BenchOptions asks for it
  std::optional<BenchCeiling> ceiling{};          ///< of heads, where the device has one
  /// By rank, where several processes shared the tensors. Times are then the slowest's, energies sums over hosts.
  std::vector<BenchRank> ranks{};
};

/// Where and with what the records were made.
struct BenchContext {
  std::string date;  ///< ISO 8601, UTC
  std::string host_name;
  std::string command;  ///< as typed
  std::string cpu_model;
  int cpu_cores = 0;   ///< that this process may use
  double cpu_mhz = 0;  ///< as the kernel tells at start; 0 when it does not
  std::uint64_t memory_bytes = 0;
  std::string system;  ///< kernel name and release
  std::string compiler;
  std::string compiler_flags;
  std::string build_type;
  std::string version;  ///< wattention's
};

struct BenchRun {
  BenchContext context;
  std::vector<BenchRecord> records;
  bool interrupted = false;  ///< the records are those that were finished
};

/// Where a running benchmark is.
struct BenchProgress {
  std::size_t case_index = 0;  ///< from 0
  std::size_t cases = 0;
  std::string_view name;
  int repeat = 0;                     ///< from 1; 0 while warming up
  std::int64_t forward = 0;           ///< finished in this repeat
  std::int64_t forwards = 0;          ///< of this repeat
  double spread = 0;                  ///< so far
  std::optional<double> remaining_s;  ///< from the mean of the finished cases
};

/// Watches a run. All calls come from the thread that called run_bench(), outside the clock.
class BenchObserver {
 public:
  virtual ~BenchObserver() = default;
  virtual void on_progress(const BenchProgress&) {}
  /// `run` holds all records so far, the new one last.
  virtual void on_record(const BenchRun& run) { (void)run; }
  /// Asked between blocks of forwards; true ends the run with what is finished.
  virtual bool stop_requested() { return false; }
};

/// The processes that measure a case together, each a part of its tensors. All of them run the same cases.
class BenchTeam {
 public:
  virtual ~BenchTeam() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Where a rank runs.
  virtual std::string host(int rank) const = 0;
  /// Each rank's words, once all have given theirs. `stop` is asked while it waits; on true it throws
  /// Error{interrupted}. Throws Error{io} where a rank cannot be reached, or keeps the others waiting too long.
  virtual std::vector<std::string> gather(const std::string& own,
                                          const std::function<bool()>& stop) = 0;
};

/// Which sensors are read while a measured case's forwards run, and where they are looked for.
struct MeterChoice {
  /// By name; "auto": those that see the device's chip, as far as they answer. Empty: none.
  std::vector<std::string> names{"auto"};
  MeterOptions options{};
};

struct BenchOptions {
  StoppingLimits limits{};
  std::uint64_t seed = 789;            ///< of the stream and, anew, of the weights
  std::size_t ring_bytes = 64u << 20;  ///< tensors drawn ahead: all that the stream needs
  std::string command{};               ///< for the records; empty: this process's own
  bool simulate = true;  ///< false: a simulated device's cases are only modelled, at any size
  MeterChoice meters{};
  std::map<std::string, HostProfile> hosts{};  ///< what BenchCase::host names
  /// Of which cases BenchRecord::error is wanted; empty: of none. Costs one forward with values per series of counts,
  /// and some seconds of float64 per shape.
  std::function<bool(const BenchCase&)> measure_error{};
  BenchTeam* team = nullptr;  ///< of this process and others, which share each case's tensors
};

/// The cases of the axes in order, count fastest. Axes that mean nothing to a variant do not multiply its cases.
/// Opens the devices when `variants` is empty. Throws Error{bad_input} for sizes below 1, Error{absent} for a
/// device that cannot open or a kernel that none of the devices has.
std::vector<BenchCase> cases_of(const BenchAxes& axes);

/// Measures each case. One that cannot run becomes a record with `skipped` set. Throws Error{absent} for a meter that
/// was asked for by name and does not answer.
BenchRun run_bench(const std::vector<BenchCase>& cases, const BenchOptions& options = {},
                   BenchObserver* observer = nullptr);
BenchRun run_bench(const BenchAxes& axes, const BenchOptions& options = {},
                   BenchObserver* observer = nullptr);

/// Google Benchmark's JSON, with the records' fields flat in each row.
std::string to_json(const BenchRun& run);
/// The inverse. Throws Error{bad_input} for text that to_json did not write.
BenchRun bench_from_json(std::string_view text);

}  // namespace wattention
