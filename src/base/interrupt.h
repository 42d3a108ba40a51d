#pragma once
// How a long computation ends early: its caller lends a flag, and the loops look at it.
#include <atomic>

namespace wattention {

using StopFlag = std::atomic<bool>;

namespace detail {
extern constinit thread_local const StopFlag* stop_flag;  // null: nobody can interrupt this thread
[[noreturn]] void end_interrupted();
}  // namespace detail

/// While it lives, what this thread computes, with the threads that help it, ends soon after `stop` turns true.
/// The flag may be raised from a signal handler.
class InterruptibleScope {
 public:
  explicit InterruptibleScope(const StopFlag* stop) : outer_(detail::stop_flag) {
    detail::stop_flag = stop;
  }
  ~InterruptibleScope() { detail::stop_flag = outer_; }
  InterruptibleScope(const InterruptibleScope&) = delete;
  InterruptibleScope& operator=(const InterruptibleScope&) = delete;

 private:
  const StopFlag* outer_;
};

/// The calling thread's flag, for threads that help it; null when there is none.
inline const StopFlag* current_stop_flag() {
  return detail::stop_flag;
}

/// For loops whose turns take microseconds to milliseconds. Throws Error{interrupted} when the caller asks to stop.
inline void interruption_point() {
  const StopFlag* const stop = detail::stop_flag;
  if (stop != nullptr && stop->load(std::memory_order_relaxed)) [[unlikely]]
    detail::end_interrupted();
}

}  // namespace wattention
