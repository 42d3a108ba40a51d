#include "backends/wormhole/energy/cost_model.h"

#include "backends/wormhole/energy/estimate.h"
#include "backends/wormhole/energy/notebook_power.h"
#include "backends/wormhole/timing/measure_host.h"
#include "backends/wormhole/timing/validation/notebook.h"
#include "backends/wormhole/timing/validation/validate.h"

namespace wattention::wormhole {
namespace {

class N150dCostModel final : public CostModel {
 public:
  RunEstimate estimate(std::span<const Event> events,
                       const EstimateOptions& options) const override {
    return estimate_run(events, options);
  }
  std::vector<DataSet> validation(const EstimateOptions& options) const override {
    return validation_sets(options);
  }
  std::vector<NotebookRun> notebook_runs(const EstimateOptions& options) const override {
    return wormhole::notebook_runs(options);
  }
  NotebookPower notebook_power() const override {
    const std::vector<WallReading> readings = notebook_wall_readings();
    return {readings, card_share_j(readings), std::string(wall_meter_verdict())};
  }
  HostRates measure_host() const override { return wormhole::measure_host(); }
};

}  // namespace

const CostModel& n150d_cost_model() {
  static const N150dCostModel model;
  return model;
}

}  // namespace wattention::wormhole
