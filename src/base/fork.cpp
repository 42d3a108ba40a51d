#include "base/fork.h"

#include <pthread.h>

#include "base/fail.h"

namespace wattention {
namespace {

constinit std::atomic<std::uint32_t> generation{0};

void count_fork() {
  generation.fetch_add(1, std::memory_order_relaxed);
}

// Before main, so that no fork goes uncounted.
[[maybe_unused]] const int counts_forks = pthread_atfork(nullptr, nullptr, count_fork);

}  // namespace

std::uint32_t fork_generation() {
  return generation.load(std::memory_order_relaxed);
}

void ForkAwareMutex::lock() {
  const std::uint32_t here = fork_generation() + 1;
  for (std::uint32_t found = 0;
       !holder_.compare_exchange_weak(found, here, std::memory_order_acquire); found = 0) {
    if (found == 0) continue;
    if (found != here)
      fail(ErrorKind::unsupported,
           "[fork] expected {} at rest when this process was forked; found a thread of the parent "
           "at work on it",
           guarded_);
    holder_.wait(found, std::memory_order_relaxed);
  }
}

void ForkAwareMutex::unlock() {
  holder_.store(0, std::memory_order_release);
  holder_.notify_one();
}

}  // namespace wattention
