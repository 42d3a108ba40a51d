// Two threads add to one int without a lock. Built only under ThreadSanitizer, where CTest expects its
// report: this is what shows that the sanitizer sees into the threads of base/threads.h at all.
#include <atomic>

#include "base/threads.h"

int main() {
  int shared = 0;
  std::atomic<int> begun{0};
  wattention::parallel(2, [&](int) {
    begun.fetch_add(1, std::memory_order_relaxed);
    // Else the caller's thread, done with its own, would run the other body, too. Bounded: bodies must not wait.
    for (int i = 0; i < 100'000'000 && begun.load(std::memory_order_relaxed) < 2; ++i) {
    }
    ++shared;
  });
  return shared == 0;
}
