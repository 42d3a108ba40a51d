#include "base/threads.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <wattention/error.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr bool limits_hold() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return false;
#else
  return true;
#endif
#else
  return true;
#endif
}

class Parallel : public testing::TestWithParam<int> {};

// Until another thread than the caller's has begun, or a millisecond is over: the caller's would run short bodies all
// alone. Relaxed, so that it orders nothing that fork and join do not.
class Meeting {
 public:
  void begin(int thread) {
    begun_.fetch_add(1, std::memory_order_relaxed);
    if (thread != 0) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
    while (begun_.load(std::memory_order_relaxed) < 2 && std::chrono::steady_clock::now() < end) {
    }
  }

 private:
  std::atomic<int> begun_{0};
};

// Plain memory, written by the caller, then by the threads, then read by the caller, again and again on the
// same stack: under ThreadSanitizer this is also the test that fork and join are visible to it.
TEST_P(Parallel, RunsEachThreadOnceAndOrdersMemory) {
  const int threads = GetParam();
  for (int round = 0; round < 50; ++round) {
    std::vector<int> calls(static_cast<std::size_t>(threads), round);
    Meeting meeting;
    parallel(threads, [&](int thread) {
      meeting.begin(thread);
      calls[static_cast<std::size_t>(thread)] += 1 + thread;
    });
    for (int thread = 0; thread < threads; ++thread)
      ASSERT_EQ(calls[static_cast<std::size_t>(thread)], round + 1 + thread);
  }
}

TEST_P(Parallel, RethrowsTheLowestThreadsErrorAfterAllHaveEnded) {
  const int threads = GetParam();
  std::atomic<int> ended{0};
  try {
    parallel(threads, [&](int thread) {
      ended.fetch_add(1);
      if (thread >= threads / 2) fail(ErrorKind::io, "[test] thread {}", thread);
    });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_EQ(std::string(error.what()), "[test] thread " + std::to_string(threads / 2));
  }
  EXPECT_EQ(ended.load(), threads);
}

TEST_P(Parallel, WorksAgainAfterAnError) {
  const int threads = GetParam();
  EXPECT_THROW(parallel(threads, [](int) { throw std::bad_alloc(); }), std::bad_alloc);
  std::atomic<int> calls{0};
  parallel(threads, [&](int) { calls.fetch_add(1); });
  EXPECT_EQ(calls.load(), threads);
}

TEST_P(Parallel, NestedRegionsRunEveryBody) {
  const int threads = GetParam();
  std::vector<std::atomic<int>> calls(static_cast<std::size_t>(threads));
  parallel(threads, [&](int outer) {
    parallel(
        3, [&](int inner) { calls[static_cast<std::size_t>(outer)].fetch_add(1 << (4 * inner)); });
  });
  for (const auto& count : calls) EXPECT_EQ(count.load(), 0x111);
}

// More threads than any machine's cores are allowed: each still gets its call.
INSTANTIATE_TEST_SUITE_P(Threads, Parallel, testing::Values(1, 2, 3, 8, 61),
                         [](const auto& test) { return std::to_string(test.param); });

TEST(Threads, CallersFromDifferentThreadsDoNotDisturbEachOther) {
  std::vector<std::int64_t> sums(4);
  std::vector<std::thread> callers;
  for (auto& sum : sums)
    callers.emplace_back([&sum] {
      std::vector<std::int64_t> parts(2);
      for (int round = 0; round < 20; ++round)
        parallel(2, [&](int thread) { parts[static_cast<std::size_t>(thread)] += thread + 1; });
      sum = std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
    });
  for (auto& caller : callers) caller.join();
  for (std::int64_t sum : sums) EXPECT_EQ(sum, 20 * 3);
}

// Room for a few thread stacks, not for dozens.
void limit_memory() {
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const auto bytes = static_cast<rlim_t>(pages) * static_cast<rlim_t>(getpagesize());
  const rlimit limit{bytes + (rlim_t{40} << 20), RLIM_INFINITY};
  setrlimit(RLIMIT_AS, &limit);
}

// Exits with 7 when a fork of twice as many is refused and one of 2 goes on.
[[noreturn]] void fork_beyond_the_limit(int forked_before) {
  parallel(forked_before, [](int) {});
  limit_memory();
  try {
    parallel(60 * forked_before, [](int) {});
  } catch (const Error& error) {
    std::atomic<int> calls{0};
    parallel(forked_before, [&calls](int) { ++calls; });
    std::exit(error.kind() == ErrorKind::out_of_memory && calls == forked_before ? 7 : 1);
  }
  std::exit(0);
}

TEST(Threads, ThatTheSystemDoesNotStartAreAnError) {
  if (!limits_hold()) GTEST_SKIP() << "a sanitizer keeps memory of its own";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(fork_beyond_the_limit(2), testing::ExitedWithCode(7), "");
  EXPECT_EXIT(fork_beyond_the_limit(8), testing::ExitedWithCode(7), "");
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Threads that stayed awake would take most of the time of every processor.
TEST(Threads, ThatWaitGiveTheirProcessorBack) {
  parallel(4, [](int) {});
  const double before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  EXPECT_LT(cpu_seconds() - before, 0.05);
}

// Keeps every processor busy.
class Hogs {
 public:
  Hogs() {
    const unsigned count = std::max(2u, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i)
      hogs_.emplace_back([this] {
        while (!stop_.load(std::memory_order_relaxed)) {
        }
      });
  }
  ~Hogs() {
    stop_ = true;
    for (std::thread& hog : hogs_) hog.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> hogs_;
};

// A fork that waited for a sleeping thread would wait for a slice of a busy processor: 3 to 8 ms each time.
TEST(Threads, ThatGetNoProcessorHoldUpNobody) {
  using Clock = std::chrono::steady_clock;
  parallel(2, [](int) {});
  const Hogs hogs;
  Clock::duration total{0};
  constexpr int rounds = 200;
  for (int round = 0; round < rounds; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto start = Clock::now();
    parallel(2, [](int) {});
    total += Clock::now() - start;
  }
  EXPECT_LT(total / rounds, std::chrono::microseconds(1000));
}

TEST(Threads, ZeroMeansAllAvailable) {
  EXPECT_GE(available_threads().count, 1);
  EXPECT_EQ(resolve_threads(0), available_threads().count);
  EXPECT_EQ(thread_count(5).limit, "");
  EXPECT_EQ(resolve_threads(5), 5);
  EXPECT_THROW(resolve_threads(-1), Error);
  EXPECT_THROW(resolve_threads(max_threads + 1), Error);
}

TEST(Threads, TheEnvironmentSetsTheNumber) {
  setenv("WATTENTION_THREADS", "3", 1);
  EXPECT_EQ(available_threads().count, 3);
  EXPECT_EQ(to_string(available_threads()), "3 threads (WATTENTION_THREADS)");
  for (const char* text : {"none", "3x", "0", "-2", "99999999999999999999"}) {
    setenv("WATTENTION_THREADS", text, 1);
    EXPECT_THROW(available_threads(), Error) << text;
  }
  unsetenv("WATTENTION_THREADS");
}

}  // namespace
}  // namespace wattention
