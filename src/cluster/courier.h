#pragma once
// Carries bytes between ranks while others compute: a thread of its own makes all calls of MPI, since Open MPI moves
// large messages only while someone calls it. It looks at them many times a millisecond and sleeps in between, so it
// takes little of a processor.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "cluster/mpi_functions.h"

namespace wattention {

/// Asked while a rank waits; true ends the wait.
using StopQuestion = std::function<bool()>;

/// What a message is about: those of one subject between two ranks arrive in order.
enum class Subject : int { length = 1, words, key, value, query, context, rows };

/// On steady_clock, as times of messages are.
inline double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Courier {
 public:
  /// Starts MPI. A rank that keeps another waiting for longer than the limit counts as lost.
  Courier(const MpiFunctions& mpi, double time_limit_s);
  /// Ends MPI together with the others, within the limit; without them during an exception or once a rank was lost:
  /// they may never come.
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  int rank() const;
  int size() const;

  class Message;
  using Receipt = std::shared_ptr<const Message>;
  /// Begins to send or to fill `bytes`, which `owner` keeps until it is done.
  Receipt send(std::span<const std::byte> bytes, std::shared_ptr<void> owner, int to,
               Subject subject);
  Receipt receive(std::span<std::byte> bytes, std::shared_ptr<void> owner, int from,
                  Subject subject);
  /// Until it is done. Throws Error{io} after the time limit or where MPI fails, Error{interrupted} when told to stop.
  void wait(const Receipt& receipt, const StopQuestion& stop = {});
  /// On steady_clock, of a message that is done.
  static double done_s(const Receipt& receipt);

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
  double time_limit_s_;
  bool is_lost_ = false;  ///< a rank, or the patience with one
};

}  // namespace wattention
