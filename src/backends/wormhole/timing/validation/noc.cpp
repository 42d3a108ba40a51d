// Recorded reshards: every core of one grid reads its part from another grid, or from DRAM.
#include <charconv>

#include "backends/wormhole/timing/csv.h"
#include "backends/wormhole/timing/embedded.h"
#include "backends/wormhole/timing/noc_time.h"
#include "backends/wormhole/timing/validation/validate.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

/// "2x4": rows x columns.
CoreGrid parse_grid(const std::string& text) {
  CoreGrid grid{0, 0};
  const char* end = text.data() + text.size();
  const auto [cross, y_error] = std::from_chars(text.data(), end, grid.y);
  expect(y_error == std::errc{} && cross != end, "[calibration] expected a grid; found '{}'", text);
  const auto [rest, x_error] = std::from_chars(cross + 1, end, grid.x);
  expect(x_error == std::errc{} && rest == end, "[calibration] expected a grid; found '{}'", text);
  return grid;
}

}  // namespace

DataSet reshard_times(const CardRates& card) {
  const CsvTable table = parse_csv(embedded_noc());
  DataSet set{
      "network, reshard cycles",
      table.source,
      "the model has no paths: where sources and readers do not share links, 1x4 to 8x4, both "
      "networks work at full rate",
      {}};
  for (const CsvRow& row : table.rows) {
    const CoreGrid from = parse_grid(row.text("from"));
    Reshard reshard{from, parse_grid(row.text("to")), row.integer("bytes")};
    if (from == CoreGrid{0, 0}) reshard.from.reset();
    set.rows.push_back({(reshard.from ? row.text("from") : "DRAM") + " to " + row.text("to"),
                        row.number("slowest_core_cycles"), reshard_cycles(reshard, card), true});
  }
  return set;
}

}  // namespace wattention::wormhole
