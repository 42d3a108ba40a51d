#pragma once
// Threads that wait for work: awake for a moment, then asleep. base/threads.h shares work among them.
#include <atomic>
#include <cstdint>
#include <mutex>

namespace wattention {

/// What is done in shares. `run` must not throw; it is called once per share, by any thread.
class SharedWork {
 public:
  virtual void run(int share) noexcept = 0;

 protected:
  ~SharedWork() = default;
};

/// Whether a thread that waits may stay awake for a moment: not where there are more threads than processors.
enum class Waiting { awake_first, asleep };

/// A thread of the pool. Whoever took it from there gives it one share at a time. It lives as long as the process.
class Worker {
 public:
  void give(SharedWork& work, int share, Waiting waiting);
  /// True when it has not begun: the share is the caller's again.
  bool take_back();
  /// Until its share is done.
  void await();
  /// What the thread does.
  [[noreturn]] void serve();

  Worker* next = nullptr;  ///< in the pool, or in the hands of whoever took it

 private:
  // Each change of hands is one atomic step, so that a share has exactly one thread.
  enum class State : int { awake, asleep, given, running, awaited };

  void wait_for_share(Waiting waiting);

  SharedWork* work_ = nullptr;
  int share_ = 0;
  Waiting waiting_ = Waiting::awake_first;
  std::atomic<State> state_{State::awake};
};

class ThreadPool {
 public:
  /// This process's own: a child begins with none of its parent's threads.
  static ThreadPool& here();

  /// A list of `count` workers. Throws Error{out_of_memory} where the system starts no more threads.
  Worker* take(int count);
  void put_back(Worker* first) noexcept;
  /// For work on so many threads.
  Waiting waiting(int threads) const {
    return threads <= processors_ ? Waiting::awake_first : Waiting::asleep;
  }

 private:
  explicit ThreadPool(ThreadPool* parents);

  const std::uint32_t generation_;
  [[maybe_unused]] ThreadPool* const parents_;  // its threads are gone, its memory stays reachable
  const int processors_;
  std::mutex lock_;
  Worker* free_ = nullptr;
};

}  // namespace wattention
