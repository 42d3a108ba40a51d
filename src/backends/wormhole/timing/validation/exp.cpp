// Published times of the unary exp: a step per tile and core.
#include <fmt/format.h>

#include "backends/wormhole/timing/csv.h"
#include "backends/wormhole/timing/embedded.h"
#include "backends/wormhole/timing/exp_time.h"
#include "backends/wormhole/timing/validation/validate.h"

namespace wattention::wormhole {
namespace {

std::int64_t tile_bytes(const std::string& dtype) {
  if (dtype == "float32" || dtype == "uint32") return 4096;
  return dtype == "bfloat8" ? 1088 : 2048;
}

void add_rows(const CsvTable& table, bool in_dram, const CardRates& card, DataSet& set) {
  for (const CsvRow& row : table.rows) {
    const ExpProblem problem{row.integer("tiles"), tile_bytes(row.text("dtype")), in_dram};
    set.rows.push_back(
        {fmt::format("{} {} tiles {}", row.text("dtype"), problem.tiles, in_dram ? "DRAM" : "L1"),
         row.number("kernel_ns") * 1e-9, exp_kernel_s(problem, card), true});
  }
}

}  // namespace

DataSet exp_kernel_times(const CardRates& card) {
  const CsvTable dram = parse_csv(embedded_exp_dram());
  const CsvTable l1 = parse_csv(embedded_exp_l1());
  DataSet set{
      "exp, device kernel",
      dram.source,
      "in a stretch of the source, times and shapes are out of step (17,760 tiles in 5 us, 75 "
      "tiles in 1.8 ms): no model can follow it",
      {}};
  add_rows(dram, true, card, set);
  add_rows(l1, false, card, set);
  return set;
}

}  // namespace wattention::wormhole
