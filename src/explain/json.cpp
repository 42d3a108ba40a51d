// An explanation as JSON: what the table says, and what it leaves out.
#include <nlohmann/json.hpp>

#include "explain/recorder.h"

namespace wattention {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no infinities.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json json_of(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

Json json_of(const std::optional<ErrorFigures>& figures) {
  if (!figures) return nullptr;
  return {{"relative_l2", number(figures->relative_l2)},
          {"max_abs", number(figures->max_abs)},
          {"max_ulp", number(figures->max_ulp)},
          {"pcc", number(figures->pcc)},
          {"bias", number(figures->bias)},
          {"not_finite", figures->not_finite}};
}

Json json_of(const std::vector<ExplainedTensor>& tensors) {
  Json list = Json::array();
  for (const ExplainedTensor& tensor : tensors)
    list.push_back({{"shape", tensor.shape.sizes()},
                    {"dtype", to_string(tensor.dtype)},
                    {"layout", to_string(tensor.layout)},
                    {"memory", to_string(tensor.memory)},
                    {"sharded", tensor.shards ? Json(to_string(Sharding{.layout = *tensor.shards}))
                                              : Json(nullptr)}});
  return list;
}

Json json_of(const ExplainedOp& op) {
  Json row;
  row["file"] = op.site.file;
  row["line"] = op.site.line;
  row["site"] = to_string(op.site);
  row["word"] = op.site.word;
  row["op"] = op.op;
  row["operands"] = json_of(op.operands);
  row["results"] = json_of(op.results);
  row["attributes"] = op.attributes;
  row["calls"] = op.calls;
  row["shapes"] = op.shapes;
  row["programs"] = op.programs;
  row["details"] = Json::object();
  for (const auto& [name, value] : op.details) row["details"][name] = value;
  row["fidelity"] = op.fidelity ? Json(to_string(*op.fidelity)) : Json(nullptr);
  row["fp32_accumulate"] = op.fp32_accumulate;
  row["cores"] = op.cores;
  row["evidence"] = op.evidence;
  row["modelled_ms"] = 1e3 * op.time_s;
  row["modelled_j"] = op.card_j;
  row["bound"] = op.bound ? Json(to_string(*op.bound)) : Json(nullptr);
  row["own"] = json_of(op.own);
  row["total"] = json_of(op.total);
  row["inherited"] = number(op.inherited);
  row["why_unmeasured"] = op.why_unmeasured;
  row["cause"] = to_string(op.cause);
  row["because"] = op.because;
  return row;
}

}  // namespace

std::string to_json(const Explanation& explanation) {
  constexpr double ms = 1e3;
  Json made;
  made["format"] = "wattention explain 1";
  made["release"] = explanation.release;
  made["outputs"] = json_of(explanation.outputs);
  made["modelled_ms"] = json_of(Interval{ms * explanation.time_s.value, ms * explanation.time_s.low,
                                         ms * explanation.time_s.high});
  made["modelled_card_ms"] = ms * explanation.device_s;
  double busy_j = 0;
  for (const ExplainedOp& op : explanation.ops) busy_j += op.card_j;
  made["modelled_busy_j"] = busy_j;
  made["modelled_j"] = json_of(explanation.card_j);
  made["calibration"] = explanation.calibration;
  made["ops"] = Json::array();
  for (const ExplainedOp& op : explanation.ops) made["ops"].push_back(json_of(op));
  made["calls"] = Json::array();  // row, start and duration in ms on the modelled clock
  for (const ExplainedCall& call : explanation.calls)
    made["calls"].push_back({call.row, ms * call.start_s, ms * call.time_s});
  made["worst"] = {{"error", explanation.worst_by_error()},
                   {"time", explanation.worst_by_time()},
                   {"energy", explanation.worst_by_energy()},
                   {"amplified", explanation.amplifiers()}};
  return made.dump(1);
}

}  // namespace wattention
