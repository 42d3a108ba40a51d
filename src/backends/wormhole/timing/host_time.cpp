#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/timing/timeline.h"

namespace wattention::wormhole {

double host_time_s(const TransferEvent& transfer, const TimeModel& model) {
  const auto elements = static_cast<double>(transfer.elements);
  const double bytes = scaled_bytes(transfer.bytes, model.device());
  const CardRates& card = model.card;
  switch (transfer.step) {
    case TransferEvent::Step::cast: return elements * model.host.cast_s;
    case TransferEvent::Step::tilize: return elements * model.host.tilize_s;
    case TransferEvent::Step::untilize: return elements * model.host.untilize_s;
    case TransferEvent::Step::write:
      return bytes /
             (model.pinned ? card.bus_write_pinned_bytes_per_s : card.bus_write_bytes_per_s);
    case TransferEvent::Step::read:
      return bytes / (model.pinned ? card.bus_read_pinned_bytes_per_s : card.bus_read_bytes_per_s);
  }
  return 0;
}

double host_time_s(const HostEvent& work, const TimeModel& model) {
  const auto elements = static_cast<double>(work.elements);
  switch (work.work) {
    case HostEvent::Work::gemm: return work.flops / model.host.gemm_flops_per_s;
    case HostEvent::Work::draw_uniform: return elements * model.host.uniform_s;
    case HostEvent::Work::draw_normal: return elements * model.host.normal_s;
    case HostEvent::Work::scale: return elements * model.host.scale_s;
    case HostEvent::Work::transpose: return elements * model.host.transpose_s;
  }
  return 0;
}

}  // namespace wattention::wormhole
