// compare: the notebook's numbers against this build's, its times against this machine's.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "cli/bench_watcher.h"
#include "cli/card_facts.h"
#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/host_profile.h"
#include "cli/meter_options.h"
#include "cli/output.h"
#include "notebook/reproduction.h"
#include "notebook/values.h"
#include "report/digits_table.h"
#include "report/host_table.h"
#include "report/model_sections.h"
#include "report/page.h"

namespace wattention::cli {
namespace {

struct CompareChoice {
  std::string folder = "out";
  double max_time_s =
      3;  // a case: three series of a short and a long count stay below half a minute
  bool all = false;
  bool json = false;
  std::string host;  ///< empty: the folder's host.json, where calibrate-host has written it
  MeterWords meters;
};

// Keeps each section for the files, and prints it when it is complete unless JSON was asked for.
class Report {
 public:
  explicit Report(bool prints) : prints_(prints) {}

  void add(const report::Section& section) {
    markdown_ += fmt::format("## {}\n\n{}\n\n", section.heading, section.text);
    for (const report::Table& table : section.tables) markdown_ += to_markdown(table) + "\n";
    if (prints_) print(section);
    sections_.push_back(section);
  }
  const std::vector<report::Section>& sections() const { return sections_; }
  std::string markdown() const { return "# wattention and the notebook\n\n" + markdown_; }

 private:
  static void print(const report::Section& section) {
    print_out("{}\n{}\n\n", section.heading, section.text);
    for (const report::Table& table : section.tables) print_out("{}\n", to_text(table));
    flush_out();
  }

