#include <gtest/gtest.h>
#include <wattention/bench.h>
#include <wattention/error.h>

#include <set>

namespace wattention {
namespace {

ErrorKind kind_of_refusal(const BenchAxes& axes) {
  try {
    cases_of(axes);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was refused";
  return ErrorKind::closed;
}

TEST(Axes, ProductHasOneCasePerCombinationCountFastest) {
  const BenchAxes axes{.devices = {"cpu", "reference"},
                       .variants = {Variant::reference},
                       .dtypes = {DType::f32, DType::bf16},
                       .tokens = {6, 7},
                       .counts = {1, 10, 100}};
  const std::vector<BenchCase> cases = cases_of(axes);
  ASSERT_EQ(cases.size(), 2u * 2 * 2 * 3);
  EXPECT_EQ(cases[0].count, 1);
  EXPECT_EQ(cases[2].count, 100);
  EXPECT_EQ(cases[3].tokens, 7);
  EXPECT_EQ(cases.back().device, "reference");
  std::set<std::string> names;
  for (const BenchCase& one : cases) names.insert(name_of(one));
  EXPECT_EQ(names.size(), cases.size());
}

TEST(Axes, CoreGridsAndFoldingMultiplyOnlyWhereTheyMeanSomething) {
  const BenchAxes axes{.devices = {"cpu", "wormhole"},
                       .variants = {Variant::fused, Variant::naive, Variant::resident},
                       .core_grids = {{2, 2}, {8, 8}},
                       .fold_projections = {false, true}};
  const std::vector<BenchCase> cases = cases_of(axes);
  // On the host fused folded or not, on a card on two grids; naive; resident on two grids.
  ASSERT_EQ(cases.size(), 2 * (2u + 1 + 2));
  EXPECT_TRUE(cases[1].fold_projections);
  EXPECT_FALSE(cases[1].core_grid);
  EXPECT_FALSE(cases[2].core_grid);
  EXPECT_EQ(cases[3].core_grid, (CoreGrid{2, 2}));
  EXPECT_EQ(cases[4].core_grid, (CoreGrid{8, 8}));
  EXPECT_FALSE(cases[6].fold_projections);
  EXPECT_EQ(cases[5].core_grid, (CoreGrid{2, 2}));
  EXPECT_EQ(cases[6].core_grid, (CoreGrid{8, 8}));
  EXPECT_EQ(cases[6].dtype, DType::bf16);
}

TEST(Axes, DefaultsFollowTheDevice) {
  const std::vector<BenchCase> cases = cases_of({.devices = {"cpu", "wormhole", "reference"}});
  ASSERT_EQ(cases.size(), 3u);
  EXPECT_EQ(cases[0].variant, Variant::fused);
  EXPECT_EQ(cases[0].dtype, DType::f32);
  EXPECT_EQ(cases[1].variant, Variant::resident);
  EXPECT_EQ(cases[1].dtype, DType::bf16);
  EXPECT_EQ(cases[2].variant, Variant::reference);
}

TEST(Axes, HeadsMultiplyOnlyWithTheirOwn) {
  const BenchAxes axes{.devices = {"cpu"},
                       .embed_dims = {96},
                       .counts = {1},
                       .heads = {0, 12},
                       .kv_heads = {0, 4},
                       .is_causal = {false, true},
                       .pasts = {0, 64}};
  const std::vector<BenchCase> cases = cases_of(axes);
  ASSERT_EQ(cases.size(), 1u + 2 * 2 * 2);
  EXPECT_EQ(cases[0].head_dim, 2048);
  EXPECT_EQ(cases[1].head_dim, 8);
  EXPECT_EQ(name_of(cases.back()),
            "cpu/fused/f32/heads:12/kv_heads:4/causal/past:64/tokens:1024/embed_dim:96/head_dim:8/"
            "count:1");
  EXPECT_EQ(kind_of_refusal({.kv_heads = {4}}), ErrorKind::bad_input);
  EXPECT_EQ(kind_of_refusal({.heads = {-1}}), ErrorKind::bad_input);
  EXPECT_EQ(kind_of_refusal({.heads = {4}, .batches = {0}}), ErrorKind::bad_input);
}

TEST(Axes, RefusesEmptyAndAbsurdAxes) {
  EXPECT_EQ(kind_of_refusal({.devices = {}}), ErrorKind::bad_input);
  EXPECT_EQ(kind_of_refusal({.tokens = {}}), ErrorKind::bad_input);
  EXPECT_EQ(kind_of_refusal({.tokens = {0}}), ErrorKind::bad_input);
  EXPECT_EQ(kind_of_refusal({.counts = {1, -1}}), ErrorKind::bad_input);
  EXPECT_EQ(kind_of_refusal({.core_grids = {{0, 8}}}), ErrorKind::bad_input);
  EXPECT_EQ(kind_of_refusal({.threads = {-1}}), ErrorKind::bad_input);
  EXPECT_EQ(kind_of_refusal({.threads = {1025}}), ErrorKind::bad_input);  // as of every command
  EXPECT_EQ(cases_of({.threads = {1024}}).size(), 1u);
}

TEST(Axes, RefusesWhatIsAbsentByName) {
  EXPECT_EQ(kind_of_refusal({.devices = {"cpu", "abacus"}}), ErrorKind::absent);
  EXPECT_EQ(kind_of_refusal({.devices = {"ttnn"}}), ErrorKind::absent);
  EXPECT_EQ(kind_of_refusal({.kernels = {"no_such_kernel"}}), ErrorKind::absent);
}

TEST(Axes, AKernelOfOneDeviceServesTheAxis) {
  const BenchAxes axes{.devices = {"cpu", "reference"}, .kernels = {"reference_f64"}};
  EXPECT_EQ(cases_of(axes).size(), 2u);  // the other one becomes a skipped record
}

}  // namespace
}  // namespace wattention
