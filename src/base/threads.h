#pragma once
// Fork and join on OpenMP's threads. The only file that knows OpenMP.
#include <cstdint>
#include <type_traits>
#include <utility>

namespace wattention {

/// More than any machine's cores.
inline constexpr int max_threads = 1024;

/// Threads this process may run on: its CPU affinity, or what the environment's WATTENTION_THREADS says.
/// Throws Error{bad_input} when that is not 1 to max_threads.
int available_threads();

/// 0 -> available_threads(), up to max_threads unchanged. Throws Error{bad_input} for anything else.
int resolve_threads(int requested);

namespace detail {
using ThreadBody = void (*)(void* context, int thread);
void fork_join(int threads, ThreadBody body, void* context);
}  // namespace detail

/// Runs body(thread) for thread in [0, threads), one call per thread, and waits. Allocates nothing, unless
/// this thread's last fork was of fewer. Throws Error{out_of_memory} where the system starts no more threads.
/// An exception from a body is rethrown here after all have ended (the one of the lowest thread).
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
