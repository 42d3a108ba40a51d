#include "report/model_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "report/answer.h"
#include "report/charts.h"
#include "report/core_grid_table.h"
#include "report/host_table.h"
#include "report/notebook_records.h"
#include "report/notebook_table.h"
#include "report/phase_table.h"
#include "report/power_table.h"

namespace wattention::report {
namespace {

void add(std::vector<Section>& sections, std::string heading, std::string text,
         std::optional<Table> table) {
  if (table) sections.push_back({std::move(heading), std::move(text), {*std::move(table)}});
}

void add_charts(const BenchRun& run, std::vector<Section>& sections) {
  for (Section& section : sections) {
    std::vector<std::string> charts;
    if (section.heading == "Time") charts.push_back(count_chart(run));
    if (section.heading == "Phases") {
      for (const Variant variant : {Variant::resident, Variant::naive})
        if (const BenchRecord* record = find_card_record(run, variant))
          charts.push_back(phase_chart(*record));
      if (const BenchRecord* record = find_card_record(run, Variant::resident))
        charts.push_back(roofline_chart(*record));
    }
    std::erase(charts, "");
    section.charts = charts;
  }
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
  add(sections, "Hosts",
      "Most of the card's time is its host's: the same forward in other machines.",
      host_table(run));
  add(sections, "Phases", "One forward of the card's modules, by what the time is spent on.",
      phase_table(run));
  if (power)
    add(sections, "Power",
        "The notebook's wall meter readings as energy, and the card's part of it.",
        power_table(*power, run));
  add_charts(run, sections);
  const std::vector<std::string> sentences = answer(run, power);
  if (!sentences.empty())
    sections.push_back({"Answer", fmt::format("{}", fmt::join(sentences, "\n\n")), {}, {}});
  return sections;
}

}  // namespace wattention::report
