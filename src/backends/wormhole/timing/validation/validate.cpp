#include "backends/wormhole/timing/validation/validate.h"

#include "backends/wormhole/timing/what_if.h"

namespace wattention::wormhole {

std::vector<DataSet> validation_sets(const EstimateOptions& options) {
  const TimeModel model = time_model(options);
  CardRates card = model.card;
  card.effective_clock_hz = model.clock_hz;
  return {gemm_kernel_times(card), gemm_wall_times(card), exp_kernel_times(card),
          reshard_times(card)};
}

}  // namespace wattention::wormhole
