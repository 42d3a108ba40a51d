// Published times of single ops: the rows as calls.
#include <algorithm>
#include <sstream>

#include "backends/wormhole/timing/csv.h"
#include "backends/wormhole/timing/device_time.h"
#include "backends/wormhole/timing/embedded.h"
#include "backends/wormhole/timing/validation/validate.h"
#include "backends/wormhole/timing/what_if.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, between);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

Shape parse_sizes(const std::string& text) {
  std::vector<std::int64_t> sizes;
  for (const std::string& size : split(text, 'x')) sizes.push_back(std::stoll(size));
  return Shape(std::span<const std::int64_t>(sizes));
}

// "dims=0/2/1/3 keepdim=true": the table's commas are between fields.
OpAttributes parse_attributes(const std::string& text) {
  OpAttributes attributes;
  for (const std::string& word : split(text, ' ')) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    std::string value = word.substr(equals + 1);
    std::ranges::replace(value, '/', ',');
    const auto row = std::ranges::find(attribute_rows(), name, &AttributeRow::name);
    expect(row != attribute_rows().end(), "[calibration] expected an attribute; found '{}'", name);
    parse_attribute(attributes, row->attribute, value);
  }
  return attributes;
}

MeasuredOp read_op(const CsvRow& row) {
  MeasuredOp op;
  op.source = row.text("source");
  op.op = find_op(row.text("op")).op;
  for (const std::string& input : split(row.text("inputs"), ';'))
    op.inputs.push_back(parse_sizes(input));
  if (!row.text("number").empty()) op.number = row.number("number");
  op.attributes = parse_attributes(row.text("attributes"));
  op.layout = parse_layout(row.text("layout"));
  op.memory = parse_memory(row.text("memory"));
  op.bfp8 = row.text("dtype") == "bfp8";
  op.kernel_s = row.number("kernel_us") * 1e-6;
  op.fitted = row.text("set") == "fit";
  return op;
}

}  // namespace

std::vector<MeasuredOp> measured_ops() {
  std::vector<MeasuredOp> ops;
  for (const CsvRow& row : parse_csv(embedded_small_ops()).rows) ops.push_back(read_op(row));
  return ops;
}

double profiled_s(const OpEvent& op, const EstimateOptions& options) {
  const TimeModel model = time_model(options);
  const double clock_hz = model.card.nominal_clock_hz;
  return device_time(op, {model.card, clock_hz, model.tile_bytes}).seconds(clock_hz);
}

}  // namespace wattention::wormhole
