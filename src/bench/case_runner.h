#pragma once
// Measures one case: warm-up, repeats of the loop, the stopping rule.
#include <wattention/bench.h>

#include <functional>

#include "bench/bench_module.h"
#include "bench/stopping_rule.h"
#include "bench/tensor_stream.h"

namespace wattention {

class CaseRunner {
 public:
  /// `watch` hears of progress between blocks of forwards; returning true ends the run.
  using Watch = std::function<bool(const BenchProgress&)>;
  CaseRunner(const BenchCase& bench_case, const BenchOptions& options, Watch watch);

  /// Throws what the device throws when it cannot run the case, and Error{interrupted} when told to stop.
  BenchRecord run();

 private:
  void warm_up();
  void read_meters();
  BenchRepeat repeat();
  void time_block(BenchModule& module, std::int64_t most, BenchRepeat& repeat);
  void tell();

  BenchCase case_;
  BenchOptions options_;
  Watch watch_;
  Device device_;
  TensorStream stream_;
  StoppingRule rule_;
  BenchProgress progress_;
  BenchRecord record_;
  Tensor context_;
  std::int64_t block_ = 1;
};

}  // namespace wattention
