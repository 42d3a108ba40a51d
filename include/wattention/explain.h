#pragma once
// The doctor: what each op of a program did to its numbers, what it would take on the card, and why.
#include <wattention/device.h>
#include <wattention/estimate.h>
#include <wattention/op_attributes.h>
#include <wattention/sharding.h>
#include <wattention/tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wattention {

/// How far a result is from float64's.
struct ErrorFigures {
  double relative_l2 = 0;  ///< norm of the errors over the norm of the exact values
  double max_abs = 0;
  double max_ulp = 0;  ///< in units in the last place of the result's dtype
  double pcc = 1;      ///< Pearson's correlation coefficient; 0 where a value is not_finite
  /// Errors away from 0, summed, over the sum of exact magnitudes: -0.03 where results are 3 % too small.
  double bias = 0;
  std::int64_t not_finite = 0;  ///< infinite where the exact value is finite; in no other figure
};

/// Why a result is off. Each is deduced from what the op did, not from its name.
enum class Cause {
  none,              ///< exact
  result_rounding,   ///< no more than the rounding of the result to its dtype
  slices_dropped,    ///< the fidelity leaves out low bits of the operands
  dst_rounding,      ///< sums rounded to 8 bits on their way along K
  stalled_sum,       ///< sums whose roundings lean to one side, as the next term is far below them
  exp_approximated,  ///< the vector unit's quick exponential
  maximum_kept,      ///< exponentials of rows whose largest value was not subtracted
  padding_counted,   ///< rows of a softmax whose sums hold what fills their last tile up
  block_format,      ///< 16 neighbours with one exponent
  number_cut,        ///< a number that lost its low bits on the way to bf16
  operands_cut,      ///< f32 operands of which the registers hold less
  approximated       ///< the kernel's own approximation
};
std::string_view to_string(Cause cause);

struct ExplainedTensor {
  Shape shape;
  DType dtype = DType::bf16;
  Layout layout = Layout::tile;
  Memory memory = Memory::dram;
  std::optional<ShardLayout> shards = std::nullopt;
  friend bool operator==(const ExplainedTensor&, const ExplainedTensor&) = default;
};

/// Where a program called an op.
struct CallSite {
  std::string file;
  int line = 0;
  std::string
      word;  ///< that the program called, of the ops that it is made of; empty: the op itself
  friend bool operator==(const CallSite&, const CallSite&) = default;
};
/// "model.py:12": the file without its folders.
std::string to_string(const CallSite& site);

/// One line of a program: an op or a transfer, or many calls alike.
struct ExplainedOp {
  CallSite site;
  std::string op;  ///< of the table; or to_device, to_host
  std::vector<ExplainedTensor> operands;
  std::vector<ExplainedTensor> results;
  std::string attributes;  ///< as they were set: "fidelity=hifi4 dim=-1"
  std::int64_t calls = 1;
  std::int64_t shapes = 1;  ///< more: the first calls had those above

  std::vector<std::string> programs;  ///< that ran
  /// What the program says of itself: {"in0_block_w", "2"}, ...; of several the one that multiplies.
  std::vector<std::pair<std::string, std::string>> details;
  std::optional<Fidelity> fidelity;  ///< of a matrix unit that multiplied
  bool fp32_accumulate = false;
  int cores = 0;
  std::string evidence;  ///< "printed", "library", "unverified"; empty for transfers

  double time_s = 0;  ///< modelled, of all calls: on the card; of a transfer host and bus, too
  double card_j = 0;  ///< while the card works on it
  std::optional<TimeBound> bound;

  /// Of the worst call: against float64 on the same rounded operands; against the float64 values that ride along
  /// from the unrounded inputs on. Missing without values, and where float64 knows no such op.
  std::optional<ErrorFigures> own;
  std::optional<ErrorFigures> total;
  double inherited = 0;  ///< the largest total error of an operand, relative
  std::string why_unmeasured;
  Cause cause = Cause::none;
  std::string because;  ///< the cause in a sentence

