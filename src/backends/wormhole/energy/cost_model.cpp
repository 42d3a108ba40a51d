#include "backends/wormhole/energy/cost_model.h"

#include "backends/wormhole/energy/card_energy.h"
#include "backends/wormhole/energy/estimate.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/timing/measure_host.h"
#include "backends/wormhole/timing/rates.h"
#include "backends/wormhole/timing/validation/validate.h"

namespace wattention::wormhole {
namespace {

// A phase multiplies two tiles' mantissas once: 32^3 multiplications and additions on each core.
Ceilings n150d_ceilings() {
  constexpr double product_flops = 2.0 * tile_side * tile_side * tile_side;
  const CardRates& rates = card_rates("n150d");
  Ceilings ceilings{.card = "n150d",
                    .cores = static_cast<int>(n150d().compute_cores()),
                    .clock_hz = rates.effective_clock_hz,
                    .flops_per_s = {},
                    .dram_bytes_per_s = rates.dram_read_bytes_per_s};
  for (const Fidelity fidelity :
       {Fidelity::lofi, Fidelity::hifi2, Fidelity::hifi3, Fidelity::hifi4}) {
    const double cycles = rates.math_cycles_per_phase * static_cast<int>(fidelity);
    ceilings.flops_per_s.emplace_back(fidelity,
                                      ceilings.cores * ceilings.clock_hz * product_flops / cycles);
  }
  return ceilings;
}

class N150dCostModel final : public CostModel {
 public:
  RunEstimate estimate(std::span<const Event> events,
                       const EstimateOptions& options) const override {
    return estimate_run(events, options);
  }
  std::vector<DataSet> validation(const EstimateOptions& options) const override {
    return validation_sets(options);
  }
  std::vector<MeasuredOp> measured_ops() const override { return wormhole::measured_ops(); }
  std::vector<MeasuredProduct> measured_products() const override {
    return wormhole::measured_products();
  }
  double kernel_s(const OpEvent& op, const EstimateOptions& options) const override {
    return profiled_s(op, options);
  }
  Interval idle_w() const override { return idle_energy_j(1, power_rates()); }
  Ceilings ceilings() const override { return n150d_ceilings(); }
  const HostRates& host() const override { return default_host(); }
  HostRates measure_host() const override { return wormhole::measure_host(); }
};

}  // namespace

const CostModel& n150d_cost_model() {
  static const N150dCostModel model;
  return model;
}

}  // namespace wattention::wormhole
