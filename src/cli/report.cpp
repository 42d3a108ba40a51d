// report: records to one HTML file.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string_view>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "base/input_file.h"
#include "cli/card_facts.h"
#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/output.h"
#include "report/page.h"

namespace wattention::cli {
namespace {

constexpr std::uint64_t most_bytes = 1 << 30;  // 100,000 cases and more

// Of `bench --json | wattention report /dev/stdin`: its size is not known before its end.
std::string read_pipe(const std::string& path) {
  std::ifstream pipe(path, std::ios::binary);
  if (!pipe)
    fail(ErrorKind::io, "[report] expected to read '{}'; found a pipe that does not open", path);
  std::string text, piece(1 << 16, ' ');
  while (text.size() <= most_bytes &&
         (pipe.read(piece.data(), std::ssize(piece)), pipe.gcount() > 0))
    text.append(piece, 0, static_cast<std::size_t>(pipe.gcount()));
  expect(text.size() <= most_bytes,
         "[report] expected records of at most {} bytes in '{}'; found more", most_bytes, path);
  return text;
}

std::string read_text(const std::string& path) {
  std::error_code unknown;
  if (std::filesystem::is_fifo(path, unknown)) return read_pipe(path);
  const InputFile file(path);
  expect(file.size_bytes() <= most_bytes,
         "[report] expected records of at most {} bytes in '{}'; found {}", most_bytes, path,
         file.size_bytes());
  std::string text(file.size_bytes(), ' ');
  file.read_at(0, std::as_writable_bytes(std::span(text)));
  return text;
}

// The page would replace measurements that nothing brings back.
void expect_other_file(const std::string& records, const std::string& page) {
  std::error_code error;  // a page that is not there yet
  expect(!std::filesystem::equivalent(records, page, error),
         "[report] expected another file for the page than the records; found '{}'", page);
}

BenchRun read_records(const std::string& path) {
  const std::string text = read_text(path);
  try {
    return bench_from_json(text);
  } catch (const Error& error) {
    // The library's sentence about a text, told of the file that holds it.
    const std::string_view sentence = error.what();
    fail(error.kind(), "[report{} in '{}'", sentence.substr(sentence.find(']')), path);
  }
}

std::string page_of(const BenchRun& run, bool explains) {
  const std::optional<report::CardFacts> facts = card_facts();
  std::vector<report::Section> others;
  if (explains) others.push_back(notebook_doctor());
  return report::to_html(report::page_of(run, facts ? &*facts : nullptr, others));
}

}  // namespace

void add_report(Command& program, int&) {
  struct Choice {
    std::string records, page = "report.html";
    bool json = false;
    bool explains = false;
  };
  const auto choice = std::make_shared<Choice>();
  Command* command =
      program.add_subcommand("report", "write records as one self-contained HTML page");
  command->add_option("records", choice->records, "records in JSON, as bench --out writes them")
      ->required();
  command->add_option("--out", choice->page, "file for the page")->capture_default_str();
  command->add_flag("--explain", choice->explains,
                    "also run the notebook's two modules on the software card, and show which op "
                    "costs accuracy, time and energy");
  command->add_flag("--json", choice->json, "print what was written, as JSON");
  command->footer(
      "Examples:\n"
      "  wattention report out/records.json --out report.html\n"
      "  wattention bench --json | wattention report /dev/stdin");
  command->callback([choice] {
    const BenchRun run = read_records(choice->records);
    expect_other_file(choice->records, choice->page);
    write_file_atomically(choice->page, page_of(run, choice->explains));
    if (choice->json)
      print_json({{"written", choice->page}});
    else
      print_out("Written: {}\n", choice->page);
  });
}

}  // namespace wattention::cli
