#pragma once
// A folder of small files that stands for /sys, and a clock that moves when told.
#include <gtest/gtest.h>
#include <wattention/energy.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace wattention::test {

class FakeTree {
 public:
  FakeTree() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::path(testing::TempDir()) / "wattention_meters" /
            (std::string(info->test_suite_name()) + "." + info->name());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~FakeTree() { std::filesystem::remove_all(root_); }
  FakeTree(const FakeTree&) = delete;
  FakeTree& operator=(const FakeTree&) = delete;

  template <class Value>
  void write(const std::string& path, const Value& value) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << value << '\n';
  }
  void remove(const std::string& path) const { std::filesystem::remove(root_ / path); }
  std::filesystem::path operator/(const std::string& path) const { return root_ / path; }
  std::string root() const { return root_.string(); }

 private:
  std::filesystem::path root_;
};

struct FakeClock {
  double now_s = 100;
  MeterClock clock() {
    return [this] { return now_s; };
  }
};

}  // namespace wattention::test
