// The rows as a table, then what costs most and why.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "explain/causes.h"
#include "explain/words.h"

namespace wattention {
namespace {

constexpr std::size_t columns = 13;
using Line = std::array<std::string, columns>;

Line line_of(std::size_t number, const ExplainedOp& op) {
  return {std::to_string(number),
          to_string(op.site),
          name_of(op),
          shapes_of(op),
          fmt::format("{}", fmt::join(op.programs, ", ")),
          arithmetic_of(op),
          fmt::format("{:.4f}", 1e3 * op.time_s),
          fmt::format("{:.2e}", op.card_j),
          op.bound ? std::string(to_string(*op.bound)) : "",
          error_text(op.own),
          error_text(op.total),
          pcc_text(op.total),
          fmt::format("{} {}", op.own ? fmt::format("{:.3g}", op.own->max_ulp) : "-", op.evidence)};
}

std::string table_of(const std::vector<Line>& lines) {
  constexpr std::array<bool, columns> to_the_right{true, false, false, false, false, false, true,
                                                   true, false, true,  true,  true,  false};
  std::array<std::size_t, columns> widths{};
  for (const Line& line : lines)
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const Line& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < columns; ++i)
      row += to_the_right[i] ? fmt::format("{:>{}}  ", line[i], widths[i])
                             : fmt::format("{:<{}}  ", line[i], widths[i]);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string part_of(double part, double whole) {
  return whole > 0 ? fmt::format("{:.0f} %", 100 * part / whole) : "-";
}

std::string accuracy_of(const Explanation& made) {
  std::string text = "Accuracy, by own error:\n";
  const auto worst = made.worst_by_error();
  if (worst.empty()) return text + "  every op is as exact as float64\n";
  for (const std::size_t i : worst)
    text += fmt::format("  {}: {}; {}\n", place_of(made.ops[i], i), error_text(made.ops[i].own),
                        made.ops[i].because);
  return text;
}

// Where errors grow that were made before: a difference, an exponential.
std::string amplified_of(const Explanation& made) {
  std::string text;
  for (const std::size_t i : made.amplifiers())
    text += fmt::format("  {}: {} of total error where its operands had {} and itself adds {}\n",
                        place_of(made.ops[i], i), error_text(made.ops[i].total),
                        percent(made.ops[i].inherited), error_text(made.ops[i].own));
  return text.empty() ? text : "Amplified, from rows before:\n" + text;
}

std::string time_of(const Explanation& made) {
  double all = 0;
  for (const ExplainedOp& op : made.ops) all += op.time_s;
  if (made.worst_by_time().empty()) return {};  // a device without a model of time
  std::string text = "Time, modelled:\n";
  for (const std::size_t i : made.worst_by_time())
    text += fmt::format("  {}: {:.4f} ms, {}; bound by {}\n", place_of(made.ops[i], i),
                        1e3 * made.ops[i].time_s, part_of(made.ops[i].time_s, all),
                        to_string(made.ops[i].bound.value_or(TimeBound::host)));
  return text;
}

std::string energy_of(const Explanation& made) {
  double all = 0;
  for (const ExplainedOp& op : made.ops) all += op.card_j;
  if (made.worst_by_energy().empty()) return {};
  std::string text = "Energy, modelled:\n";
  for (const std::size_t i : made.worst_by_energy())
    text += fmt::format("  {}: {:.2e} J, {}\n", place_of(made.ops[i], i), made.ops[i].card_j,
                        part_of(made.ops[i].card_j, all));
  return text;
}

std::string summary_of(const Explanation& made) {
  std::string text;
  if (made.outputs)
    text = fmt::format("PCC {}, error {} of what was read back, against float64.\n",
                       pcc_text(made.outputs), error_text(made.outputs));
  if (made.release.empty()) return text;
  return text + fmt::format(
                    "Modelled on an n150d, release {}: {:.3f} ms ({:.3f} to {:.3f}) with "
                    "the host's part, {:.3f} ms of them on the card; {:.3f} J ({:.3f} to "
                    "{:.3f}).\n",
                    made.release, 1e3 * made.time_s.value, 1e3 * made.time_s.low,
                    1e3 * made.time_s.high, 1e3 * made.device_s, made.card_j.value, made.card_j.low,
                    made.card_j.high);
}

}  // namespace

std::string to_text(const Explanation& explanation) {
  if (explanation.ops.empty()) return "no op ran on a device\n";
  std::vector<Line> lines{{"", "where", "op", "shapes", "program", "fidelity", "ms", "J", "bound",
                           "own error", "total", "PCC", "ulp, evidence"}};
  for (std::size_t i = 0; i < explanation.ops.size(); ++i)
    lines.push_back(line_of(i + 1, explanation.ops[i]));
  return table_of(lines) + "\n" + summary_of(explanation) + accuracy_of(explanation) +
         amplified_of(explanation) + time_of(explanation) + energy_of(explanation);
}

}  // namespace wattention
