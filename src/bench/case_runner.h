#pragma once
// Measures one case: warm-up, repeats of the loop, the stopping rule.
#include <wattention/bench.h>

#include <functional>

#include "base/threads.h"
#include "bench/bench_module.h"
#include "bench/stopping_rule.h"
#include "bench/team_rounds.h"
#include "bench/tensor_stream.h"

namespace wattention {

class CaseRunner {
 public:
  /// `watch` hears of progress between blocks of forwards; returning true ends the run.
  using Watch = std::function<bool(const BenchProgress&)>;
  CaseRunner(const BenchCase& bench_case, const BenchOptions& options, TeamRounds& rounds,
             Watch watch);

  /// With a team all ranks run it, and get the same record. Throws what the device throws when it cannot run the case,
  /// and Error{interrupted} when told to stop.
  BenchRecord run();

 private:
  void expect_case() const;
  void warm_up();
  void agree_on_kernel();
  void add_repeat(const BenchRepeat& own, double case_s);
  void add_ranks();
  void read_meters();
  BenchRepeat repeat();
  void time_block(BenchModule& module, std::int64_t most, BenchRepeat& repeat);
  void tell();

  BenchCase case_;
  BenchOptions options_;
  TeamRounds& rounds_;
  Watch watch_;
  Device device_;
  TensorStream stream_;
  StoppingRule rule_;
  BenchProgress progress_;
  BenchRecord record_;
  Tensor context_;
  std::int64_t block_ = 1;
  Share share_;                                    // of the tensors: this rank's
  std::vector<std::vector<double>> rank_samples_;  // by rank: ms per forward of its repeats
};

}  // namespace wattention
