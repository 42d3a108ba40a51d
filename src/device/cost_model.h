#pragma once
// A device's model of time and energy, where it has one: estimates, and how far to trust them.
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "device/estimate.h"
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

/// One row of the notebook's count or core-grid table, measured there and predicted here.
struct NotebookRun {
  std::string variant;  ///< "cpu", "naive", "resident"
  CoreGrid core_grid;   ///< resident only
  std::int64_t count = 0;
  double measured_s = 0;
  double predicted_s = 0;
  bool grid_table = false;
  bool calibrated = false;  ///< the one row that set a constant
};

/// One column of the notebook's power table with its joules per forward (or per tensor created).
struct WallReading {
  std::string config;  ///< "cpu", "resident", "create_tensors"
  double baseline_w = 0;
  double active_w = 0;
  double total_s = 0;
  std::int64_t count = 0;

  double forward_s() const { return total_s / static_cast<double>(count); }
  double gross_j() const { return active_w * forward_s(); }
  double net_j() const { return (active_w - baseline_w) * forward_s(); }
};

struct NotebookPower {
  std::vector<WallReading> readings;
  Interval card_share_j;  ///< per resident forward, idle included: what the readings allow the card
  std::string verdict;    ///< what that meter can and cannot tell, in one sentence
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

  /// The model against published measurements, each row (device/validation.h). Of the options, card and clock
  /// change what is predicted of kernels; all do for the notebook's runs.
  virtual std::vector<DataSet> validation(const EstimateOptions& options) const = 0;
  virtual std::vector<NotebookRun> notebook_runs(const EstimateOptions& options) const = 0;
  virtual NotebookPower notebook_power() const = 0;
  virtual Ceilings ceilings() const = 0;

  /// Measures this machine for EstimateOptions::host. Takes about a second.
  virtual HostRates measure_host() const = 0;
};

}  // namespace wattention
