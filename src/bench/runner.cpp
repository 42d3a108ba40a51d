// All cases, one after the other.
#include <new>

#include "base/fail.h"
#include "bench/case_runner.h"
#include "bench/clock.h"
#include "bench/context_error.h"
#include "bench/machine.h"
#include "bench/metering.h"
#include "bench/modelled.h"
#include "bench/record.h"

namespace wattention {
namespace {

class Runner {
 public:
  Runner(const std::vector<BenchCase>& cases, const BenchOptions& options, BenchObserver* observer)
      : cases_(cases),
        options_(options),
        observer_(observer),
        errors_(options.seed),
        rounds_(options.team, [this] { return observer_ && observer_->stop_requested(); }) {
    run_.context = context_of(options.command);
  }

  BenchRun run() {
    for (case_index_ = 0; case_index_ < cases_.size() && !run_.interrupted; ++case_index_) {
      name_ = name_of(cases_[case_index_]);
      try {
        keep(record_of(cases_[case_index_]));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::interrupted) throw;
        run_.interrupted = true;
      }
    }
    return std::move(run_);
  }

 private:
  BenchRecord record_of(const BenchCase& bench_case) {
    if (!run_.records.empty())
      if (auto record = extended(run_.records.back(), bench_case)) {
        apply_model(*record, options_.hosts);
        return *record;
      }
    try {
      return measure(bench_case);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || rounds_.is_broken()) throw;
      return skipped(bench_case, error.what());
    } catch (const std::bad_alloc&) {
      return skipped(bench_case, "[bench] expected host memory for the case; found too little");
    }
  }

  // On all ranks, whichever of them could not run it.
  BenchRecord skipped(const BenchCase& bench_case, const std::string& reason) {
    rounds_.fail_with(reason);
    return skipped_record(bench_case, reason);
  }

  BenchRecord measure(const BenchCase& bench_case) {
    BenchRecord record = timed(bench_case);
    if (rounds_.rank() == 0 && options_.measure_error && options_.measure_error(bench_case))
      record.error = errors_.of(bench_case);
    rounds_.meet("end");
    return record;
  }

  BenchRecord timed(const BenchCase& bench_case) {
    const Stopwatch watch;
    if (!options_.simulate && rounds_.size() == 1 && has_model(bench_case))
      return modelled_record(bench_case, options_.hosts);
    BenchRecord record = CaseRunner(bench_case, options_, rounds_, [this](BenchProgress p) {
                           return tell(p);
                         }).run();
    apply_model(record, options_.hosts);
    measured_s_ += watch.wall_s();
    ++measured_;
    return record;
  }

  void keep(BenchRecord record) {
    run_.records.push_back(std::move(record));
    if (observer_) observer_->on_record(run_);
  }

  bool tell(BenchProgress progress) {
    if (!observer_) return false;
    progress.case_index = case_index_;
    progress.cases = cases_.size();
    progress.name = name_;
    if (measured_ > 0)
      progress.remaining_s =
          measured_s_ / measured_ * static_cast<double>(cases_.size() - case_index_);
    observer_->on_progress(progress);
    return observer_->stop_requested();
  }

  const std::vector<BenchCase>& cases_;
  const BenchOptions& options_;
  BenchObserver* observer_;
  ContextErrors errors_;
  TeamRounds rounds_;
  BenchRun run_;
  std::size_t case_index_ = 0;
  std::string name_;
  double measured_s_ = 0;
  int measured_ = 0;
};

}  // namespace

BenchRun run_bench(const std::vector<BenchCase>& cases, const BenchOptions& options,
                   BenchObserver* observer) {
  StoppingRule(options.limits);  // refuses contradictions before anything runs
  expect_meters(options.meters);
  return Runner(cases, options, observer).run();
}

BenchRun run_bench(const BenchAxes& axes, const BenchOptions& options, BenchObserver* observer) {
  return run_bench(cases_of(axes), options, observer);
}

}  // namespace wattention
