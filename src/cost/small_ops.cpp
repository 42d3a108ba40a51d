#include "cost/small_ops.h"

#include <fmt/format.h>
#include <wattention/ops.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "cost/modelled_device.h"
#include "device/value_less.h"

namespace wattention {
namespace {

std::string label_of(const MeasuredOp& op) {
  std::string label = fmt::format("{} {}", op.source, to_string(op.op));
  for (const Shape& shape : op.inputs) {
    std::string sizes;
    for (const std::int64_t size : shape.sizes())
      sizes += fmt::format("{}{}", sizes.empty() ? "" : "x", size);
    label += " " + sizes;
  }
  return fmt::format("{} {} {}", label, op.bfp8 ? "bfp8" : "bf16", to_string(op.memory));
}

Tensor place(const Shape& shape, const MeasuredOp& op, const Device& card) {
  Placement placement;
  placement.memory = op.memory;
  placement.layout = op.layout;
  placement.dtype = DType::bf16;
  return to_device(value_less(shape, DType::bf16), card, placement);
}

double modelled_s(const MeasuredOp& op, const Device& card, EstimateOptions options) {
  options.bfp8 = op.bfp8;
  double seconds = 0;
  for (const OpEvent& program : programs_of(op, card))
    seconds += modelled(card).model.kernel_s(program, options);
  return seconds;
}

}  // namespace

std::vector<OpEvent> programs_of(const MeasuredOp& op, const Device& card) {
  EventLog& log = modelled(card).log;
  OpArguments arguments{{}, op.number, op.attributes};
  for (const Shape& shape : op.inputs) arguments.tensors.push_back(place(shape, op, card));
  log.take();
  log.start();
  run_op(op.op, std::move(arguments));
  log.stop();
  std::vector<OpEvent> programs;
  for (Event& event : log.take())
    if (auto* program = std::get_if<OpEvent>(&event)) programs.push_back(std::move(*program));
  return programs;
}

std::vector<DataSet> small_op_times(const EstimateOptions& options) {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  const std::string source = "calibration/small_ops.csv";
  DataSet fitted{
      "single ops, fitted",
      source,
      "one row of tiles per core: where nothing overlaps, 64 cores wait for each other's "
      "memories",
      {}};
  DataSet held_out{"single ops, held out",
                   source,
                   "measured with a release of 2026, whose kernel clears a tile of the mask with "
                   "1,024 single stores; the release here stores 33",
                   {}};
  for (const MeasuredOp& op : modelled(card).model.measured_ops())
    (op.fitted ? fitted : held_out)
        .rows.push_back({label_of(op), op.kernel_s, modelled_s(op, card, options), op.fitted});
  return {fitted, held_out};
}

std::vector<ErrorBound> small_op_bounds(const DataSet& held_out) {
  double measured_s = 0, modelled_s = 0;
  for (const Comparison& row : held_out.rows) {
    measured_s += row.measured;
    modelled_s += row.modelled;
  }
  const auto beyond = std::ranges::count_if(held_out.rows, [](const Comparison& row) {
    return row.modelled > 2 * row.measured || row.measured > 2 * row.modelled;
  });
  return {
      {held_out.name + ": median", summarize(held_out.rows).median, small_op_promises.median},
      {held_out.name + ": total", std::abs(modelled_s / measured_s - 1), small_op_promises.total},
      {held_out.name + ": rows beyond a factor of two",
       static_cast<double>(beyond) / static_cast<double>(held_out.rows.size()),
       small_op_promises.share_beyond_twice}};
}

}  // namespace wattention
