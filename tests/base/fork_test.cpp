// A child process after its parent has computed: it computes on threads of its own, or is refused.
#include "base/fork.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wattention/error.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "base/threads.h"

namespace wattention {
namespace {

constexpr bool forks_with_threads() {
#if defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return false;
#else
  return true;
#endif
#else
  return true;
#endif
}

constexpr auto why_not = "ThreadSanitizer lets no child of a process with threads start its own";

// True when two bodies ran at the same time, or five seconds are over.
bool two_threads_meet() {
  std::atomic<int> begun{0};
  std::atomic<bool> met{false};
  parallel(2, [&](int) {
    ++begun;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (begun < 2 && std::chrono::steady_clock::now() < end) {
    }
    if (begun == 2) met = true;
  });
  return met;
}

// What the child's answer was: its exit code; 100 when it hung.
int in_a_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(work());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

TEST(Fork, AChildAndItsChildComputeOnThreadsOfTheirOwn) {
  if (!forks_with_threads()) GTEST_SKIP() << why_not;
  ASSERT_TRUE(two_threads_meet());
  EXPECT_EQ(in_a_child([] {
              if (!two_threads_meet()) return 1;
              return in_a_child([] { return two_threads_meet() ? 0 : 2; });
            }),
            0);
  EXPECT_TRUE(two_threads_meet());
}

TEST(Fork, AChildMayEndAsProgramsDo) {
  if (!forks_with_threads()) GTEST_SKIP() << why_not;
  parallel(3, [](int) {});
  EXPECT_EXIT(std::exit(two_threads_meet() ? 7 : 1), testing::ExitedWithCode(7), "");
}

TEST(Fork, IsCounted) {
  if (!forks_with_threads()) GTEST_SKIP() << why_not;
  const std::uint32_t here = fork_generation();
  EXPECT_EQ(in_a_child([&] { return static_cast<int>(fork_generation() - here); }), 1);
  EXPECT_EQ(fork_generation(), here);
}

TEST(ForkAwareMutex, KeepsThreadsApart) {
  ForkAwareMutex mutex("a number");
  std::int64_t number = 0;
  parallel(4, [&](int) {
    for (int i = 0; i < 10000; ++i) {
      const std::lock_guard lock(mutex);
      ++number;
    }
  });
  EXPECT_EQ(number, 40000);
}

TEST(ForkAwareMutex, IsRefusedWhereItsHolderDoesNotExist) {
  if (!forks_with_threads()) GTEST_SKIP() << why_not;
  ForkAwareMutex mutex("a number");
  mutex.lock();
  EXPECT_EQ(in_a_child([&] {
              try {
                mutex.lock();
              } catch (const Error& error) {
                return error.kind() == ErrorKind::unsupported ? 7 : 1;
              }
              return 0;
            }),
            7);
  mutex.unlock();
  EXPECT_EQ(in_a_child([&] {
              mutex.lock();
              mutex.unlock();
              return 7;
            }),
            7);
}

}  // namespace
}  // namespace wattention
