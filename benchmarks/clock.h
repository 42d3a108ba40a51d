#pragma once
#include <ctime>

namespace wattention::benchmarks {

/// Seconds on the wall's clock, or of this process's CPU time.
inline double now_s(bool cpu_clock) {
  timespec time{};
  clock_gettime(cpu_clock ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

}  // namespace wattention::benchmarks
