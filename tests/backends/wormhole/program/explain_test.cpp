// Reports name program, blocks, fidelity, cores, buffers and the programs that were not taken.
#include <map>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

std::map<std::string, std::string> attributes(const OpReport& report) {
  return {report.attributes.begin(), report.attributes.end()};
}

TEST(Explain, AMatmulWithAGrid) {
  const auto device = open({.mode = Mode::shape, .explain = true});
  const Tensor x = device->upload(value_less({1024, 2048}, DType::f32), {});
  const Tensor weight = device->upload(value_less({2048, 2048}, DType::f32), in_l1());
  matmul(x, weight, {.core_grid = CoreGrid{16, 16}, .transpose_b = true});
  const std::vector<OpReport> reports = device->take_reports();
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].kernel, "transpose WH");
  EXPECT_EQ(reports[1].kernel, "2D mcast");
  auto found = attributes(reports[1]);
  EXPECT_EQ(found["fidelity"], "LoFi");
  EXPECT_EQ(found["cores"], "64 of a 8x8 grid");
  EXPECT_EQ(found["in0_block_w"], "4");
  EXPECT_EQ(found["per_core"], "4x8");
  EXPECT_EQ(found["subblock"], "1x4");
  EXPECT_EQ(found["program_cache"], "miss");
  // Two blocks of 4 x 4 and 8 x 4 tiles, and 32 tiles of output that the partials share.
  EXPECT_EQ(found["circular_buffers"], std::to_string((2 * (16 + 32) + 32) * 2048));
  // Upward from the first address that is free: first in0's 32 tiles, then in1's 64.
  EXPECT_EQ(found["circular_buffers_at"], "97248, 162784, 293856 on [(x=0,y=0) - (x=7,y=7)]");
  // Its time by itself, of which the unpacker is the slowest part.
  EXPECT_EQ(found["bound_by"], "unpack");
  EXPECT_EQ(found["time_evidence"], "published GEMM times");
  EXPECT_NEAR(std::stod(found["modelled_us"]), 172, 10);
  EXPECT_EQ(reports[1].refused.size(), 4u);
  EXPECT_TRUE(device->take_reports().empty());
}

TEST(Explain, NothingWithoutTheOption) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({4, 4}), {});
  matmul(a, a, {});
  EXPECT_TRUE(device->take_reports().empty());
}

}  // namespace
}  // namespace wattention::wormhole
