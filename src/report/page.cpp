#include "report/page.h"

#include <fmt/format.h>
#include <wattention/device.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "report/model_sections.h"
#include "report/notebook_records.h"
#include "report/records_table.h"

namespace wattention::report {
namespace {

// What a reader asks first stands first; a heading that is not here goes behind them.
constexpr std::array<std::string_view, 11> reading_order{
    "Answer", "Time",       "Heads", "Power",    "Another CPU",           "Phases",
    "Ops",    "Core grids", "Hosts", "Fidelity", "Facts of the other CPU"};

bool any_of(const BenchRun& run, const auto& fits) {
  return std::ranges::any_of(run.records, fits);
}

bool has_source(const BenchRun& run, Figure BenchRecord::*figure, Source source) {
  return any_of(run, [&](const BenchRecord& record) { return (record.*figure).source == source; });
}

Section records_section(const BenchRun& run) {
  const auto skipped = std::ranges::count_if(
      run.records, [](const BenchRecord& record) { return !record.skipped.empty(); });
  Section section{.heading = "Records", .text = "Every case by itself.", .folded = true};
  if (run.records.empty()) section.text = "There are no records: no case was finished.";
  if (skipped > 0)
    section.text += fmt::format(" Of {} cases, {} could not run; the reasons stand below.",
                                run.records.size(), skipped);
  if (run.interrupted)
    section.text += " The run was interrupted: the cases after these are missing.";
  if (!run.records.empty()) section.tables = {records_table(run)};
  return section;
}

Table sources_table(const BenchRun& run) {
  Table table;
  table.columns = {{"figures", Align::left}, {"source", Align::left}};
  const auto row = [&](bool wanted, const char* figures, const std::string& source) {
    if (wanted) table.rows.push_back({figures, source});
  };
  const bool notebook = any_of(run, has_notebook_shape);
  row(notebook, "notebook's times",
      "its table \"Performance (ms)\": PyTorch 2 on a Xeon w5-3535X (20 cores), TT-NN 0.57 on a "
      "Wormhole n150d");
  row(notebook, "wall power", "read by hand in the notebook from a meter at the socket");
  row(has_source(run, &BenchRecord::time_per_forward_ms, Source::measured), "measured times",
      "this machine, in this run; docs/measuring.md");
  row(any_of(run, [](const BenchRecord& r) { return r.ceiling && !r.repeats.empty(); }),
      "this machine's ceilings", "this machine, between the repeats; docs/measuring.md");
  row(has_source(run, &BenchRecord::energy_j, Source::measured), "measured joules",
      "this machine's meters, in this run; docs/energy.md");
  row(has_source(run, &BenchRecord::time_per_forward_ms, Source::modelled), "modelled times",
      "the card's model, fitted to published measurements and one cell of the notebook; "
      "docs/timing.md");
  row(has_source(run, &BenchRecord::energy_j, Source::modelled), "modelled joules",
      "the card's model, as an interval; docs/energy.md");
  row(notebook, "another CPU",
      "modelled from published figures of an i7-13700 and measured shares of them; "
      "docs/i7_13700.md");
  row(any_of(run, [](const BenchRecord& r) { return r.error && !r.steps.empty(); }),
      "card's errors",
      fmt::format("the software Wormhole, release profile {}, bit for bit; docs/numerics.md",
                  release_info().name));
  return table;
}

}  // namespace

std::vector<Section> closing_sections(const BenchRun& run) {
  std::vector<Section> sections{records_section(run)};
  sections.push_back({.heading = "Machine",
                      .text = "Where and with what these figures were made.",
                      .tables = {machine_table(run.context)}});
  const Table sources = sources_table(run);
  if (!sources.rows.empty())
    sections.push_back({.heading = "Sources",
                        .text = "Every figure says whether it is measured, modelled, or read by "
                                "hand.",
                        .tables = {sources}});
  sections.back().commands = {run.context.command,
                              "wattention report records.json --out report.html"};
  return sections;
}

Page page_of(const BenchRun& run, const CardFacts* facts, const std::vector<Section>& others) {
  const BenchContext& context = run.context;
  const NotebookPower* power = facts ? &facts->power : nullptr;
  Page page{.title = "wattention: " + context.command,
            .kicker = fmt::format("wattention {} on {}, {}", context.version, context.host_name,
                                  context.date.substr(0, 10)),
            .verdict = verdict(run, power),
            .headlines = headlines(run, power),
            .sections = model_sections(run, facts)};
  std::ranges::stable_sort(page.sections, {}, [](const Section& section) {
    return std::ranges::find(reading_order, section.heading) - reading_order.begin();
  });
  page.sections.insert(page.sections.end(), others.begin(), others.end());
  for (Section& section : closing_sections(run)) page.sections.push_back(std::move(section));
  return page;
}

}  // namespace wattention::report
