// Every recorded call of the real library, made through the public API: all bits must be the library's.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "backends/wormhole/library/library_case.h"
#include "backends/wormhole/numerics/exp_approx.h"

namespace wattention::wormhole {
namespace {

namespace fs = std::filesystem;

/// What the public headers and the table of ops offer.
std::string public_text() {
  const fs::path root = WATTENTION_SOURCE_DIR;
  std::ostringstream text;
  for (const char* file : {"include/wattention/ops.h", "include/wattention/op_options.h"})
    text << std::ifstream(root / file).rdbuf();
  return text.str();
}

std::vector<std::string> kernels_here() {
  for (const DeviceInfo& info : list_devices())
    if (info.name == "wormhole") return info.kernels;
  return {};
}

TEST(Library, EveryRecordedCallGivesTheLibrarysBits) {
  for (const std::string& kernel : kernels_here()) {
    const Device device = open_device("wormhole", {.threads = 2, .kernel = kernel});
    for (const library::Case& recorded : library::cases()) {
      const Tensor result = library::run(recorded, device);
      EXPECT_EQ(result.shape(), recorded.shape) << recorded.name;
      const std::string wrong = library::difference(recorded.expected, to_host(result));
      EXPECT_EQ(wrong.empty(), recorded.differs.empty())
          << recorded.name << " on " << kernel << ": " << wrong << recorded.differs;
    }
  }
}

TEST(Library, WhatIsNotRunStillCannotBe) {
  const std::string text = public_text();
  ASSERT_FALSE(text.empty());
  for (const library::NotRun& missing : library::not_run())
    EXPECT_FALSE(std::regex_search(text, std::regex(missing.until)))
        << missing.name << ": '" << missing.why << "' is no longer true, so run it";
}

// There is no op for it yet, but softmax's exponential is the same kernel.
TEST(Library, ExpOfEveryPattern) {
  const std::vector<Bits> inputs = library::array("all_exp_fast.a.npy");
  std::vector<Bits> found;
  for (const Bits x : inputs) found.push_back(pack_bf16(exp_approx(x)));
  EXPECT_EQ(std::set<Bits>(inputs.begin(), inputs.end()).size(), 65536u);
  EXPECT_EQ(found, library::array("all_exp_fast.out.npy"));
}

TEST(Library, NoRecordedCallIsForgotten) {
  std::set<std::string> names;
  for (const library::Case& recorded : library::cases()) names.insert(recorded.name);
  EXPECT_EQ(names.size(), 62u);
  for (const library::NotRun& missing : library::not_run()) names.insert(missing.name);
  EXPECT_EQ(names.size(), 73u);
}

}  // namespace
}  // namespace wattention::wormhole
