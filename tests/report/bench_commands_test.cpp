#include "report/bench_commands.h"

#include <gtest/gtest.h>

#include <set>

namespace wattention::report {
namespace {

std::vector<std::string> commands_of(const std::vector<BenchCase>& cases) {
  std::vector<BenchRecord> records;
  for (const BenchCase& one : cases) records.emplace_back().axes = one;
  std::vector<const BenchRecord*> pointers;
  for (const BenchRecord& record : records) pointers.push_back(&record);
  return bench_commands(pointers);
}

TEST(BenchCommands, SayOnlyWhatIsNotTheDefault) {
  EXPECT_EQ(commands_of({BenchCase{.count = 7}}),
            (std::vector<std::string>{
                "wattention bench --device cpu --variant fused --dtype f32 --count 7"}));
}

TEST(BenchCommands, ListsAreMergedWhereTheProductIsExact) {
  const BenchAxes axes{.variants = {Variant::fused, Variant::reference},
                       .dtypes = {DType::f32, DType::bf16},
                       .tokens = {6, 7},
                       .counts = {1, 10},
                       .threads = {1, 2}};
  EXPECT_EQ(commands_of(cases_of(axes)).size(), 1u);
  std::vector<BenchCase> cases = cases_of(axes);
  cases.pop_back();  // no product any more
  EXPECT_GT(commands_of(cases).size(), 1u);
}

TEST(BenchCommands, AGridIsNotTheDefaultGrid) {
  const BenchCase plain{.device = "wormhole", .variant = Variant::resident, .dtype = DType::bf16};
  BenchCase grid = plain;
  grid.core_grid = CoreGrid{2, 2};
  const std::vector<std::string> commands = commands_of({plain, grid});
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_NE(commands[1].find("--core-grid 2x2"), std::string::npos);
}

TEST(BenchCommands, NamesFromAFileCannotRunAnything) {
  const std::string line = commands_of({BenchCase{.device = "x'; rm -rf ~; '"}}).front();
  EXPECT_NE(line.find("--device 'x'\\''; rm -rf ~; '\\''' "), std::string::npos) << line;
}

}  // namespace
}  // namespace wattention::report
