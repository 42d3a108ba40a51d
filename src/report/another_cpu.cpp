#include "report/another_cpu.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "notebook/processors.h"
#include "notebook/values.h"
#include "report/notebook_records.h"
#include "report/numbers.h"
#include "report/processor_figures.h"
#include "report/verdict.h"

namespace wattention::report {
namespace {

constexpr double ms_per_s = 1e3;

std::string seconds(const BenchRecord& record) {
  return fmt::format("{:.4g}{}", *record.total_ms.value / ms_per_s,
                     record.extrapolated ? extrapolated_mark : "");
}

std::string loop_cell(const BenchRun& run, const CpuPrediction& prediction, std::int64_t count) {
  const BenchRecord* record = measured_here(run, prediction, count);
  return record ? seconds(*record) + " measured" : words_of(prediction.loop_s(count));
}

std::string card_cell(const BenchRun& run, std::int64_t count) {
  const BenchRecord* record = find_notebook_record(
      run,
      {.device = "wormhole", .variant = Variant::resident, .dtype = DType::bf16, .count = count});
  return record && record->total_ms.value ? seconds(*record) : "";
}

Table loop_table(const BenchRun& run) {
  Table table;
  table.title = "The notebook's loop on an i7-13700 in seconds, modelled";
  table.columns = {{"tensors"}};
  const std::vector<CpuPrediction> predictions = desktop_predictions();
  for (const CpuPrediction& one : predictions) table.columns.push_back({one.program.name});
  table.columns.push_back({"notebook Tensix Fast"});
  table.columns.push_back({"wormhole resident, modelled"});
  for (const NotebookTimes& row : notebook_times) {
    std::vector<std::string> cells{fmt::format("{}", row.count)};
    for (const CpuPrediction& one : predictions) cells.push_back(loop_cell(run, one, row.count));
    cells.push_back(fmt::format("{:.4g}", row.resident_ms / ms_per_s));
    cells.push_back(card_cell(run, row.count));
    table.rows.push_back(std::move(cells));
  }
  table.drop_empty_columns();
  table.note(
      "Each time is that of the module and all its forwards. What a first run spends on starting "
      "threads and libraries is left out.");
  for (const CpuPrediction& one : predictions)
    if (const BenchRecord* record = measured_here(run, one); record && record->extrapolated)
      table.note(extrapolated_note);
  return table;
}

std::vector<std::string> forward_row(const CpuPrediction& one, const Interval& known) {
  return {one.processor.name,
          one.program.name,
          words_of(one.forward_s() * ms_per_s),
          words_of(one.package_j()),
          words_of(ratio(known, notebook_forward_ms("resident"))),
          "",
          "",
          ""};
}

void add_measured(std::vector<std::string>& row, const BenchRun& run, const CpuPrediction& one) {
  if (!measured_here(run, one)) return;
  const double ms = known_ms(run, one).value;
  row[5] = milliseconds(ms) + " here";
  row[6] = off_by(one.forward_s() * ms_per_s, ms);
  if (const std::optional<double> joules = package_j_here(run, one))
    row[7] = fmt::format("{:.3g} here: {}", *joules, off_by(one.package_j(), *joules));
}

std::vector<std::string> check_row() {
  const CpuPrediction xeon = xeon_prediction();
  const double printed_ms = notebook_forward_ms("cpu").value;
  std::vector<std::string> row = forward_row(xeon, notebook_forward_ms("cpu"));
  row[5] = fmt::format("{:.2f} notebook", printed_ms);
  row[6] = off_by(xeon.forward_s() * ms_per_s, printed_ms);
  return row;
}

Table forward_table(const BenchRun& run) {
  Table table;
  table.title = "One forward, and the check on the notebook's Xeon";
  table.columns = {{"processor", Align::left},  {"program", Align::left},           {"modelled ms"},
                   {"modelled package J"},      {"times the notebook's card"},      {"measured ms"},
                   {"prediction", Align::left}, {"measured package J", Align::left}};
  for (const CpuPrediction& one : desktop_predictions()) {
    table.rows.push_back(forward_row(one, known_ms(run, one)));
    add_measured(table.rows.back(), run, one);
  }
  table.rows.push_back(check_row());
  table.drop_empty_columns();
  table.note(
      "From the highest clock, with all cores busy to the end, to the base clock, with equal "
      "shares that wait for the slowest core. The value is the geometric mean of the ends.");
  table.note(
      "Joules are the package's: the watts of a clock times the time at it. What memory, board and "
      "power supply take is not in them. Nothing of the check set a figure of the model.");
  return table;
}

Table facts_table() {
  Table table;
  table.title = "What the other CPU is modelled from";
  table.columns = {{"of", Align::left},   {"figure", Align::left}, {"low"}, {"high"},
                   {"unit", Align::left}, {"source", Align::left}};
  for (const ProcessorFact& fact : processor_facts())
    table.rows.push_back({fact.subject, fact.what, fmt::format("{:.4g}", fact.low),
                          fact.high == fact.low ? "" : fmt::format("{:.4g}", fact.high), fact.unit,
                          fact.source});
  return table;
}

// "43.9 ms (23.5 to 81.7)"; measured, how far the prediction was off.
std::string time_words(const BenchRun& run, const CpuPrediction& one) {
  const Interval predicted = one.forward_s() * ms_per_s;
  if (!measured_here(run, one)) return words_of(predicted, " ms");
  const double ms = known_ms(run, one).value;
  return fmt::format("{:.1f} ms, measured here where {} were predicted ({})", ms,
                     words_of(predicted, " ms"), off_by(predicted, ms));
}

std::string joule_words(const Interval& joules) {
  return joules.low == joules.high ? fmt::format("{:.2f} J, measured", joules.value)
                                   : words_of(joules, " J");
}

std::string energy_words(const Interval& torch_j, const Interval& own_j,
                         const NotebookPower* power) {
  std::string package =
      fmt::format("Its package would use {} and {}.", joule_words(torch_j), joule_words(own_j));
  if (!power) return package;
  const Interval card = power->net_j("resident");
  return fmt::format(
      "Less energy: {}. {} That is {} and {} times the {:.1f} J that the notebook's whole machine "
      "drew above its baseline with the card.",
      winner_words({{.card = card, .cpu = torch_j}, {.card = card, .cpu = own_j}}), package,
      words_of(ratio(torch_j, card)), words_of(ratio(own_j, card)), card.value);
}

}  // namespace

Section another_cpu_section(const BenchRun& run) {
  return {.heading = "Another CPU",
          .text =
              "The notebook names an i7-13700 as its next machine and has no figures of it. They "
              "are modelled here from what is published of that processor, and from the shares of "
              "such ceilings that programs reach on others (docs/i7_13700.md).",
          .tables = {loop_table(run), forward_table(run)},
          .commands = {"wattention compare --out out"}};
}

Section another_cpu_facts() {
  return {.heading = "Facts of the other CPU",
          .text =
              "Each figure of that model with its source; where there are two, it is known to lie "
              "between them.",
          .tables = {facts_table()},
          .folded = true};
}

std::string another_cpu_sentence(const BenchRun& run, const Interval& card_ms,
                                 const NotebookPower* power) {
  const std::vector<CpuPrediction> all = desktop_predictions();
  const CpuPrediction &torch = all[0], &own = all[1];
  const Interval torch_ms = known_ms(run, torch), own_ms = known_ms(run, own);
  return fmt::format(
      "An i7-13700: {}. A forward in f32 would take {} there with PyTorch; with this library {}. "
      "That is {} and {} times as long as with the card. {} All this is modelled but for what is "
      "called measured (docs/i7_13700.md). Of the notebook's Xeon the same model says {}, and it "
      "took {:.1f} ms.",
      winner_words({{.card = card_ms, .cpu = torch_ms}, {.card = card_ms, .cpu = own_ms}}),
      time_words(run, torch), time_words(run, own), words_of(ratio(torch_ms, card_ms)),
      words_of(ratio(own_ms, card_ms)), energy_words(known_j(run, torch), known_j(run, own), power),
      words_of(xeon_prediction().forward_s() * ms_per_s, " ms"), notebook_forward_ms("cpu").value);
}

}  // namespace wattention::report
