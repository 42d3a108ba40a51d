#pragma once
// How many processors this process may keep busy, and what says so.
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wattention {

int processors_of_machine();
/// Those that the process's affinity allows; at least 1.
int processors_allowed();

/// The least CPU quota, in processors, of the process's control groups (v1 and v2), from its own up to the root of
/// the mount; none where nothing limits it. `root` stands before every path: tests play /proc and /sys there.
std::optional<double> cpu_quota(const std::string& root = "");

struct ThreadCount {
  int count = 1;
  /// What made it another number than the machine's processors: "OMP_NUM_THREADS"; empty: nothing.
  std::string limit = {};
};

/// "2 threads", "1 thread (OMP_NUM_THREADS)".
std::string to_string(const ThreadCount& threads);
/// The same for an op's report: "threads", and "threads_limited_by" where something did.
std::vector<std::pair<std::string, std::string>> attributes_of(const ThreadCount& threads);

/// What decides how many threads are used where nobody names a number.
struct Surroundings {
  int machine = 1;                           ///< processors of the machine
  int allowed = 1;                           ///< processors_allowed()
  std::optional<double> quota = {};          ///< cpu_quota()
  const char* wattention_threads = nullptr;  ///< the variable of the environment; nullptr: not set
  const char* omp_num_threads =
      nullptr;  ///< a list as OpenMP defines it; what is none is ignored, as OpenMP does
};

/// WATTENTION_THREADS where it is set; else the least of `allowed`, the quota rounded up, and the first of
/// OMP_NUM_THREADS. Throws Error{bad_input} when WATTENTION_THREADS is not 1 to max_threads.
ThreadCount default_threads(const Surroundings& surroundings);

}  // namespace wattention
