#include "report/model_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "report/answer.h"
#include "report/core_grid_table.h"
#include "report/notebook_table.h"
#include "report/phase_table.h"
#include "report/power_table.h"

namespace wattention::report {
namespace {

void add(std::vector<Section>& sections, std::string heading, std::string text,
         std::optional<Table> table) {
  if (table) sections.push_back({std::move(heading), std::move(text), {*std::move(table)}});
}

}  // namespace

std::vector<Section> model_sections(const BenchRun& run, const NotebookPower* power) {
  std::vector<Section> sections;
  add(sections, "Time",
      "The notebook's loop: a module and one forward for each tensor. The CPU's columns are "
      "measured on this "
      "machine; the card's are modelled for the notebook's.",
      notebook_table(run));
  add(sections, "Core grids",
      "The same loop, resident, on fewer and on more cores than the card has.",
      core_grid_table(run));
  add(sections, "Phases", "One forward of the card's modules, by what the time is spent on.",
      phase_table(run));
  if (power)
    add(sections, "Power",
        "The notebook's wall meter readings as energy, and the card's part of it.",
        power_table(*power, run));
  const std::vector<std::string> sentences = answer(run, power);
  if (!sentences.empty())
    sections.push_back({"Answer", fmt::format("{}", fmt::join(sentences, "\n\n")), {}, {}});
  return sections;
}

}  // namespace wattention::report
