#include "report/doctor_section.h"

#include <fmt/format.h>

#include "explain/words.h"
#include "report/explain_page.h"

namespace wattention::report {
namespace {

std::string text_of(const ExplainedModule& module) {
  const Explanation& made = module.made;
  std::string text = fmt::format("Module {}: PCC {}, error {} of its context against float64.",
                                 module.name, pcc_text(made.outputs), error_text(made.outputs));
  if (made.device_s > 0)
    text += fmt::format(" {:.3g} ms on the card, modelled.", 1e3 * made.device_s);
  return text + worst_text(made);
}

}  // namespace

Section doctor_section(std::span<const ExplainedModule> modules) {
  Section section{.heading = "The doctor",
                  .text =
                      "Which ops of a forward cost accuracy, time and energy, and why: each "
                      "beside float64, on the card's bits.",
                  .folded = true};
  for (const ExplainedModule& module : modules) {
    section.text += "\n\n" + text_of(module);
    if (auto chart = explain_chart(module.made)) {
      chart->title = fmt::format("Where the accuracy, time and energy of {} go", module.name);
      section.charts.push_back(std::move(*chart));
    }
    section.tables.push_back(explain_table(module.made));
    section.tables.back().title = fmt::format("{}, op by op", module.name);
  }
  return section;
}

}  // namespace wattention::report
