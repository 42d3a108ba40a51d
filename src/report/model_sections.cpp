#include "report/model_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "report/another_cpu.h"
#include "report/answer.h"
#include "report/bench_commands.h"
#include "report/charts.h"
#include "report/core_grid_table.h"
#include "report/fidelity_rows.h"
#include "report/heads_table.h"
#include "report/host_table.h"
#include "report/notebook_records.h"
#include "report/notebook_table.h"
#include "report/ops_table.h"
#include "report/phase_table.h"
#include "report/power_table.h"

namespace wattention::report {
namespace {

std::vector<std::string> commands_for(const BenchRun& run, const auto& wanted) {
  std::vector<const BenchRecord*> records;
  for (const BenchRecord& record : run.records)
    if (has_notebook_shape(record) && wanted(record.axes)) records.push_back(&record);
  return bench_commands(records);
}

void add(std::vector<Chart>& charts, std::optional<Chart> chart) {
  if (chart) charts.push_back(*std::move(chart));
}

void add(std::vector<Section>& sections, Section section) {
  if (!section.tables.empty()) sections.push_back(std::move(section));
}

void add(std::vector<Table>& tables, std::optional<Table> table) {
  if (table) tables.push_back(*std::move(table));
}

Section time_section(const BenchRun& run) {
  Section section{.heading = "Time",
                  .text =
                      "This is the notebook's loop: it makes a module and runs one forward for "
                      "each tensor. The CPU's columns are measured on this machine. The card's "
                      "columns are modelled for the notebook's machine."};
  add(section.tables, notebook_table(run));
  add(section.charts, count_chart(run));
  section.commands = commands_for(run, [](const BenchCase& axes) {
    return !axes.core_grid && !axes.fidelity && axes.host.empty();
  });
  return section;
}

Section heads_section(const BenchRun& run) {
  Section section{.heading = "Heads",
                  .text =
                      "Attention as models have it: a module with several heads, beside a cache or "
                      "without one, and how near it comes to what the device reaches at most."};
  add(section.tables, heads_table(run));
  std::vector<const BenchRecord*> records;
  for (const BenchRecord& record : run.records)
    if (record.axes.heads.heads > 0 && record.skipped.empty()) records.push_back(&record);
  section.commands = bench_commands(records);
  return section;
}

Section grid_section(const BenchRun& run) {
  Section section{
      .heading = "Core grids",
      .text =
          "The same loop with the resident module, on fewer cores than the card has and on more."};
  add(section.tables, core_grid_table(run));
  section.commands = commands_for(
      run, [](const BenchCase& axes) { return axes.core_grid.has_value() && axes.host.empty(); });
  return section;
}

// The card's variants that the records hold, resident first.
std::vector<const BenchRecord*> card_records(const BenchRun& run) {
  std::vector<const BenchRecord*> records;
  for (const Variant variant : {Variant::resident, Variant::naive})
    if (const BenchRecord* record = find_card_record(run, variant)) records.push_back(record);
  return records;
}

Section host_section(const BenchRun& run) {
  Section section{
      .heading = "Hosts",
      .text =
          "The host takes most of a forward's time. Here is the same forward in other machines."};
  add(section.tables, host_table(run));
  section.commands = commands_for(
      run, [](const BenchCase& axes) { return !axes.host.empty() && axes.host != twice_as_fast; });
  for (const BenchRecord* record : card_records(run))
    section.commands.push_back(fmt::format("wattention estimate --variant {} --host-speedup 2",
                                           to_string(record->axes.variant)));
  return section;
}

std::vector<std::string> estimate_commands(const BenchRun& run) {
  std::vector<std::string> commands;
  for (const BenchRecord* record : card_records(run))
    commands.push_back(
        fmt::format("wattention estimate --variant {}", to_string(record->axes.variant)));
  return commands;
}

Section phase_section(const BenchRun& run) {
  Section section{.heading = "Phases",
                  .text = "What one forward of each of the card's modules spends its time on.",
                  .folded = true};
  add(section.tables, phase_table(run));
  for (const BenchRecord* record : card_records(run)) add(section.charts, phase_chart(*record));
  section.commands = estimate_commands(run);
  return section;
}

Section ops_section(const BenchRun& run, const CardFacts* facts) {
  Section section{.heading = "Ops",
                  .text = "What the card itself does in a forward, and what limits each op.",
                  .folded = facts != nullptr};
  add(section.tables, ops_table(run));
  if (facts) add(section.charts, roofline_chart(run, facts->ceilings));
  section.commands = estimate_commands(run);
  return section;
}

Section fidelity_section(const BenchRun& run) {
  Section section{.heading = "Fidelity",
                  .text =
                      "How exact a forward is, and what that costs. The card multiplies mantissas "
                      "in one to four steps: LoFi is one step, HiFi4 is four."};
  add(section.tables, fidelity_table(run));
  add(section.charts, fidelity_chart(run));
  std::vector<const BenchRecord*> records;
  for (const FidelityRow& row : fidelity_rows(run)) records.push_back(row.record);
  section.commands = bench_commands(records);
  return section;
}

Section power_section(const BenchRun& run, const NotebookPower& power) {
  return {.heading = "Power",
          .text = "The energy that the notebook's wall meter showed, and the card's part of it.",
          .tables = {power_table(power, run)},
          .charts = {power_chart(power, run)},
          .commands = estimate_commands(run)};
}

}  // namespace

std::vector<Section> model_sections(const BenchRun& run, const CardFacts* facts) {
  std::vector<Section> sections;
  add(sections, time_section(run));
  const bool has_notebook = !sections.empty();
  add(sections, heads_section(run));
  add(sections, grid_section(run));
  add(sections, host_section(run));
  add(sections, phase_section(run));
  add(sections, ops_section(run, facts));
  add(sections, fidelity_section(run));
  if (facts && has_notebook) add(sections, power_section(run, facts->power));
  if (has_notebook) {
    add(sections, another_cpu_section(run));
    add(sections, another_cpu_facts());
  }
  const std::vector<std::string> sentences = answer(run, facts ? &facts->power : nullptr);
  if (!sentences.empty())
    sections.push_back(
        {.heading = "Answer", .text = fmt::format("{}", fmt::join(sentences, "\n\n"))});
  return sections;
}

}  // namespace wattention::report
