#pragma once
// Who looks on at what a device is asked to do: each op, each transfer, and the events that they leave.
#include <wattention/device.h>

#include <vector>

#include "device/events.h"
#include "device/op_call.h"

namespace wattention {

/// Stands between ops and a device (Backend::observe). It hands each call on to the device, and may look at operands
/// before and results after.
class CallObserver {
 public:
  virtual ~CallObserver() = default;

  /// In the place of device.run_all(call), which refusal() has let pass.
  virtual std::vector<Tensor> run(Backend& device, const OpCall& call) = 0;
  /// In the place of device.upload(host, placement).
  virtual Tensor upload(Backend& device, const Tensor& host, const Placement& placement) = 0;
  /// In the place of device.download(tensor).
  virtual Tensor download(Backend& device, const Tensor& tensor) = 0;
  /// Called by the device within those, in the order of its queue.
  virtual void happened(const Event& event) = 0;
  /// What a device that was opened with `explain` would report of the program that it runs now.
  virtual void reported(const OpReport& report) = 0;
};

}  // namespace wattention
