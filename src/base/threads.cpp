#include "base/threads.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <latch>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "base/interrupt.h"

namespace wattention {
namespace {

// One fork and join. The atomics order the caller's writes before the threads' reads and back
// again: OpenMP promises that already, but ThreadSanitizer cannot see inside its run-time library.
struct Job {
  detail::ThreadBody body;
  void* context;
  const StopFlag* stop = current_stop_flag();  // whoever can interrupt the caller interrupts all
  std::atomic<int> opened{0};
  std::atomic<int> finished{0};
  std::atomic<int> failed_thread{1 << 30};
  std::exception_ptr failure = nullptr;
  std::atomic_flag failure_lock = ATOMIC_FLAG_INIT;

  void keep(int thread, std::exception_ptr error) {
    while (failure_lock.test_and_set(std::memory_order_acquire)) {
    }
    if (thread < failed_thread.load(std::memory_order_relaxed)) {
      failed_thread.store(thread, std::memory_order_relaxed);
      failure = std::move(error);
    }
    failure_lock.clear(std::memory_order_release);
  }

  void run(int thread) {
    opened.load(std::memory_order_acquire);
    const InterruptibleScope scope(stop);
    try {
      body(context, thread);
    } catch (...) {
      keep(thread, std::current_exception());
    }
    finished.fetch_add(1, std::memory_order_release);
  }
};

#if defined(__SANITIZE_THREAD__)
__attribute__((no_sanitize_thread, noinline))
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
__attribute__((no_sanitize("thread"), noinline))
#endif
#endif
void run_on_threads(Job* job, int threads) {
#pragma omp parallel num_threads(threads)
  {
    // A nested or limited region may get fewer threads: the ones that came share the bodies.
    for (int thread = omp_get_thread_num(); thread < threads; thread += omp_get_num_threads())
      job->run(thread);
  }
}

// OpenMP's run time ends the process when the system gives it no thread. It keeps, for each thread that forks, those
// of its last fork; so a larger one first starts as many as it adds, all at once, and lets them go.
void expect_startable(int threads) {
  thread_local int kept = 1;
  const bool runs_alone = omp_get_active_level() >= omp_get_max_active_levels();  // nested
  const int added = runs_alone ? 0 : threads - std::exchange(kept, threads);
  if (added <= 0) return;
  std::latch all_tried(1);
  std::vector<std::thread> started;
  std::string refused;
  try {
    started.reserve(static_cast<std::size_t>(added));
    while (static_cast<int>(started.size()) < added)
      started.emplace_back([&all_tried] { all_tried.wait(); });
  } catch (const std::exception& error) {  // system_error, bad_alloc
    refused = error.what();
  }
  all_tried.count_down();
  for (std::thread& thread : started) thread.join();
  if (refused.empty()) return;
  kept = threads - added;
  fail(ErrorKind::out_of_memory, "[threads] expected the system to start {} threads; found {}: {}",
       threads, kept + static_cast<int>(started.size()), refused);
}

}  // namespace

int available_threads() {
  const char* text = std::getenv("WATTENTION_THREADS");
  if (text == nullptr || *text == '\0') return std::clamp(omp_get_num_procs(), 1, max_threads);
  int wanted = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, wanted);
  expect(error == std::errc() && stop == end && wanted >= 1 && wanted <= max_threads,
         "[threads] expected WATTENTION_THREADS to be 1 to {}; found \"{}\"", max_threads, text);
  return wanted;
}

int resolve_threads(int requested) {
  expect(requested >= 0 && requested <= max_threads, "[threads] expected 0 (all) to {}; found {}",
         max_threads, requested);
  return requested > 0 ? requested : available_threads();
}

void detail::fork_join(int threads, ThreadBody body, void* context) {
  if (threads <= 1) return body(context, 0);
  expect_startable(threads);
  Job job{body, context};
  job.opened.store(1, std::memory_order_release);
  run_on_threads(&job, threads);
  job.finished.load(std::memory_order_acquire);
  if (job.failure) std::rethrow_exception(job.failure);
}

Share share_of(std::int64_t count, int thread, int threads, std::int64_t grain) {
  const std::int64_t grains = (count + grain - 1) / grain;
  const std::int64_t begin = grains * thread / threads * grain;
  const std::int64_t end = grains * (thread + 1) / threads * grain;
  return {std::min(begin, count), std::min(end, count)};
}

}  // namespace wattention