  bool is_transfer() const { return op == "to_device" || op == "to_host"; }
};

/// One call on the modelled clock: an op's program on the card, a transfer with the host's part.
struct ExplainedCall {
  std::size_t row = 0;  ///< of Explanation::ops
  double start_s = 0;
  double time_s = 0;
};

struct Explanation {
  std::vector<ExplainedOp> ops;      ///< in the order of their first calls
  std::vector<ExplainedCall> calls;  ///< all, in their order
  /// What the program read back, or its last result: the worst of them against the float64 values beside them.
  std::optional<ErrorFigures> outputs;
  Interval time_s{};  ///< modelled, of the whole run, transfers and host included
  Interval card_j{};  ///< the card's, rest included
  double device_s = 0;
  std::string release;
  std::string calibration;

  /// The rows that cost most, as indices of `ops`: at most `count` that cost anything.
  std::vector<std::size_t> worst_by_error(std::size_t count = 3) const;
  std::vector<std::size_t> worst_by_time(std::size_t count = 3) const;
  std::vector<std::size_t> worst_by_energy(std::size_t count = 3) const;
  /// Those whose total error is far above their own and their operands' together.
  std::vector<std::size_t> amplifiers(std::size_t count = 3) const;
};

/// What to try instead: attributes that calls at some line get on top of their own. An op takes those of role `how`;
/// to_device takes memory and output_dtype.
struct Change {
  std::string site = {};  ///< as to_string(CallSite) has it; empty: everywhere
  std::string op =
      {};  ///< of the table, or to_device; empty: any. Those that do not take the attributes stay
  OpAttributes attributes = {};
};

/// Looks on at devices, and at the float64 values of their tensors. What it does costs time and memory only for devices
/// that it watches. Threads may share it; their ops run one after the other.
class Explainer {
 public:
  Explainer();
  ~Explainer();
  Explainer(Explainer&& other) noexcept;
  Explainer& operator=(Explainer&& other) noexcept;

  /// From now on. Set while no op of it is on its way.
  void watch(const Device& device);
  /// No device any more; what was seen stays.
  void leave();
  /// Asked before each op and transfer, in the caller's thread.
  void locate(std::function<CallSite()> locator);
  /// `host` was made of `source` by rounding: its float64 values are those of `source`.
  void rounded(const Tensor& source, const Tensor& host);
  /// Of a tensor on a watched device, or one that was sent to the host from there: the float64 values beside it, on the
  /// host in its shape. Nothing where none are known, as of what the host computed.
  std::optional<Tensor> exact_values(const Tensor& tensor) const;
  /// From now on each transfer to a device, product, softmax and attention ends a stage: ops behind it start from what
  /// the device had there, so that a total error is that of its stage alone.
  void restart_at_stages();
  /// For calls from now on. Throws Error{bad_input} for attributes that say what is computed. A call that the device
  /// refuses as changed throws its Error.
  void change(Change change);

  Explanation explanation() const;
  /// From now on no float64: rows have time and energy alone.
  void skip_errors();
  /// From now on keep every call's tensors and the buffers that live behind it, for journal_json().
  void keep_journal();
  /// For the journal, around the release of a tensor's memory by its owner: a call that the device does not see.
  void releasing(const Tensor& tensor);
  void released(const Device& device);
  /// Of what was kept: tensors, calls and memories as JSON, for reports of the memory's layout.
  std::string journal_json() const;
  /// Of all that was seen, step by step. Empty where no device has a model of time.
  RunEstimate estimate() const;

 private:
  class Recorder;
  std::unique_ptr<Recorder> recorder_;
};

/// What the program does on the device while it runs.
Explanation explain(const Device& device, const std::function<void()>& program);

/// The rows as a table, then what costs most and why.
std::string to_text(const Explanation& explanation);
std::string to_json(const Explanation& explanation);

}  // namespace wattention
