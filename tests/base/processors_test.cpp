// How many threads are used where nobody names a number: affinity, quotas of control groups, the environment.
#include "base/processors.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <string>
#include <utility>
#include <vector>

#include "meters/fake_tree.h"

namespace wattention {
namespace {

using test::FakeTree;

ThreadCount threads_of(const Surroundings& surroundings) {
  return default_threads(surroundings);
}

TEST(DefaultThreads, AreTheMachinesProcessorsWhereNothingLimitsThem) {
  const ThreadCount threads = threads_of({.machine = 8, .allowed = 8});
  EXPECT_EQ(threads.count, 8);
  EXPECT_EQ(to_string(threads), "8 threads");
}

TEST(DefaultThreads, AreTheLeastOfTheLimits) {
  Surroundings here{.machine = 64, .allowed = 16};
  EXPECT_EQ(to_string(threads_of(here)), "16 threads (affinity to 16 of 64 processors)");
  here.quota = 2.5;
  EXPECT_EQ(to_string(threads_of(here)), "3 threads (a control group's quota of 2.5 processors)");
  here.omp_num_threads = "1";
  EXPECT_EQ(to_string(threads_of(here)), "1 thread (OMP_NUM_THREADS)");
  here.omp_num_threads = "32";
  EXPECT_EQ(threads_of(here).count, 3);
  here.wattention_threads = "40";
  EXPECT_EQ(to_string(threads_of(here)), "40 threads (WATTENTION_THREADS)");
}

TEST(DefaultThreads, AreOneAtLeast) {
  EXPECT_EQ(threads_of({.machine = 4, .allowed = 4, .quota = 0.1}).count, 1);
}

TEST(DefaultThreads, TakeTheFirstOfOpenMpsList) {
  for (const auto& [list, count] :
       std::vector<std::pair<const char*, int>>{{"4,2", 4}, {" 3 , 2", 3}, {"2", 2}, {"8\t", 8}})
    EXPECT_EQ(threads_of({.machine = 16, .allowed = 16, .omp_num_threads = list}).count, count)
        << list;
}

TEST(DefaultThreads, IgnoreWhatOpenMpIgnores) {
  for (const char* list : {"", "none", "0", "-1", "2x", "2;4", ",2", "99999999999999999999"})
    EXPECT_EQ(threads_of({.machine = 16, .allowed = 16, .omp_num_threads = list}).count, 16)
        << list;
}

TEST(DefaultThreads, RefuseAWrongNumberOfOurOwn) {
  for (const char* text : {"none", "3x", "0", "-2", "1025", "99999999999999999999"})
    EXPECT_THROW(threads_of({.wattention_threads = text}), Error) << text;
  EXPECT_EQ(threads_of({.machine = 2, .allowed = 2, .wattention_threads = ""}).count, 2);
}

TEST(CpuQuota, OfVersion2IsTheLeastOnTheWayUp) {
  const FakeTree tree;
  tree.write("proc/self/cgroup", "0::/user/job");
  tree.write("proc/self/mountinfo",
             "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw");
  EXPECT_EQ(cpu_quota(tree.root()), std::nullopt);
  tree.write("sys/fs/cgroup/user/job/cpu.max", "max 100000");
  EXPECT_EQ(cpu_quota(tree.root()), std::nullopt);
  tree.write("sys/fs/cgroup/user/cpu.max", "150000 100000");
  EXPECT_EQ(cpu_quota(tree.root()), 1.5);
  tree.write("sys/fs/cgroup/user/job/cpu.max", "400000 100000");
  EXPECT_EQ(cpu_quota(tree.root()), 1.5);
  tree.write("sys/fs/cgroup/user/job/cpu.max", "50000 100000");
  EXPECT_EQ(cpu_quota(tree.root()), 0.5);
}

// What a container with a namespace of its own sees: its group is the mount's root.
TEST(CpuQuota, OfVersion2InAContainer) {
  const FakeTree tree;
  tree.write("proc/self/cgroup", "0::/");
  tree.write("proc/self/mountinfo",
             "31 23 0:28 / / rw - overlay overlay rw\n"
             "32 31 0:29 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate");
  tree.write("sys/fs/cgroup/cpu.max", "200000 100000");
  EXPECT_EQ(cpu_quota(tree.root()), 2);
}

TEST(CpuQuota, OfVersion1) {
  const FakeTree tree;
  tree.write("proc/self/cgroup", "4:memory:/job\n3:cpu,cpuacct:/job\n0::/else");
  tree.write("proc/self/mountinfo",
             "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
             "34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct");
  tree.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1");
  tree.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cpu_quota(tree.root()), std::nullopt);
  tree.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "125000");
  tree.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "50000");
  EXPECT_EQ(cpu_quota(tree.root()), 2.5);
}

// Docker with version 1: the process names its group as the host does, the mount shows that group as its root.
TEST(CpuQuota, OfVersion1InAContainerWithoutANamespace) {
  const FakeTree tree;
  tree.write("proc/self/cgroup", "3:cpu:/docker/0123/inner");
  tree.write("proc/self/mountinfo",
             "34 31 0:31 /docker/0123 /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu");
  tree.write("sys/fs/cgroup/cpu/inner/cpu.cfs_quota_us", "300000");
  tree.write("sys/fs/cgroup/cpu/inner/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cpu_quota(tree.root()), 3);
  tree.write("proc/self/cgroup",
             "3:cpu:/docker/01234");  // another group: the mount's root is what is there
  EXPECT_EQ(cpu_quota(tree.root()), std::nullopt);
  tree.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000");
  tree.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cpu_quota(tree.root()), 1);
}

TEST(CpuQuota, IsNoneWhereTheFilesAreMissingOrGarbled) {
  const FakeTree tree;
  EXPECT_EQ(cpu_quota(tree.root()), std::nullopt);
  tree.write("proc/self/cgroup", "nonsense\n:\n0::/a");
  tree.write("proc/self/mountinfo",
             "1 2 3 - \n - cgroup2\n31 23 0:28 / /c rw - cgroup2 cgroup2 rw");
  for (const char* text : {"", "max", "many 100000", "100000", "100000 0", "100000 many"}) {
    tree.write("c/a/cpu.max", text);
    EXPECT_EQ(cpu_quota(tree.root()), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace wattention
