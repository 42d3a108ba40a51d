#include "base/threads.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <utility>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/launcher.h"
#include "base/thread_pool.h"

namespace wattention {
namespace {

constinit thread_local bool inside_a_body = false;

class InsideScope {
 public:
  InsideScope() : outer_(std::exchange(inside_a_body, true)) {}
  ~InsideScope() { inside_a_body = outer_; }
  InsideScope(const InsideScope&) = delete;
  InsideScope& operator=(const InsideScope&) = delete;

 private:
  const bool outer_;
};

class Job final : public SharedWork {
 public:
  Job(detail::ThreadBody body, void* context) : body_(body), context_(context) {}

  void run(int thread) noexcept override {
    const InsideScope inside;
    const InterruptibleScope scope(stop_);
    try {
      body_(context_, thread);
    } catch (...) {
      keep(thread, std::current_exception());
    }
  }

  void rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void keep(int thread, std::exception_ptr error) {
    const std::lock_guard lock(failure_lock_);
    if (failure_ && thread > failed_thread_) return;
    failed_thread_ = thread;
    failure_ = std::move(error);
  }

  const detail::ThreadBody body_;
  void* const context_;
  const StopFlag* const stop_ =
      current_stop_flag();  // whoever can interrupt the caller interrupts all
  std::mutex failure_lock_;
  int failed_thread_ = 0;
  std::exception_ptr failure_ = nullptr;
};

// Workers for the time of one fork and join.
class Team {
 public:
  explicit Team(int threads)
      : pool_(ThreadPool::here()),
        first_(pool_.take(threads - 1)),
        waiting_(pool_.waiting(threads)) {}
  ~Team() { pool_.put_back(first_); }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  void run(Job& job) {
    int thread = 1;
    for (Worker* worker = first_; worker != nullptr; worker = worker->next)
      worker->give(job, thread++, waiting_);
    job.run(0);
    thread = 1;
    for (Worker* worker = first_; worker != nullptr; worker = worker->next, ++thread)
      if (worker->take_back()) job.run(thread);
    for (Worker* worker = first_; worker != nullptr; worker = worker->next) worker->await();
  }

 private:
  ThreadPool& pool_;
  Worker* const first_;
  const Waiting waiting_;
};

}  // namespace

ThreadCount available_threads() {
  static const int machine = processors_of_machine();
  static const std::optional<double> quota = cpu_quota();  // reading it takes longer than small ops
  const char* const named = std::getenv("WATTENTION_THREADS");
  ThreadCount threads = default_threads({.machine = machine,
                                         .allowed = processors_allowed(),
                                         .quota = quota,
                                         .wattention_threads = named,
                                         .omp_num_threads = std::getenv("OMP_NUM_THREADS")});
  if (named != nullptr && *named != '\0') return threads;
  static const int ranks_here = launch().ranks_here;
  return among_ranks(std::move(threads), std::min(quota.value_or(machine), 1.0 * machine),
                     ranks_here);
}

ThreadCount thread_count(int requested) {
  expect(requested >= 0 && requested <= max_threads, "[threads] expected 0 (all) to {}; found {}",
         max_threads, requested);
  return requested > 0 ? ThreadCount{requested} : available_threads();
}

void detail::fork_join(int threads, ThreadBody body, void* context) {
  if (threads <= 1) return body(context, 0);
  Job job(body, context);
  if (inside_a_body) {
    for (int thread = 0; thread < threads; ++thread) job.run(thread);
  } else {
    Team(threads).run(job);
  }
  job.rethrow_failure();
}

Share share_of(std::int64_t count, int thread, int threads, std::int64_t grain) {
  const std::int64_t grains = (count + grain - 1) / grain;
  const std::int64_t begin = grains * thread / threads * grain;
  const std::int64_t end = grains * (thread + 1) / threads * grain;
  return {std::min(begin, count), std::min(end, count)};
}

}  // namespace wattention
