#pragma once
// Fork and join: the only way to threads.
#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "base/processors.h"

namespace wattention {

/// More than any machine's cores.
inline constexpr int max_threads = 1024;

/// default_threads() of this process, where nobody names a number.
ThreadCount available_threads();

/// 0 -> available_threads(), up to max_threads unchanged. Throws Error{bad_input} for anything else.
ThreadCount thread_count(int requested);
inline int resolve_threads(int requested) {
  return requested > 0 && requested <= max_threads ? requested : thread_count(requested).count;
}

/// How many of `threads` a piece of work is worth: one per `least_share` of it, and at least one.
inline int useful_threads(double work, double least_share, int threads) {
  return static_cast<int>(std::clamp(work / least_share, 1.0, static_cast<double>(threads)));
}

namespace detail {
using ThreadBody = void (*)(void* context, int thread);
void fork_join(int threads, ThreadBody body, void* context);
}  // namespace detail

/// Runs body(thread) for thread in [0, threads), each once, and waits. A thread that is not awake in time leaves its
/// body to the caller's, so bodies must not wait for each other. Inside a body all run on the thread that calls.
/// Allocates nothing, unless it needs more threads than ever before. Throws Error{out_of_memory} where the system
/// starts no more. An exception from a body is rethrown here after all have ended (the one of the lowest thread).
/// A child process computes on threads of its own.
template <class Body>
void parallel(int threads, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  detail::fork_join(
      threads, [](void* context, int thread) { (*static_cast<Plain*>(context))(thread); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

/// Thread t's share [begin, end) of `count` items, in units of `grain`; shares differ by one grain at most.
struct Share {
  std::int64_t begin;
  std::int64_t end;
};
Share share_of(std::int64_t count, int thread, int threads, std::int64_t grain = 1);

}  // namespace wattention
