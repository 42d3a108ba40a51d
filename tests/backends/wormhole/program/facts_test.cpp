// Every number has a source, and the typed view agrees with the data.
#include "backends/wormhole/spec/facts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/spec/release.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<fs::path> data_files() {
  std::vector<fs::path> files;
  const fs::path folder = fs::path(WATTENTION_SOURCE_DIR) / "src/backends/wormhole/spec";
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  return files;
}

// Read apart from the library's reader, which must not be the only judge.
TEST(Facts, EveryNumberOfEveryFileHasASource) {
  ASSERT_EQ(data_files().size(), 1 + releases().size());
  for (const fs::path& file : data_files()) {
    std::ifstream stream(file);
    const json table = json::parse(stream);
    EXPECT_GT(table.at("facts").size(), 10u);
    for (const auto& [name, fact] : table.at("facts").items()) {
      const std::string source = fact.value("source", "");
      EXPECT_TRUE(table.at("sources").contains(source)) << file << ": " << name;
      EXPECT_GT(table["sources"].value(source, "").size(), 15u) << file << ": " << name;
      EXPECT_TRUE(fact.contains("unit")) << file << ": " << name;
    }
  }
}

TEST(Facts, EmbeddedTextIsTheFile) {
  std::ifstream stream(fs::path(WATTENTION_SOURCE_DIR) / "src/backends/wormhole/spec/n150d.json");
  EXPECT_EQ(json::parse(embedded_n150d()), json::parse(stream));
}

TEST(Facts, AFactWithoutSourceIsRefused) {
  const auto table = [](const char* source) {
    return fmt::format(R"({{"sources": {{"a": "a book"}}, "facts":
                           {{"x": {{"value": 1, "unit": "B", "source": "{}"}}}}}})",
                       source);
  };
  EXPECT_EQ(Facts(table("a")).integer("x"), 1);
  EXPECT_EQ(Facts(table("a")).all().at("x").source, "a book");
  EXPECT_THROW(Facts(table("b")), Error);
  EXPECT_THROW(Facts(R"({"sources": {}, "facts": {"x": {"value": 1, "unit": ""}}})"), Error);
  EXPECT_THROW(Facts("{"), Error);
  EXPECT_THROW(Facts(table("a")).integer("y"), Error);
  EXPECT_THROW(Facts(table("a")).text("x"), Error);
}

TEST(Chip, ArithmeticOfTheLayoutHolds) {
  const Facts facts(embedded_n150d());
  const Chip& chip = n150d();
  EXPECT_EQ(chip.compute_cores(), 64);
  EXPECT_EQ(chip.compute_cores(), chip.l1.banks);
  EXPECT_EQ(chip.l1.bank_bytes, 1464 * 1024);
  EXPECT_EQ(chip.l1.bank_bytes - default_release().l1.first_free, 1401888);
  EXPECT_EQ(chip.dram.banks * chip.dram.bank_bytes, std::int64_t{12} << 30);
  EXPECT_EQ(tile_side, facts.integer("tile_side"));
  EXPECT_EQ(chip.tile_bytes_bf16, tile_elements * 2);
  EXPECT_EQ(chip.tile_bytes_f32, tile_elements * 4);
  EXPECT_EQ(facts.integer("tile_bytes_bfp8"), tile_elements + 64);
  EXPECT_EQ(facts.integer("tile_bytes_bfp4"), tile_elements / 2 + 64);
  const std::int64_t tensix = facts.integer("tensix_columns") * facts.integer("tensix_rows");
  EXPECT_EQ(tensix, 80);
  EXPECT_EQ(tensix - facts.integer("harvested_rows") * facts.integer("tensix_columns"), 72);
}

TEST(Release, TheNotebooksDefaults) {
  const Release& release = release_profile("0.57");
  EXPECT_EQ(release.matmul_fidelity_with_grid, Fidelity::lofi);
  EXPECT_EQ(release.matmul_fidelity_without_grid, Fidelity::hifi2);
  EXPECT_EQ(release.matmul_fidelity_multi_core, Fidelity::hifi4);
  EXPECT_FALSE(release.softmax_numeric_stable);
  EXPECT_FALSE(release.program_cache);
  EXPECT_THROW(release_profile("0.58"), Error);
}

}  // namespace
}  // namespace wattention::wormhole
