#pragma once
// A device's model of time and energy, where it has one: estimates, and how far to trust them.
#include <wattention/estimate.h>
#include <wattention/op_table.h>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "device/events.h"

namespace wattention {

/// One measured figure and what the model says of it, in the data set's unit.
struct Comparison {
  std::string label;
  double measured = 0;
  double modelled = 0;
  bool fitted = false;  ///< the measurement helped to set the model's constants
  double error() const { return modelled / measured - 1; }
};

struct DataSet {
  std::string name;
  std::string source;
  std::string why_worst;  ///< why the model misses where it misses most
  std::vector<Comparison> rows;
};

/// One op of a published profile, called as a program would call it.
struct MeasuredOp {
  std::string source;
  Op op = Op::add;
  std::vector<Shape> inputs;
  std::optional<double> number = std::nullopt;  ///< in the second tensor's place
  OpAttributes attributes;
  Layout layout = Layout::tile;
  Memory memory = Memory::dram;  ///< of inputs and result
  bool bfp8 = false;
  double kernel_s = 0;  ///< what the profiler said: launch to the last core's end
  bool fitted = false;
};

/// A published product without a program config, [m, k] by [k, n]. What was not measured is empty.
struct MeasuredProduct {
  std::string source;
  std::int64_t m = 0, k = 0, n = 0;
  DType a = DType::bf16, b = DType::bf16;
  Memory a_memory = Memory::dram, out_memory = Memory::dram;
  bool traced = false;  ///< the loop was: no dispatch between calls
  std::optional<double>
      math_s{};  ///< of the math thread: launch to the last product, nominal clock
  std::optional<double> profiled_s{};  ///< launch to the last core's end, nominal clock
  std::optional<double> wall_s{};      ///< of a call in a long loop
  bool fitted = false;
};

/// What no program on the card exceeds: the lines of its roofline.
struct Ceilings {
  std::string card;                                      ///< "n150d"
  int cores = 0;                                         ///< that compute
  double clock_hz = 0;                                   ///< the model's effective one
  std::vector<std::pair<Fidelity, double>> flops_per_s;  ///< matrix products, all cores together
  double dram_bytes_per_s = 0;                           ///< reads
};

class CostModel {
 public:
  virtual ~CostModel() = default;

  /// Time and energy of a run that went as `events` say. Throws Error{bad_input} or Error{absent} for
  /// options out of range.
  virtual RunEstimate estimate(std::span<const Event> events,
                               const EstimateOptions& options) const = 0;

  /// The model against published measurements of kernels and networks, each row (device/validation.h). Of the
  /// options, card and clock change what is predicted.
  virtual std::vector<DataSet> validation(const EstimateOptions& options) const = 0;
  /// Published times of single ops. Who may call ops holds the model against them (cost/small_ops.h).
  virtual std::vector<MeasuredOp> measured_ops() const = 0;
  /// Published times of products (cost/products.h).
  virtual std::vector<MeasuredProduct> measured_products() const = 0;
  /// What a device profiler would say of a program, at the card's nominal clock.
  virtual double kernel_s(const OpEvent& op, const EstimateOptions& options) const = 0;
  virtual Ceilings ceilings() const = 0;
  /// The card's power at rest.
  virtual Interval idle_w() const = 0;

  /// The machine that estimates assume around the card unless told otherwise.
  virtual const HostRates& host() const = 0;
  /// Measures this machine for EstimateOptions::host. Takes about a second.
  virtual HostRates measure_host() const = 0;
};

}  // namespace wattention
