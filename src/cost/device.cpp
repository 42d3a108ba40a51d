#include <wattention/cost.h>

#include "base/fail.h"
#include "cost/modelled_device.h"

namespace wattention {

ModelledDevice modelled(const Device& device) {
  Backend& backend = device.backend();
  EventLog* const log = backend.event_log();
  const CostModel* const model = backend.cost_model();
  if (log == nullptr || model == nullptr)
    fail(ErrorKind::unsupported,
         "[estimate] expected a device with a time model (wormhole); found {}", device.name());
  return {*model, *log};
}

void start_events(const Device& device) {
  EventLog& log = modelled(device).log;
  log.take();
  log.start();
}

RunEstimate estimate(const Device& device, const EstimateOptions& options) {
  const auto [model, log] = modelled(device);
  log.stop();
  return model.estimate(log.take(), options);
}

HostRates default_host() {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  return modelled(card).model.host();
}

}  // namespace wattention
