// A caller's flag ends loops in its own thread and in those that help it, and in nobody else's.
#include "base/interrupt.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <atomic>
#include <thread>

#include "base/threads.h"

namespace wattention {
namespace {

ErrorKind kind_thrown_at_a_point() {
  try {
    interruption_point();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::bad_input;  // nothing was thrown
}

TEST(Interrupt, NothingHappensWithoutAScopeOrWithALoweredFlag) {
  EXPECT_NO_THROW(interruption_point());
  const StopFlag stop{false};
  const InterruptibleScope scope(&stop);
  EXPECT_NO_THROW(interruption_point());
}

TEST(Interrupt, ARaisedFlagEndsTheLoopOnlyInsideTheScope) {
  const StopFlag stop{true};
  {
    const InterruptibleScope scope(&stop);
    EXPECT_EQ(kind_thrown_at_a_point(), ErrorKind::interrupted);
    {
      const InterruptibleScope deaf(nullptr);
      EXPECT_NO_THROW(interruption_point());
    }
    EXPECT_EQ(kind_thrown_at_a_point(), ErrorKind::interrupted);
  }
  EXPECT_NO_THROW(interruption_point());
}

TEST(Interrupt, AllThreadsOfAJobStopAndTheNextJobRuns) {
  StopFlag stop{false};
  std::atomic<int> ended{0};
  const auto endless = [&](int thread) {
    if (thread == 0) stop = true;
    try {
      while (true) interruption_point();
    } catch (const Error&) {
      ++ended;
      throw;
    }
  };
  {
    const InterruptibleScope scope(&stop);
    EXPECT_THROW(parallel(3, endless), Error);
  }
  EXPECT_EQ(ended, 3);
  std::atomic<int> ran{0};
  parallel(3, [&](int) {
    interruption_point();
    ++ran;
  });
  EXPECT_EQ(ran, 3);
}

TEST(Interrupt, AnotherThreadsWorkGoesOn) {
  const StopFlag stop{true};
  const InterruptibleScope scope(&stop);
  std::thread([] { EXPECT_NO_THROW(interruption_point()); }).join();
}

}  // namespace
}  // namespace wattention
