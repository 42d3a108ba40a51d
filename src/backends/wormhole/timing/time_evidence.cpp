#include "backends/wormhole/timing/time_evidence.h"

#include <algorithm>
#include <array>

#include "backends/wormhole/program/matmul/config.h"

namespace wattention::wormhole {
namespace {

constexpr std::array<std::string_view, 15> programs{
    "unary, multi core",
    "element wise, multi core",
    "broadcast height and width, multi core",
    "softmax interleaved multi-core",
    "layernorm interleaved multi-core",
    "reduce height, multi core",
    "transpose WH",
    "transpose HC",
    "create heads",
    "concatenate heads",
    "slice, tiles whole",
    "tilize with value padding",
    "untilize with unpadding",
    "reshape",
    "MatmulMultiCore",
};

// Rows of GEMM and of single ops run these.
bool is_one_dimensional(std::string_view program) {
  return program == to_string(MatmulKind::mcast_1d_in0) ||
         program == to_string(MatmulKind::mcast_1d_in1);
}

}  // namespace

std::span<const std::string_view> measured_programs() {
  return programs;
}

TimeEvidence time_evidence(const OpEvent& op) {
  if (op.program == to_string(MatmulKind::mcast_2d)) return TimeEvidence::multicast;
  const bool measured =
      is_one_dimensional(op.program) || std::ranges::find(programs, op.program) != programs.end();
  return measured ? TimeEvidence::single_op : TimeEvidence::none;
}

std::string_view to_string(TimeEvidence evidence) {
  switch (evidence) {
    case TimeEvidence::multicast: return "published GEMM times";
    case TimeEvidence::single_op: return "published times of single ops";
    case TimeEvidence::none: return "unverified";
  }
  return {};
}

double interval_factor(const OpEvent& op, IntervalEnd end, const CardRates& rates) {
  if (end == IntervalEnd::value) return 1;
  const bool low = end == IntervalEnd::low;
  switch (time_evidence(op)) {
    case TimeEvidence::multicast: return low ? rates.low_factor : rates.high_factor;
    case TimeEvidence::single_op: return low ? rates.stream_low_factor : rates.stream_high_factor;
    case TimeEvidence::none: break;
  }
  return low ? rates.unmeasured_low_factor : rates.unmeasured_high_factor;
}

}  // namespace wattention::wormhole
