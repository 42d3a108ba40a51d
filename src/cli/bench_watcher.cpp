#include "cli/bench_watcher.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <utility>

#include "base/atomic_file.h"
#include "cli/command.h"
#include "cli/output.h"

namespace wattention::cli {
namespace {

constexpr auto between_lines = std::chrono::milliseconds(100);

// One column stays free: a full line would wrap.
std::size_t terminal_columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col - 1u : 79u;
}

}  // namespace

std::string progress_line(const BenchProgress& progress) {
  std::string line =
      fmt::format("[{}/{}] {}: ", progress.case_index + 1, progress.cases, progress.name);
  if (progress.repeat == 0)
    line += "warming up";
  else
    line += fmt::format("repeat {}, {} of {} forwards", progress.repeat, progress.forward,
                        progress.forwards);
  if (progress.repeat > 2) line += fmt::format(", spread {:.1f} %", 100 * progress.spread);
  if (progress.remaining_s) line += fmt::format(", about {:.0f} s left", *progress.remaining_s);
  return line;
}

BenchWatcher::BenchWatcher(std::string records_path)
    : records_path_(std::move(records_path)), terminal_(isatty(STDERR_FILENO) == 1) {
  expect_writable(records_path_);
}

BenchWatcher::~BenchWatcher() {
  clear_line();
}

void BenchWatcher::on_progress(const BenchProgress& progress) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (line_shown_ && now - last_line_ < between_lines) return;
  last_line_ = now;
  line_shown_ = true;
  say(fmt::format("\r\x1b[K{}", progress_line(progress).substr(0, terminal_columns())));
}

void BenchWatcher::on_record(const BenchRun& run) {
  if (!records_path_.empty()) write_file_atomically(records_path_, wattention::to_json(run));
}

int BenchWatcher::finish(const BenchRun& run, std::size_t cases) {
  clear_line();
  if (!run.interrupted) return exit_good;
  on_record(run);  // again, with the interruption in its context
  say(fmt::format("[bench] interrupted: {} of {} cases finished and kept{}\n", run.records.size(),
                  cases, records_path_.empty() ? "" : fmt::format(" in {}", records_path_)));
  return exit_interrupted;
}

void BenchWatcher::clear_line() {
  if (!line_shown_) return;
  say("\r\x1b[K");
  line_shown_ = false;
}

}  // namespace wattention::cli
