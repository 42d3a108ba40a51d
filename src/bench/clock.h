#pragma once
// The one clock of the measurements: steady wall time, and processor time of all threads of this process.
#include <chrono>
#include <ctime>

namespace wattention {

struct Elapsed {
  double wall_s = 0;
  double cpu_s = 0;
};

class Stopwatch {
 public:
  Stopwatch() : wall_(Clock::now()), cpu_s_(process_s()) {}

  Elapsed elapsed() const {
    const std::chrono::duration<double> wall = Clock::now() - wall_;
    return {wall.count(), process_s() - cpu_s_};
  }
  double wall_s() const { return std::chrono::duration<double>(Clock::now() - wall_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  static double process_s() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }

  Clock::time_point wall_;
  double cpu_s_;
};

}  // namespace wattention
