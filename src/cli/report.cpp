// report: records to one HTML file.
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <memory>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "cli/card_facts.h"
#include "cli/command.h"
#include "cli/output.h"
#include "report/page.h"

namespace wattention::cli {
namespace {

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  expect(file.good(), "[report] expected a file of records; cannot read '{}'", path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string page_of(const BenchRun& run) {
  const std::optional<report::CardFacts> facts = card_facts();
  return report::to_html(report::page_of(run, facts ? &*facts : nullptr));
}

}  // namespace

void add_report(CLI::App& program, int&) {
  struct Choice {
    std::string records, page = "report.html";
    bool json = false;
  };
  const auto choice = std::make_shared<Choice>();
  CLI::App* command = program.add_subcommand("report", "records as one self-contained HTML page");
  command->add_option("records", choice->records, "JSON as bench --out writes it")->required();
  command->add_option("--out", choice->page, "the page")->capture_default_str();
  command->add_flag("--json", choice->json, "say what was written as JSON");
  command->footer("Example:\n  wattention report out/records.json --out report.html");
  command->callback([choice] {
    write_file_atomically(choice->page, page_of(bench_from_json(read_text(choice->records))));
    if (choice->json)
      print_json({{"written", choice->page}});
    else
      fmt::print("Written: {}\n", choice->page);
  });
}

}  // namespace wattention::cli
