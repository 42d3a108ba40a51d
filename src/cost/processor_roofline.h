#pragma once
// What a processor would take that is not here: its published ceilings, times the shares of such ceilings that a
// program was measured to reach on other processors.
#include <wattention/interval.h>

#include <string>

namespace wattention {

/// A processor at one clock.
struct OperatingPoint {
  double big_flops_per_s = 0;    ///< multiply-adds of all big cores at once, two operations each
  double small_flops_per_s = 0;  ///< of all small ones; 0 where there are none
  double core_hz = 0;            ///< of one big core
  Interval package_w;            ///< with all cores at work
};

struct Processor {
  std::string name;
  int big_cores = 0, small_cores = 0;
  int threads = 0;  ///< of all cores; a big core may run two
  double bytes_per_s = 0;
  OperatingPoint base, turbo;  ///< the clock that power always allows, and the highest
};

/// A program as it was measured elsewhere.
struct CpuProgram {
  std::string name;
  bool thread_per_core = false;  ///< else one for each that the processor runs
  Interval flop_share;           ///< of the multiply-adds that the cores could do
  Interval byte_share;           ///< of what memory could send
  Interval prepare_cycles;       ///< of one core, once for a module
};

/// One forward.
struct CpuWork {
  double flops = 0;
  double bytes = 0;  ///< that no cache can spare: inputs, weights and result, once each
};

/// All cores busy to the end.
double full_flops_per_s(const OperatingPoint& point);

/// The work in equal shares, one a thread: all wait for the slowest thread.
double equal_flops_per_s(const Processor& processor, const OperatingPoint& point, int threads);

/// The roofline: what takes longer, the operations or the bytes.
double roofline_s(const CpuWork& work, double flops_per_s, double bytes_per_s);

/// A forward: from the turbo clock, full cores and the largest share to the base clock, equal shares and the smallest.
/// Nothing says where between its ends a machine runs, so the value is their geometric mean; so it is below.
Interval forward_s(const Processor& processor, const CpuProgram& program, const CpuWork& work);

/// Of the package, for a forward. Power goes with the clock: time and watts of one point belong together.
Interval package_j(const Processor& processor, const CpuProgram& program, const CpuWork& work);

/// A module and `count` forwards.
Interval loop_s(const Processor& processor, const CpuProgram& program, const CpuWork& work,
                double count);

}  // namespace wattention
