#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "explain/words.h"
#include "report/explain_page.h"
#include "report/labels.h"
#include "report/numbers.h"
#include "report/svg.h"

namespace wattention::report {
namespace {

// Pixels. A bar's value stands behind it: 50 pixels hold the longest. Names end before the first bar.
constexpr double width = 460, top = 24, row_height = 24, bar_height = 14, longest_bar = 40;
constexpr double name_end = 152, error_begin = 160, time_begin = 260, energy_begin = 360;

// Those that cost most of anything, in the program's order.
std::vector<std::size_t> shown_rows(const Explanation& made) {
  constexpr std::size_t of_each = 6;
  std::set<std::size_t> rows;
  for (const auto& worst : {made.worst_by_error(of_each + 2), made.worst_by_time(of_each + 2),
                            made.worst_by_energy(of_each + 2)})
    for (const std::size_t row : worst)
      if (!made.ops[row].is_transfer()) rows.insert(row);
  return {rows.begin(), rows.end()};
}

std::string bar_of(double begin, double row_top, double share, std::string_view classes,
                   const std::string& words) {
  const double length = std::max(1.0, std::clamp(share, 0.0, 1.0) * longest_bar);
  return svg::bar({begin, row_top + 4}, length, bar_height, classes, svg::Fill::hollow) +
         svg::text({begin + length + 5, row_top + 15}, words);
}

double error_of(const ExplainedOp& op) {
  return op.own ? op.own->relative_l2 : 0;
}

// "12 matmul": a long name loses its end, which the rows below have.
std::string short_name(std::size_t row, const ExplainedOp& op) {
  std::string name = fmt::format("{} {}", row + 1, op.op);
  if (svg::width_of(name) <= name_end) return name;
  while (svg::width_of(name + "…") > name_end) name.pop_back();
  return name + "…";
}

// Short enough for its place.
std::string short_error(const ExplainedOp& op) {
  if (op.own && op.own->not_finite > 0) return "infinite";
  const double percent = 100 * error_of(op);
  return percent == 0 ? "0" : percent < 0.01 ? "<0.01 %" : fmt::format("{:.2g} %", percent);
}

}  // namespace

std::optional<Chart> explain_chart(const Explanation& made) {
  const std::vector<std::size_t> rows = shown_rows(made);
  if (rows.empty()) return std::nullopt;
  double error = 0, time_s = 0, card_j = 0;
  for (const std::size_t row : rows) {
    error = std::max(error, error_of(made.ops[row]));
    time_s = std::max(time_s, made.ops[row].time_s);
    card_j = std::max(card_j, made.ops[row].card_j);
  }
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0; };
  std::string body = svg::text({error_begin, 14}, "own error", "strong") +
                     svg::text({time_begin, 14}, "ms", "strong") +
                     svg::text({energy_begin, 14}, "the card's J", "strong");
  double y = top;
  for (const std::size_t row : rows) {
    const ExplainedOp& op = made.ops[row];
    body += svg::text({name_end, y + 15}, short_name(row, op), "", "end");
    body += bar_of(error_begin, y, share(error_of(op), error), "c1", short_error(op));
    body += bar_of(time_begin, y, share(op.time_s, time_s), "c2",
                   fmt::format("{:.3g}", 1e3 * op.time_s));
    body +=
        bar_of(energy_begin, y, share(op.card_j, card_j), "c3", fmt::format("{:.2g}", op.card_j));
    y += row_height;
  }
  return Chart{"Where accuracy, time and energy go",
               svg::drawing(width, y + 4, "Own error, time and energy by op", body),
               "The numbers before the names are those of the rows below. Errors are computed from "
               "the card's bits; times and joules are modelled. Transfers are left out."};
}

}  // namespace wattention::report
