#include "cluster/courier.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/fail.h"

namespace wattention {
namespace {

using Clock = std::chrono::steady_clock;

// Open MPI sends up to 64 KiB over TCP, its own header included, without asking. For more it asks first, and between
// two ranks that send to each other the answers queue in the socket behind the data: half the link is lost.
constexpr std::size_t piece_bytes = std::size_t{63} << 10;
// Of one message at a time: 1 MB, more than a link takes between two looks (at 200 Gbit/s 50 microseconds are 1.25 MB,
// and keys travel beside values), and a bound for what a late receiver stores.
constexpr std::size_t most_pieces = 16;
constexpr auto between_looks = std::chrono::microseconds(50);
constexpr auto between_questions = std::chrono::milliseconds(20);

}  // namespace

// Written by the courier's thread alone until it is done.
class Courier::Message {
 public:
  Message(bool sends, std::byte* bytes, std::size_t count, std::shared_ptr<void> owner, int peer,
          Subject subject)
      : sends_(sends),
        bytes_(bytes),
        count_(count),
        owner_(std::move(owner)),
        peer_(peer),
        tag_(static_cast<int>(subject)) {}

  /// True once it is done, or has failed.
  bool move_on(const MpiFunctions& mpi) {
    while (post(mpi)) {
      int over = 0;
      if (const int error = mpi.test(on_way_.front(), &over)) return fails(mpi, error);
      if (over == 0) return false;
      on_way_.pop_front();
      if (on_way_.empty() && !has_more_) {
        done_s_ = now_s();
        return true;
      }
    }
    return true;
  }

  int peer() const { return peer_; }
  bool sends() const { return sends_; }
  double done_s() const { return done_s_; }
  const std::string& failure() const { return failure_; }
  bool is_done = false;  ///< under the thread's lock

 private:
  // Both ends cut a message into the same pieces; one of no bytes is a piece, too.
  bool post(const MpiFunctions& mpi) {
    while (has_more_ && on_way_.size() < most_pieces) {
      const std::size_t piece = std::min(count_, piece_bytes);
      const auto count = static_cast<int>(piece);
      void* request = nullptr;
      const int error = sends_ ? mpi.send(bytes_, count, peer_, tag_, &request)
                               : mpi.receive(bytes_, count, peer_, tag_, &request);
      if (error != 0) return !fails(mpi, error);
      on_way_.push_back(request);
      bytes_ += piece;
      count_ -= piece;
      has_more_ = count_ > 0;
    }
    return true;
  }
  bool fails(const MpiFunctions& mpi, int error) {
    std::array<char, 256> text{};
    mpi.error_text(error, text.data(), static_cast<int>(text.size()));
    failure_ = text.data();
    return true;
  }

