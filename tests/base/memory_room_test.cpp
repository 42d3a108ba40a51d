// What can still be filled: the machine's memory, and what control groups leave of it.
#include "base/memory_room.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <string>

#include "meters/fake_tree.h"

namespace wattention {
namespace {

using test::FakeTree;

constexpr auto machine =
    "MemTotal:       24000000 kB\nMemFree:  1 kB\nMemAvailable:   1000000 kB\nSwapFree:   500 kB";

TEST(MemoryRoom, IsWhatTheMachineHasAndCanFree) {
  const FakeTree tree;
  EXPECT_EQ(memory_room(tree.root()), std::nullopt);
  tree.write("proc/meminfo", machine);
  EXPECT_EQ(memory_room(tree.root()), 1000500.0 * 1024);
}

TEST(MemoryRoom, IsWhatAGroupOfVersion2Leaves) {
  const FakeTree tree;
  tree.write("proc/meminfo", machine);
  tree.write("proc/self/cgroup", "0::/user/job");
  tree.write("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
  tree.write("sys/fs/cgroup/user/job/memory.max", "max");
  tree.write("sys/fs/cgroup/user/job/memory.current", "7000");
  EXPECT_EQ(memory_room(tree.root()), 1000500.0 * 1024);
  tree.write("sys/fs/cgroup/user/memory.max", "1000000");
  tree.write("sys/fs/cgroup/user/memory.current", "400000");
  tree.write("sys/fs/cgroup/user/memory.stat",
             "anon 1\nfile 99\ninactive_file 1000\nactive_file 500\nkernel 5");
  EXPECT_EQ(memory_room(tree.root()), 601500 + 500.0 * 1024);
  tree.write("sys/fs/cgroup/user/memory.current", "5000000");
  EXPECT_EQ(memory_room(tree.root()), 500.0 * 1024);
}

TEST(MemoryRoom, IsWhatAGroupOfVersion1Leaves) {
  const FakeTree tree;
  tree.write("proc/meminfo", machine);
  tree.write("proc/self/cgroup", "4:memory:/job");
  tree.write("proc/self/mountinfo",
             "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory");
  tree.write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712");
  tree.write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "4096");
  EXPECT_EQ(memory_room(tree.root()), 1000500.0 * 1024);
  tree.write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000000");
  tree.write("sys/fs/cgroup/memory/job/memory.stat",
             "active_file 1\ntotal_inactive_file 2000\ntotal_active_file 96");
  EXPECT_EQ(memory_room(tree.root()), 1000000 - 4096 + 2096 + 500.0 * 1024);
}

TEST(ExpectRoom, RefusesInASentence) {
  EXPECT_NO_THROW(expect_room("test", 1e6, "a stone"));
  if (!memory_room()) GTEST_SKIP() << "this system does not say how much memory it has";
  try {
    expect_room("test", 1e18, "a mountain");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::out_of_memory);
    EXPECT_EQ(std::string(error.what())
                  .find("[test] expected room for a mountain, 1000000000.0 GB; found "),
              0u);
  }
}

}  // namespace
}  // namespace wattention
