#pragma once
// Ceilings: what a forward could reach at most here, and how near it came.
#include <wattention/bench.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/ceiling_meter.h"

namespace wattention {

/// Of a device's inner loop: the best of a few windows, on all of its threads at once.
struct LoadedCeiling {
  std::string kernel;
  double flops_per_s = 0;
};
/// Nothing where the device has no meter for operands of this dtype.
std::optional<LoadedCeiling> measure_ceiling(const Device& device, DType dtype, CeilingOf of);

/// Measures a case's ceilings again and again, between its repeats: a machine's speed moves. Nothing of a case without
/// heads, or of a device that has no meter.
class CeilingWatch {
 public:
  CeilingWatch(const BenchCase& bench_case, const Device& device, int threads);
  ~CeilingWatch();
  CeilingWatch(const CeilingWatch&) = delete;
  CeilingWatch& operator=(const CeilingWatch&) = delete;
  void measure();
  /// The medians.
  std::optional<BenchCeiling> ceiling() const;

 private:
  std::unique_ptr<CeilingMeter> meter_;
  int threads_;
  std::vector<std::uint64_t> memory_;  // as much as a forward reads, up to a bound
  std::vector<double> flops_per_s_, bytes_per_s_;
};

/// How much of the device's ceiling a forward reached: of the multiply-adds, or of the bytes where reading them takes
/// longer.
struct CeilingShare {
  double share = 0;
  std::string_view bound;  ///< "multiply-adds" or "reads"
};
/// Nothing without a ceiling or a time.
std::optional<CeilingShare> ceiling_share(const BenchRecord& record);

}  // namespace wattention
