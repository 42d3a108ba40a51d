#pragma once
// What a child process must know: of all threads only the one that forked goes on in it.
#include <atomic>
#include <cstdint>
#include <string_view>

namespace wattention {

/// Forks between the first process and this one. Threads and locks of an earlier generation are of no use.
std::uint32_t fork_generation();

/// A mutex for which a child does not wait when a thread that exists in the parent only holds it.
class ForkAwareMutex {
 public:
  /// `guarded` names it in the refusal.
  explicit constexpr ForkAwareMutex(std::string_view guarded) : guarded_(guarded) {}
  /// Throws Error{unsupported} in a child that was forked while another thread held it.
  void lock();
  void unlock();

 private:
  std::atomic<std::uint32_t> holder_{0};  // 0: nobody; else 1 + the generation that locked it
  std::string_view guarded_;
};

}  // namespace wattention
