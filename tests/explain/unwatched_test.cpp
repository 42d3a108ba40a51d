// Where nobody looks on nothing is paid: no call more, and no allocation more.
#include <gtest/gtest.h>
#include <wattention/explain.h>
#include <wattention/ops.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "oracle.h"

namespace {

std::atomic<std::int64_t> allocations = 0;

void* allocated(std::size_t bytes) {
  ++allocations;
  void* const there = std::malloc(bytes == 0 ? 1 : bytes);
  if (there == nullptr) throw std::bad_alloc();
  return there;
}

}  // namespace

// Of the whole test program.
void* operator new(std::size_t bytes) {
  return allocated(bytes);
}
void* operator new[](std::size_t bytes) {
  return allocated(bytes);
}
void operator delete(void* there) noexcept {
  std::free(there);
}
void operator delete[](void* there) noexcept {
  std::free(there);
}
void operator delete(void* there, std::size_t) noexcept {
  std::free(there);
}
void operator delete[](void* there, std::size_t) noexcept {
  std::free(there);
}

namespace wattention {
namespace {

class Unwatched : public ::testing::Test {
 protected:
  Unwatched() : card_(open_device("wormhole", {.threads = 1})) {
    for (int i = 0; i < 3; ++i) program();  // programs are built, and tables
  }

  void program() {
    const Tensor x = to_device(host_, card_);
    to_host(softmax(matmul(add(x, x), x)));
  }

  // Of one run.
  std::int64_t cost() {
    const std::int64_t before = allocations;
    program();
    return allocations - before;
  }

  Device card_;
  Tensor host_ = testing::uniform_tensor({64, 64}, 1);
};

TEST_F(Unwatched, AProgramAllocatesAsIfThereWereNoExplainer) {
  const std::int64_t alone = cost();
  EXPECT_EQ(cost(), alone);  // it is a steady figure
  Explainer explainer;
  EXPECT_EQ(cost(), alone);
  const Device other = open_device("wormhole");
  explainer.watch(other);
  EXPECT_EQ(cost(), alone);  // somebody looks on elsewhere
  explainer.watch(card_);
  EXPECT_GT(cost(), alone);
  explainer.leave();
  EXPECT_EQ(cost(), alone);
}

TEST_F(Unwatched, WhoLeftIsNotCalled) {
  Explainer explainer;
  explainer.watch(card_);
  program();
  explainer.leave();
  int asked = 0;
  explainer.locate([&] {
    ++asked;
    return CallSite();
  });
  const std::size_t before = explainer.explanation().calls.size();
  program();
  EXPECT_EQ(explainer.explanation().calls.size(), before);
  EXPECT_EQ(asked, 0);
  explainer.watch(card_);
  program();
  EXPECT_GT(explainer.explanation().calls.size(), before);
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace wattention
