// What a module costs on the host: memory, threads, and callers at once.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>
#include <wattention/error.h>
#include <wattention/nn.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "device/value_less.h"
#include "oracle.h"

namespace wattention {
namespace {

// Bytes of this process that lie in memory (Linux, proc(5): the second number of statm, in pages).
std::int64_t resident_bytes() {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, 1 << 20);  // what is freed goes back at once: nobody reuses it unseen
#endif
  std::int64_t all_pages = 0, resident_pages = 0;
  std::ifstream("/proc/self/statm") >> all_pages >> resident_pages;
  return resident_pages * getpagesize();
}

constexpr std::int64_t size = 1024, weights_bytes = 3 * size * size * 4;

TEST(SelfAttentionMemory, TheCounterSeesACopyOfOneWeight) {
  const Tensor weight = Tensor::zeros({size, size});
  const std::int64_t before = resident_bytes();
  const Tensor copy = weight.clone();
  EXPECT_GT(resident_bytes() - before, weights_bytes / 4);
}

TEST(SelfAttentionMemory, WeightsAreSharedNotCopied) {
  const Tensor query = Tensor::zeros({size, size}), key = Tensor::zeros({size, size}),
               value = Tensor::zeros({size, size});
  const Device cpu = open_device("cpu"), card = open_device("wormhole", {.mode = Mode::shape});
  const std::int64_t before = resident_bytes();
  const SelfAttention module(query, key, value);
  EXPECT_LT(resident_bytes() - before, weights_bytes / 4);
  const SelfAttention plain = module.to(cpu, Variant::reference),
                      naive = module.to(card, Variant::naive),
                      resident = module.to(card, Variant::resident);
  EXPECT_LT(resident_bytes() - before, weights_bytes / 4);
}

// Nobody has asked for the host's formula: weights of another dtype are not converted to f32 either.
TEST(SelfAttentionMemory, TheHostsVariantIsMadeWhenAskedFor) {
  const Tensor weight = Tensor::zeros({size, size}, DType::bf16);
  const std::int64_t before = resident_bytes();
  const SelfAttention module(weight, weight, weight);
  EXPECT_LT(resident_bytes() - before, weights_bytes / 4);
  module(Tensor::zeros({1, size}));
  EXPECT_GT(resident_bytes() - before, weights_bytes / 4);
}

TEST(SelfAttention, FirstForwardsOfTwoThreadsAgree) {
  const Tensor x = testing::uniform_tensor({9, 24}, 1);
  Generator generator(1);
  const SelfAttention module(24, 16, generator);
  testing::Values found[2];
  std::thread other([&] { found[1] = testing::values_of(module(x)); });
  found[0] = testing::values_of(module(x));
  other.join();
  ASSERT_EQ(found[0].size(), 9u * 16u);
  EXPECT_EQ(found[0], found[1]);
}

TEST(SelfAttention, TokensWithoutValuesAreRefusedWhereValuesAreComputed) {
  Generator generator(1);
  const SelfAttention module(8, 4, generator);
  try {
    module(value_less({3, 8}, DType::f32));
    FAIL() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_STREQ(error.what(),
                 "[attention] expected tensors with values on cpu; found one without");
  }
}

std::ptrdiff_t threads_of_this_process() {
  namespace fs = std::filesystem;
  return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
}

// Exits with the number of threads that a naive forward computed on, projections and scaling included: all of them
// are worth at least three threads.
[[noreturn]] void count_threads_of_a_naive_forward(int threads) {
  setenv("WATTENTION_THREADS", "3", 1);  // what the host takes when nothing is asked for
  std::thread([] {}).join();             // with the first one ThreadSanitizer starts one of its own
  const std::ptrdiff_t before = threads_of_this_process();
  Generator generator(1);
  const SelfAttention module(64, 64, generator);
  const Device card = open_device("wormhole", {.threads = threads});
  module.to(card, Variant::naive)(testing::uniform_tensor({512, 64}, 1));
  std::exit(static_cast<int>(threads_of_this_process() - before) + 1);
}

TEST(SelfAttention, TheNaiveVariantsHostTakesTheDevicesThreads) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const int threads : {1, 2, 3})
    EXPECT_EXIT(count_threads_of_a_naive_forward(threads), ::testing::ExitedWithCode(threads), "");
}

}  // namespace
}  // namespace wattention
