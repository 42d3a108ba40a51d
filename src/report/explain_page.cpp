#include "report/explain_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "explain/words.h"
#include "report/numbers.h"

namespace wattention::report {
namespace {

std::string modelled(const Interval& figure, double unit, const char* name) {
  return fmt::format("{:.3g} {} ({:.3g} to {:.3g})", unit * figure.value, name, unit * figure.low,
                     unit * figure.high);
}

std::vector<Headline> headlines_of(const Explanation& made) {
  std::vector<Headline> lines;
  if (made.outputs) {
    lines.push_back({pcc_text(made.outputs), "PCC of what was read back, against float64"});
    lines.push_back({error_text(made.outputs), "its error"});
  }
  if (made.release.empty()) return lines;
  lines.push_back({modelled(made.time_s, 1e3, "ms"), "with the host's part, modelled"});
  lines.push_back({modelled(made.card_j, 1, "J"), "of the card, modelled"});
  return lines;
}

std::string verdict_of(const Explanation& made) {
  const auto worst = made.worst_by_error(1);
  if (worst.empty()) return "Every op is as exact as float64.";
  const ExplainedOp& op = made.ops[worst.front()];
  return fmt::format("{} costs the accuracy most: {}", place_of(op, worst.front()),
                     error_text(op.own));
}

Section worst_section(const Explanation& made) {
  Section section{.heading = "Accuracy", .text = "By own error, and why:" + worst_text(made)};
  if (const auto chart = explain_chart(made)) section.charts = {*chart};
  return section;
}

std::vector<std::string> cells_of(std::size_t row, const ExplainedOp& op) {
  return {std::to_string(row + 1),
          name_of(op),
          to_string(op.site),
          shapes_of(op),
          fmt::format("{}", fmt::join(op.programs, ", ")),
          arithmetic_of(op),
          fmt::format("{:.4f}", 1e3 * op.time_s),
          op.bound ? std::string(to_string(*op.bound)) : absent_mark,
          fmt::format("{:.2e}", op.card_j),
          error_text(op.own),
          error_text(op.total),
          pcc_text(op.total),
          op.evidence.empty() ? absent_mark : op.evidence};
}

}  // namespace

std::string worst_text(const Explanation& made) {
  std::string text;
  for (const std::size_t row : made.worst_by_error())
    text += fmt::format("\n\n{}: {}; {}.", place_of(made.ops[row], row),
                        error_text(made.ops[row].own), made.ops[row].because);
  for (const std::size_t row : made.amplifiers())
    text += fmt::format(
        "\n\n{} amplifies the errors of rows before: {} of total error, of which {} is "
        "its own.",
        place_of(made.ops[row], row), error_text(made.ops[row].total),
        error_text(made.ops[row].own));
  return text;
}

Table explain_table(const Explanation& made) {
  Table table{.title = "Op by op",
              .columns = {{"", Align::right},
                          {"op", Align::left},
                          {"where", Align::left, true},
                          {"shapes", Align::left},
                          {"program", Align::left, true},
                          {"fidelity", Align::left, true},
                          {"ms (modelled)"},
                          {"bound", Align::right, true},
                          {"J (modelled)"},
                          {"own error"},
                          {"total", Align::right, true},
                          {"PCC"},
                          {"evidence", Align::right, true}},
              .rows = {},
              .notes = {"own error: against float64 on the operands that the op was given; total: "
                        "against float64 from the unrounded inputs on"}};
  for (std::size_t row = 0; row < made.ops.size(); ++row)
    table.rows.push_back(cells_of(row, made.ops[row]));
  return table;
}

Page explain_page(const Explanation& made, const std::string& program) {
  const std::string release =
      made.release.empty() ? std::string() : fmt::format(", release {} on an n150d", made.release);
  Page page{.title = fmt::format("The doctor: {}", program),
            .kicker = fmt::format("wattention explain {}{}", program, release),
            .verdict = verdict_of(made),
            .headlines = headlines_of(made),
            .sections = {worst_section(made)}};
  page.sections.push_back(
      {.heading = "Ops", .text = "In the program's order.", .tables = {explain_table(made)}});
  if (!made.calibration.empty())
    page.sections.push_back(
        {.heading = "Sources",
         .text = fmt::format("Times and joules come from a model: {}.\n\nErrors "
                             "compare the software card's bits with float64; "
                             "docs/explain.md.",
                             made.calibration)});
  return page;
}

}  // namespace wattention::report
