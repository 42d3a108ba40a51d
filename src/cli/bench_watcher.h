#pragma once
// What the commands do while a benchmark runs: a progress line, records written as they come, Ctrl-C.
#include <wattention/bench.h>

#include <chrono>
#include <string>

#include "cli/interrupt.h"

namespace wattention::cli {

class BenchWatcher : public BenchObserver {
 public:
  /// After each case the records so far replace the file `records_path`; empty: no file. The progress line goes to
  /// stderr when it is a terminal.
  explicit BenchWatcher(std::string records_path);
  ~BenchWatcher() override;

  void on_progress(const BenchProgress& progress) override;
  void on_record(const BenchRun& run) override;
  bool stop_requested() override { return interrupt_.requested(); }

  /// Says on stderr what was kept of `cases` cases, if Ctrl-C ended the run; the exit code for it.
  int finish(const BenchRun& run, std::size_t cases);

 private:
  void clear_line();

  std::string records_path_;
  bool terminal_;
  bool line_shown_ = false;
  std::chrono::steady_clock::time_point last_line_{};
  InterruptGuard interrupt_;
};

/// "[3/12] cpu/fused/f32/...: repeat 2, 45 of 166 forwards, spread 1.2 %, about 35 s left".
std::string progress_line(const BenchProgress& progress);

}  // namespace wattention::cli