  bool prints_;
  std::vector<report::Section> sections_;
  std::string markdown_;
};

// The sections as the tables show them; the records themselves are in records.json.
Json to_json(const std::vector<report::Section>& sections) {
  Json array = Json::array();
  for (const report::Section& section : sections) {
    Json tables = Json::array();
    for (const report::Table& table : section.tables) {
      Json columns = Json::array();
      for (const report::Column& column : table.columns) columns.push_back(column.name);
      tables.push_back({{"title", table.title},
                        {"columns", columns},
                        {"rows", table.rows},
                        {"notes", table.notes}});
    }
    array.push_back({{"heading", section.heading}, {"text", section.text}, {"tables", tables}});
  }
  return array;
}

// true: no check failed.
bool add_digits(Report& report, report::Section section, const std::vector<DigitCheck>& checks) {
  section.tables = {report::digits_table(checks)};
  report.add(section);
  return std::ranges::none_of(checks, &DigitCheck::failed);
}

bool add_six_tokens(Report& report) {
  return add_digits(
      report,
      {.heading = "Six tokens",
       .text = "The notebook's example with seed 789. Every digit that it printed is compared.",
       .commands = {"wattention demo --device cpu",
                    "wattention demo --device wormhole --variant naive",
                    "wattention demo --device wormhole --variant resident"}},
      six_token_checks());
}

bool add_large(Report& report, bool all) {
  const char* const run = "wattention run --seed 789 --index 1000 --device";
  return add_digits(
      report,
      {.heading = "The last of 1000 tensors",
       .text = "x [1024, 2048], weights [2048, 2048], seed 789. Of each run the 36 printed values "
               "are compared.",
       .commands = {fmt::format("{} cpu --variant fused", run),
                    fmt::format("{} wormhole --variant resident --core-grid 8x8", run),
                    fmt::format("{} wormhole --variant naive", run)}},
      large_checks(all));
}

std::vector<BenchCase> cpu_cases() {
  BenchAxes axes;
  for (const NotebookTimes& row : notebook_times) axes.counts.push_back(row.count);
  axes.counts.erase(axes.counts.begin());  // the default
  axes.variants = {Variant::fused};
  axes.dtypes = {DType::f32, DType::bf16};
  std::vector<BenchCase> cases = cases_of(axes);
  axes.variants = {Variant::reference};
  axes.dtypes = {DType::f32};
  for (const BenchCase& one : cases_of(axes)) cases.push_back(one);
  return cases;
}

// The card's loops: both modules over the notebook's counts, then its core grids, then the fidelities.
std::vector<BenchCase> card_cases() {
  std::vector<BenchCase> cases;
  BenchCase one{.device = "wormhole", .dtype = DType::bf16};
  for (const Variant variant : {Variant::naive, Variant::resident})
    for (const NotebookTimes& row : notebook_times) {
      one.variant = variant;
      one.count = row.count;
      cases.push_back(one);
    }
  one.count = notebook_grid_count;
  for (const NotebookGridTime& row : notebook_grid_times) {
    one.core_grid = row.grid;
    cases.push_back(one);
  }
  one.core_grid.reset();
  for (const Fidelity fidelity :
       {Fidelity::lofi, Fidelity::hifi2, Fidelity::hifi3, Fidelity::hifi4}) {
    one.fidelity = fidelity;
    cases.push_back(one);
  }
  return cases;
}

// The profile beside the notebook's, by the word that names it in tables.
std::map<std::string, HostProfile> other_hosts(const CompareChoice& choice) {
  std::map<std::string, HostProfile> hosts{{report::twice_as_fast, {.speedup = 2}}};
  const std::string kept = choice.folder + "/host.json";
  std::string word = choice.host;
  if (word.empty()) word = std::filesystem::exists(kept) ? kept : "notebook";
  if (const auto host = host_of(word)) hosts[word == "this" ? "this machine" : word].rates = host;
  return hosts;
}

// One steady forward of each module in each of the hosts.
std::vector<BenchCase> host_cases(const std::map<std::string, HostProfile>& hosts) {
  std::vector<BenchCase> cases;
  for (const Variant variant : {Variant::naive, Variant::resident})
    for (const auto& [name, profile] : hosts)
      cases.push_back({.device = "wormhole",
                       .variant = variant,
                       .dtype = DType::bf16,
                       .count = notebook_grid_count,
                       .host = name});
  return cases;
}

// The errors that the page shows: of each fidelity, and of the CPU beside them.
bool wants_error(const BenchCase& one) {
  return one.fidelity || (one.device == "cpu" && one.variant == Variant::fused);
}

struct TimedRun {
  BenchRun run;
  int exit_code = exit_good;
};

TimedRun time_cases(const CompareChoice& choice, const std::string& records_path) {
  std::vector<BenchCase> cases = cpu_cases();
  for (const BenchCase& one : card_cases()) cases.push_back(one);
  const std::map<std::string, HostProfile> hosts = other_hosts(choice);
  for (const BenchCase& one : host_cases(hosts)) cases.push_back(one);
  BenchWatcher watcher(records_path);
  TimedRun timed;
  timed.run = run_bench(cases,
                        {.limits = {.max_time_s = choice.max_time_s},
                         .simulate = false,
                         .meters = to_choice(choice.meters),
                         .hosts = hosts,
                         .measure_error = wants_error},
                        &watcher);
  timed.exit_code = watcher.finish(timed.run, cases.size());
  return timed;
}

// The page shows all of it before the digits; the text leaves out the tables, which are wider than any terminal.
void add_doctor(Report& report, std::vector<report::Section>& on_page) {
  report::Section section = notebook_doctor();
  on_page.insert(on_page.begin(), section);
  section.tables.clear();
  report.add(section);
}

int compare(const CompareChoice& choice) {
  make_folder("compare", choice.folder);
  const std::string records_path = choice.folder + "/records.json";
  const std::string report_path = choice.folder + "/report.md";
  const std::string page_path = choice.folder + "/report.html";
  for (const std::string& path : {records_path, report_path, page_path}) expect_writable(path);
  Report report(!choice.json);
  bool good = add_six_tokens(report);
  good &= add_large(report, choice.all);
  std::vector<report::Section> others = report.sections();
  const TimedRun timed = time_cases(choice, records_path);
  const std::optional<report::CardFacts> facts = card_facts();
  const report::CardFacts* known = facts ? &*facts : nullptr;
  for (const report::Section& section : report::model_sections(timed.run, known))
    report.add(section);
  if (!timed.run.interrupted) add_doctor(report, others);
  for (const report::Section& section : report::closing_sections(timed.run)) report.add(section);
  write_file_atomically(report_path, report.markdown());
  write_file_atomically(page_path, report::to_html(report::page_of(timed.run, known, others)));
  if (choice.json)
    print_json({{"digits_agree", good},
                {"written", {records_path, report_path, page_path}},
                {"sections", to_json(report.sections())}});
  else
    print_out("Written: {}, {} and {}\n", records_path, report_path, page_path);
  return good ? timed.exit_code : exit_check_failed;
}

}  // namespace

void add_compare(Command& program, int& exit_code) {
  Command* command = program.add_subcommand(
      "compare", "compare the notebook's digits and times with this machine's, in about a minute");
  const auto choice = std::make_shared<CompareChoice>();
  command->add_option("--out", choice->folder, "folder for records.json, report.md and report.html")
      ->capture_default_str();
  command->add_option("--max-time", choice->max_time_s, "seconds for each timed case")
      ->capture_default_str();
  command->add_option(
      "--host", choice->host,
      "one more host to model beside the notebook's: this (measured now), or a file of "
      "calibrate-host (default: host.json in the folder, if it is there)");
  add_meter_options(*command, choice->meters);
  command->add_flag("--all", choice->all,
                    "also compare the large naive run, however long it takes");
  command->add_flag("--json", choice->json, "the sections as JSON instead of text");
  command->footer(
      "Exits with 1 when a digit differs, with 130 after Ctrl-C.\n"
      "Examples:\n"
      "  wattention compare --out out\n"
      "  wattention compare --host this");
  command->callback([choice, &exit_code] { exit_code = compare(*choice); });
}

}  // namespace wattention::cli
