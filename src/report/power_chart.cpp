#include <fmt/format.h>

#include <algorithm>

#include "report/charts.h"
#include "report/notebook_records.h"
#include "report/svg.h"

namespace wattention::report {
namespace {

constexpr double width = 460, row_height = 30, bar_height = 16;
constexpr double name_end = 134, bars_begin = 142, bars_end = 336;

// The rows so far; `scale` is in pixels per joule.
struct Rows {
  double scale = 1;
  double y = 4;
  std::string body{};

  void name(const std::string& words) { body += svg::text({name_end, y + 17}, words, "", "end"); }
  void end(double joules, const std::string& words) {
    body += svg::text({bars_begin + joules * scale + 8, y + 17}, words);
    y += row_height;
  }
};

void add_wall(Rows& rows, const std::string& name, const WallReading& reading,
              std::string_view classes) {
  const double net = reading.net_j() * rows.scale, gross = reading.gross_j() * rows.scale;
  rows.name(name);
  rows.body += svg::bar({bars_begin, rows.y + 4}, net, bar_height, classes, svg::Fill::solid);
  rows.body += svg::bar({bars_begin + net, rows.y + 4}, gross - net, bar_height,
                        fmt::format("{} faint", classes), svg::Fill::solid);
  rows.end(reading.gross_j(),
           fmt::format("{:.2f} J, net {:.2f}", reading.gross_j(), reading.net_j()));
}

void add_card(Rows& rows, const std::string& name, const Interval& joules, svg::Fill fill) {
  rows.name(name);
  rows.body +=
      svg::bar({bars_begin, rows.y + 4}, joules.value * rows.scale, bar_height, "c2", fill);
  rows.body += svg::whisker_x(
      rows.y + 4 + bar_height / 2,
      {bars_begin + joules.low * rows.scale, bars_begin + joules.high * rows.scale}, "quiet");
  rows.end(joules.high,
           fmt::format("{:.2f} J ({:.2f} to {:.2f})", joules.value, joules.low, joules.high));
}

}  // namespace

Chart power_chart(const NotebookPower& power, const BenchRun& run) {
  const WallReading& cpu = power.reading("cpu");
  const WallReading& resident = power.reading("resident");
  Rows rows{.scale = (bars_end - bars_begin) / std::max(cpu.gross_j(), resident.gross_j())};
  add_wall(rows, "wall, CPU", cpu, "c1");
  add_wall(rows, "wall, resident", resident, "c2");
  add_card(rows, "card, by difference", power.card_share_j, svg::Fill::solid);
  const BenchRecord* modelled = find_card_record(run, Variant::resident);
  if (modelled && modelled->energy_j.range)
    add_card(rows, "card, modelled", *modelled->energy_j.range, svg::Fill::hollow);
  return {
      "Joules per forward",
      svg::drawing(width, rows.y + 4, "Joules per forward at the wall and of the card", rows.body),
      "Wall: what the notebook's meter showed. The dark part is net, above the machine's baseline; "
      "the pale part is the baseline. Card: the card's part of the resident forward, once from "
      "differences of the meter's readings and once from the model, with intervals."};
}

}  // namespace wattention::report
