#include "base/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wattention/error.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace wattention {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wattention.XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "result.txt").string();
  }
  void TearDown() override {
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }

  static std::string content(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static void write_text(AtomicFile& file, const std::string& text) {
    file.write(std::as_bytes(std::span(text)));
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(AtomicFileTest, WritesAndReplaces) {
  write_file_atomically(path_, "first");
  EXPECT_EQ(content(path_), "first");
  write_file_atomically(path_, "2nd");
  EXPECT_EQ(content(path_), "2nd");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, WithoutCommitTheOldFileStays) {
  write_file_atomically(path_, "old");
  {
    AtomicFile file(path_);
    write_text(file, "half");
    EXPECT_EQ(content(path_), "old");
  }
  EXPECT_EQ(content(path_), "old");
  EXPECT_EQ(files(), 1u);
}

// A limit on file size stands for a disk that fills up half-way.
TEST_F(AtomicFileTest, FailedWriteLeavesTheOldFile) {
  write_file_atomically(path_, "old");
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 4096;
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(write_file_atomically(path_, std::string(10000, 'x')), Error);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(content(path_), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, KilledWriterLeavesTheOldFile) {
  write_file_atomically(path_, "old");
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile file(path_);
    write_text(file, std::string(100000, 'x'));
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(content(path_), "old");
}

TEST_F(AtomicFileTest, StreamsAreWrittenThroughAndReportTheirErrors) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_THROW(write_file_atomically("/dev/full", "x"), Error);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  EXPECT_NO_THROW(write_file_atomically("/dev/null", "x"));
}

TEST_F(AtomicFileTest, FollowsASymbolicLink) {
  write_file_atomically(path_, "old");
  const fs::path link = folder_ / "link";
  fs::create_symlink("result.txt", link);
  write_file_atomically(link.string(), "new");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(content(path_), "new");
}

TEST_F(AtomicFileTest, KeepsPermissions) {
  write_file_atomically(path_, "old");
  fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write);
  write_file_atomically(path_, "new");
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(AtomicFileTest, RefusesFoldersAndMissingFolders) {
  EXPECT_THROW(AtomicFile{folder_.string()}, Error);
  EXPECT_THROW(AtomicFile{""}, Error);
  EXPECT_THROW(AtomicFile{(folder_ / "absent" / "x").string()}, Error);
}

TEST_F(AtomicFileTest, RefusesWhatTheUserMayNotWrite) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  write_file_atomically(path_, "old");
  fs::permissions(path_, fs::perms::owner_read);
  EXPECT_THROW(write_file_atomically(path_, "new"), Error);
  EXPECT_EQ(content(path_), "old");
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THROW(write_file_atomically((folder_ / "other").string(), "new"), Error);
}

}  // namespace
}  // namespace wattention