  bool sends_;
  std::byte* bytes_;
  std::size_t count_;
  std::shared_ptr<void> owner_;
  int peer_, tag_;
  bool has_more_ = true;
  std::deque<void*> on_way_;
  double done_s_ = 0;
  std::string failure_;
};

class Courier::Thread {
 public:
  explicit Thread(const MpiFunctions& mpi) : mpi_(mpi), thread_([this] { run(); }) {
    const int error = started_.get_future().get();
    if (error == 0) return;
    thread_.join();
    fail(ErrorKind::io, "[cluster] expected MPI to start; found its error {}", error);
  }
  ~Thread() { thread_.join(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  /// What is done once MPI has ended: a message that nobody carries.
  Receipt end(bool with_others) {
    const std::lock_guard lock(lock_);
    ends_ = true;
    finalizes_ = with_others;
    changed_.notify_all();
    return over_;
  }

  Receipt add(std::shared_ptr<Message> message) {
    const std::lock_guard lock(lock_);
    added_.push_back(message);
    changed_.notify_all();
    return message;
  }

  /// False: not within this time.
  bool await(const Message& message, Clock::duration time) {
    std::unique_lock lock(lock_);
    return changed_.wait_for(lock, time, [&] { return message.is_done; });
  }

  int rank = 0, size = 1;

 private:
  void run() {
    const int error = mpi_.start(&rank, &size);
    started_.set_value(error);
    if (error != 0) return;
    while (take_added()) {
      if (!look()) std::this_thread::sleep_for(between_looks);
    }
    if (finalizes_) mpi_.stop();
    const std::lock_guard lock(lock_);
    over_->is_done = true;
    changed_.notify_all();
  }

  // Sleeps while there is nothing to carry; false at the end.
  bool take_added() {
    std::unique_lock lock(lock_);
    if (carried_.empty()) changed_.wait(lock, [this] { return ends_ || !added_.empty(); });
    carried_.insert(carried_.end(), added_.begin(), added_.end());
    added_.clear();
    return !ends_;
  }

  // True where something was done.
  bool look() {
    const auto done =
        std::stable_partition(carried_.begin(), carried_.end(),
                              [this](auto& message) { return !message->move_on(mpi_); });
    if (done == carried_.end()) return false;
    const std::lock_guard lock(lock_);
    for (auto at = done; at != carried_.end(); ++at) {
      (*at)->is_done = true;
      if (!(*at)->failure().empty()) failed_.push_back(*at);
    }
    carried_.erase(done, carried_.end());
    changed_.notify_all();
    return true;
  }

  const MpiFunctions& mpi_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Message>> added_;    // under the lock
  std::vector<std::shared_ptr<Message>> carried_;  // the thread's own
  std::vector<std::shared_ptr<Message>> failed_;   // MPI may still fill what their pieces name
  bool ends_ = false, finalizes_ = false;
  std::shared_ptr<Message> over_ =
      std::make_shared<Message>(false, nullptr, 0, nullptr, 0, Subject::words);
  std::promise<int> started_;
  std::thread thread_;  // last: it uses the others
};

Courier::Courier(const MpiFunctions& mpi, double time_limit_s)
    : thread_(std::make_unique<Thread>(mpi)), time_limit_s_(time_limit_s) {}

Courier::~Courier() {
  try {
    wait(thread_->end(!is_lost_ && std::uncaught_exceptions() == 0));
  } catch (const Error&) {
    // The thread stays in MPI's end. This process ends without it, and mpirun then ends the others.
    static_cast<void>(thread_.release());
  }
}

int Courier::rank() const {
  return thread_->rank;
}

int Courier::size() const {
  return thread_->size;
}

Courier::Receipt Courier::send(std::span<const std::byte> bytes, std::shared_ptr<void> owner,
                               int to, Subject subject) {
  return thread_->add(std::make_shared<Message>(true, const_cast<std::byte*>(bytes.data()),
                                                bytes.size(), std::move(owner), to, subject));
}

Courier::Receipt Courier::receive(std::span<std::byte> bytes, std::shared_ptr<void> owner, int from,
                                  Subject subject) {
  return thread_->add(std::make_shared<Message>(false, bytes.data(), bytes.size(), std::move(owner),
                                                from, subject));
}

void Courier::wait(const Receipt& receipt, const StopQuestion& stop) {
  const Clock::time_point begin = Clock::now();
  while (!thread_->await(*receipt, between_questions)) {
    const bool is_told = stop && stop();
    const double waited_s = std::chrono::duration<double>(Clock::now() - begin).count();
    is_lost_ = is_lost_ || is_told || waited_s > time_limit_s_;
    if (is_told) fail(ErrorKind::interrupted, "[cluster] stopped while waiting for a rank");
    if (waited_s > time_limit_s_)
      fail(ErrorKind::io,
           "[cluster] expected rank {} to {} within {:.4g} s; found rank {} waiting in vain",
           receipt->peer(), receipt->sends() ? "take a message" : "answer", time_limit_s_, rank());
  }
  if (!receipt->failure().empty())
    fail(ErrorKind::io, "[cluster] expected rank {} to be reached from rank {}; found: {}",
         receipt->peer(), rank(), receipt->failure());
}

double Courier::done_s(const Receipt& receipt) {
  return receipt->done_s();
}

}  // namespace wattention
