// The stored bit vectors through the whole device: transfer, choice of program, numbers, transfer.
#include "backends/wormhole/numerics/golden.h"
#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

Tensor host_tensor(const golden::Matrix& matrix) {
  Tensor tensor = Tensor::empty({matrix.rows, matrix.cols}, DType::bf16);
  std::ranges::transform(matrix.bits, tensor.mutable_values<bfloat16>().begin(),
                         bfloat16::from_bits);
  return tensor;
}

golden::Case the_case(const std::string& name) {
  const auto found = golden::cases(name);
  EXPECT_FALSE(found.empty()) << name;
  return found.at(0);
}

void expect_golden(const std::string& name, const Placement& placement,
                   const OpAttributes& options) {
  const auto device = open();
  const golden::Case golden = the_case(name);
  const Tensor a = device->upload(host_tensor(golden.load("a")), placement);
  const Tensor b = device->upload(host_tensor(golden.load("b")), placement);
  EXPECT_EQ(bits(device->download(matmul(a, b, options))), golden.load("out").bits) << name;
  const Tensor turned = permute(b, std::vector<int>{1, 0});
  OpAttributes transposed = options;
  transposed.transpose_b = true;
  EXPECT_EQ(bits(device->download(matmul(a, turned, transposed))), golden.load("out").bits)
      << name << " transposed";
}

TEST(GoldenDevice, WithoutGridDramGivesHiFi2) {
  expect_golden("matmul_6x2x6_HiFi2_block1", {}, {});
  expect_golden("matmul_32x32x32_HiFi2_block1", {}, {});
  expect_golden("matmul_32x64x32_HiFi2_block2", {}, {});
}

TEST(GoldenDevice, TheSameSmallMatmulFromL1GivesHiFi4) {
  expect_golden("matmul_6x2x6_HiFi4_block1", in_l1(), {});
  expect_golden("matmul_32x32x32_HiFi4_block1", in_l1(), {});
}

TEST(GoldenDevice, ACoreGridGivesLoFi) {
  for (const int side : {1, 2, 8, 16, 32}) {
    const OpAttributes options{.core_grid = CoreGrid{side, side}};
    expect_golden("matmul_6x2x6_LoFi_block1", {}, options);
    expect_golden("matmul_7x40x19_LoFi_block1", in_l1(),
                  {.core_grid = CoreGrid{std::max(side, 2), side}});
  }
}

TEST(GoldenDevice, TheCallersFidelity) {
  expect_golden("matmul_32x32x32_HiFi3_block1", {}, {.fidelity = Fidelity::hifi3});
  expect_golden("matmul_32x32x32_HiFi4_block1", {},
                {.core_grid = CoreGrid{8, 8}, .fidelity = Fidelity::hifi4});
}

TEST(GoldenDevice, Softmax) {
  const auto device = open();
  for (const golden::Case& golden : golden::cases("softmax_")) {
    const Tensor input = device->upload(host_tensor(golden.load("a")), {});
    EXPECT_EQ(bits(device->download(softmax(input, {}))), golden.load("out").bits) << golden.name;
  }
}

TEST(GoldenDevice, MultiplyCutsTheScalar) {
  const auto device = open();
  for (const golden::Case& golden : golden::cases("multiply_scalar_")) {
    const Tensor input = device->upload(host_tensor(golden.load("a")), {});
    const auto scalar = golden.attributes.at("scalar").get<float>();
    EXPECT_EQ(bits(device->download(multiply(input, scalar))), golden.load("out").bits)
        << golden.name;
  }
}

TEST(GoldenDevice, ABatchIsItsMatrices) {
  const auto device = open();
  const Tensor a = random_tensor({3, 40, 70}, 7, DType::bf16);
  const Tensor b = random_tensor({3, 70, 33}, 8, DType::bf16);
  const auto matrix = [](const Tensor& tensor, std::int64_t i) {
    const std::int64_t count = tensor.size(-2) * tensor.size(-1);
    return Tensor::from<bfloat16>(
        tensor.values<bfloat16>().subspan(static_cast<std::size_t>(i * count),
                                          static_cast<std::size_t>(count)),
        {tensor.size(-2), tensor.size(-1)});
  };
  const Tensor all = device->download(matmul(device->upload(a, {}), device->upload(b, {}), {}));
  ASSERT_EQ(all.shape(), (Shape{3, 40, 33}));
  for (std::int64_t i = 0; i < 3; ++i) {
    const Tensor one = device->download(
        matmul(device->upload(matrix(a, i), {}), device->upload(matrix(b, i), {}), {}));
    EXPECT_EQ(bits(matrix(all, i)), bits(one)) << i;
  }
}

}  // namespace
}  // namespace wattention::wormhole
