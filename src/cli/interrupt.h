#pragma once
// Ctrl-C as a question instead of an end.
#include <csignal>

namespace wattention::cli {

/// 128 + SIGINT, as shells report it.
inline constexpr int exit_interrupted = 130;

/// While it lives, the first SIGINT or SIGTERM is only remembered; the second ends the program as usual, except under
/// mpirun.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool requested() const;

 private:
  struct sigaction old_interrupt_ {};
  struct sigaction old_terminate_ {};
};

}  // namespace wattention::cli
