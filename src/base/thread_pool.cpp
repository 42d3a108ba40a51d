#include "base/thread_pool.h"

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <thread>

#include "base/fail.h"
#include "base/fork.h"
#include "base/processors.h"

namespace wattention {
namespace {

// Longer than what lies between two regions of a small forward (its serial stretches, and the unequal ends of the
// shares), shorter than a slice of the scheduler (3 ms). docs/decisions/0015-threads.md has the times of 50 to 2000 us.
constexpr std::chrono::microseconds longest_spin{1000};

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Until the state differs or the time is over.
template <class State>
void spin_while(const std::atomic<State>& state, State same) {
  constexpr int pauses_between_looks_at_the_clock = 64;
  const auto end = std::chrono::steady_clock::now() + longest_spin;
  do
    for (int i = 0; i < pauses_between_looks_at_the_clock; ++i) {
      if (state.load(std::memory_order_relaxed) != same) return;
      pause();
    }
  while (std::chrono::steady_clock::now() < end);
}

Worker* start() {
  auto worker = std::make_unique<Worker>();
  std::thread([serving = worker.get()] { serving->serve(); }).detach();
  return worker.release();
}

}  // namespace

void Worker::give(SharedWork& work, int share, Waiting waiting) {
  work_ = &work;
  share_ = share;
  waiting_ = waiting;
  if (state_.exchange(State::given, std::memory_order_release) == State::asleep)
    state_.notify_one();
}

bool Worker::take_back() {
  State found = State::given;
  return state_.compare_exchange_strong(found, State::awake, std::memory_order_relaxed);
}

void Worker::await() {
  if (waiting_ == Waiting::awake_first) spin_while(state_, State::running);
  State found = State::running;
  if (state_.compare_exchange_strong(found, State::awaited, std::memory_order_acquire))
    state_.wait(State::awaited, std::memory_order_acquire);
}

void Worker::wait_for_share(Waiting waiting) {
  if (waiting == Waiting::awake_first) spin_while(state_, State::awake);
  State found = State::awake;
  if (state_.compare_exchange_strong(found, State::asleep, std::memory_order_relaxed))
    state_.wait(State::asleep, std::memory_order_relaxed);
}

void Worker::serve() {
  Waiting waiting = Waiting::awake_first;
  while (true) {
    wait_for_share(waiting);
    State found = State::given;
    if (!state_.compare_exchange_strong(found, State::running, std::memory_order_acquire)) continue;
    waiting = waiting_;
    work_->run(share_);
    if (state_.exchange(State::awake, std::memory_order_release) == State::awaited)
      state_.notify_one();
  }
}

ThreadPool::ThreadPool(ThreadPool* parents)
    : generation_(fork_generation()), parents_(parents), processors_(processors_allowed()) {}

ThreadPool& ThreadPool::here() {
  static constinit std::atomic<ThreadPool*> current{nullptr};
  ThreadPool* pool = current.load(std::memory_order_acquire);
  while (pool == nullptr || pool->generation_ != fork_generation()) {
    auto* fresh = new ThreadPool(pool);
    if (current.compare_exchange_strong(pool, fresh, std::memory_order_acq_rel)) return *fresh;
    delete fresh;
  }
  return *pool;
}

Worker* ThreadPool::take(int count) {
  Worker *first = nullptr, **end = &first;
  int taken = 0;
  {
    const std::lock_guard lock(lock_);
    for (; taken < count && free_ != nullptr; ++taken, end = &(*end)->next) {
      *end = free_;
      free_ = free_->next;
    }
    *end = nullptr;
  }
  try {
    for (; taken < count; ++taken, end = &(*end)->next) *end = start();
  } catch (const std::exception& error) {  // system_error, bad_alloc
    put_back(first);
    fail(ErrorKind::out_of_memory,
         "[threads] expected the system to start {} threads; found {}: {}", count + 1, taken + 1,
         error.what());
  }
  return first;
}

void ThreadPool::put_back(Worker* first) noexcept {
  if (first == nullptr) return;
  Worker* last = first;
  while (last->next != nullptr) last = last->next;
  const std::lock_guard lock(lock_);
  last->next = free_;
  free_ = first;
}

}  // namespace wattention
