// Tensors on the device: transfer, padding, layouts, lifetime, closing.
#include <cstdlib>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

const Shape shapes[] = {{1},      {33},       {6, 3},        {32, 32},
                        {31, 65}, {2, 5, 40}, {2, 3, 33, 1}, {1, 1, 2, 3, 7}};

TEST(Device, RoundTripIsTheRoundingToBf16) {
  const auto device = open();
  for (const Shape& shape : shapes)
    for (const Layout layout : {Layout::tile, Layout::row_major})
      for (const Memory memory : {Memory::dram, Memory::l1}) {
        const Tensor host = random_tensor(shape);
        const Tensor tensor = device->upload(host, {memory, layout});
        EXPECT_EQ(tensor.shape(), shape);
        EXPECT_EQ(tensor.layout(), layout);
        EXPECT_EQ(tensor.memory(), memory);
        EXPECT_FALSE(tensor.on_host());
        EXPECT_EQ(bits(device->download(tensor)), bits(host.to(DType::bf16))) << shape.text();
      }
}

TEST(Device, F32TensorsAreStored) {
  const auto device = open();
  const Tensor host = random_tensor({5, 40});
  const Tensor tensor = device->upload(host, {.dtype = DType::f32});
  const Tensor back = device->download(tensor);
  EXPECT_TRUE(std::ranges::equal(back.values<float>(), host.values<float>()));
  EXPECT_EQ(balance(*device).dram, 4096);
}

TEST(Device, LayoutsChangeBothWaysAndKeepTheValues) {
  const auto device = open();
  const Tensor host = random_tensor({3, 5, 40}, 2, DType::bf16);
  const Tensor rows = device->upload(host, {.layout = Layout::row_major});
  const Tensor tiles = to_layout(rows, Layout::tile);
  EXPECT_EQ(tiles.layout(), Layout::tile);
  EXPECT_EQ(bits(device->download(tiles)), bits(host));
  EXPECT_EQ(bits(device->download(to_layout(tiles, Layout::row_major))), bits(host));
}

// Ones everywhere, so that a padding row or column that took part would show in every sum.
TEST(Device, PaddingNeverLeaks) {
  const auto device = open();
  Tensor ones = Tensor::empty({5, 7});
  std::ranges::fill(ones.mutable_values<float>(), 1.0f);
  const Tensor a = device->upload(ones, {});
  // Softmax leaves other numbers than zero in padding rows: as K of the next product they meet zeros.
  const Tensor weights = softmax(a, {});
  const Tensor product = device->download(matmul(a, weights, {.transpose_b = true}));
  const Tensor same = device->download(matmul(device->upload(ones, {}),
                                              device->upload(device->download(weights), {}),
                                              {.transpose_b = true}));
  EXPECT_EQ(product.shape(), (Shape{5, 5}));
  EXPECT_EQ(bits(product), bits(same));
  const Tensor swapped = permute(weights, std::vector<int>{1, 0});
  const Tensor outer = device->download(matmul(swapped, a, {}));
  const Tensor clean =
      device->download(matmul(device->upload(device->download(swapped), {}), a, {}));
  EXPECT_EQ(bits(outer), bits(clean));
  EXPECT_EQ(device->download(add(a, a)).values<bfloat16>()[0], bfloat16(2.0f));
}

// A reshape that moves rows past padding must not carry padding along.
TEST(Device, PaddingStaysBehindInAReshape) {
  const auto device = open();
  const Tensor host = random_tensor({3, 10}, 3, DType::bf16);
  const Tensor flat = reshape(device->upload(host, {}), {30});
  EXPECT_EQ(bits(device->download(flat)), bits(host));
  EXPECT_EQ(bits(device->download(reshape(flat, {2, 5, 3}))), bits(host));
}

TEST(Device, TensorsFreeTheirMemory) {
  const auto device = open();
  const Tensor weight = device->upload(random_tensor({64, 64}), in_l1());
  const Balance before = balance(*device);
  EXPECT_EQ(before, (Balance{2048, 0}));
  {
    const Tensor x = device->upload(random_tensor({64, 64}), {});
    const Tensor y = matmul(x, weight, {.core_grid = CoreGrid{8, 8}, .transpose_b = true});
    // The transposed weight is gone again; x and y take one tile in a bank each.
    EXPECT_EQ(balance(*device), (Balance{2048, 4096}));
  }
  EXPECT_EQ(balance(*device), before);
}

TEST(Device, AViewKeepsItsStorageAlive) {
  const auto device = open();
  const Tensor host = random_tensor({64, 32}, 4, DType::bf16);
  Tensor view;
  {
    const Tensor tensor = device->upload(host, {});
    view = reshape(tensor, {2, 32, 32});
    EXPECT_EQ(view.storage(), tensor.storage());
  }
  EXPECT_EQ(balance(*device).dram, 2048);
  EXPECT_EQ(bits(device->download(view)), bits(host));
}

TEST(Device, ResultsGoWhereTheReleasePutsThem) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({32, 32}), in_l1());
  EXPECT_EQ(matmul(a, a, {}).memory(), Memory::dram);
  EXPECT_EQ(matmul(a, a, {.memory = Memory::l1}).memory(), Memory::l1);
  EXPECT_EQ(softmax(a, {}).memory(), Memory::l1);
  EXPECT_EQ(multiply(a, 2.0f).memory(), Memory::l1);
  EXPECT_EQ(permute(a, std::vector<int>{1, 0}).memory(), Memory::l1);
}

TEST(Device, CloseFreesEverythingAndRefusesLaterUse) {
  const auto device = open();
  const Tensor host = random_tensor({4, 4});
  const Tensor tensor = device->upload(host, in_l1());
  device->close();
  device->close();
  EXPECT_FALSE(device->is_open());
  EXPECT_EQ(balance(*device), (Balance{0, 0}));
  EXPECT_EQ(error_of([&] { device->upload(host, {}); }).kind(), ErrorKind::closed);
  EXPECT_EQ(error_of([&] { device->download(tensor); }).kind(), ErrorKind::closed);
  EXPECT_EQ(error_of([&] { matmul(tensor, tensor, {}); }).kind(), ErrorKind::closed);
  EXPECT_EQ(error_of([&] { softmax(tensor, {}); }).kind(), ErrorKind::closed);
  EXPECT_EQ(error_of([&] { multiply(tensor, 2.0f); }).kind(), ErrorKind::closed);
  EXPECT_EQ(error_of([&] { device->take_reports(); }).kind(), ErrorKind::closed);
}

TEST(Device, TensorsOutliveTheHandle) {
  Tensor tensor;
  const Tensor host = random_tensor({3, 3}, 5, DType::bf16);
  {
    const auto device = open();
    tensor = device->upload(host, {});
  }
  EXPECT_EQ(bits(tensor.storage()->backend()->download(tensor)), bits(host));
}

TEST(Device, KernelsByNameOnly) {
  for (const std::string& kernel : describe_wormhole().kernels)
    EXPECT_NO_THROW(open({.kernel = kernel}));
  EXPECT_EQ(error_of([] { open({.kernel = "avx9"}); }).kind(), ErrorKind::absent);
  EXPECT_EQ(error_of([] { open({.release_profile = "9.9"}); }).kind(), ErrorKind::absent);
  ASSERT_EQ(setenv("WATTENTION_KERNEL", "neon", 1), 0);
  EXPECT_EQ(error_of([] { open(); }).kind(), ErrorKind::absent);
  EXPECT_NO_THROW(open({.kernel = "scalar"}));
  ASSERT_EQ(unsetenv("WATTENTION_KERNEL"), 0);
}

TEST(Device, DescribesItself) {
  const DeviceInfo info = describe_wormhole();
  EXPECT_EQ(info.name, "wormhole");
  EXPECT_TRUE(info.available);
  EXPECT_NE(info.description.find("0.57"), std::string::npos);
  EXPECT_EQ(info.kernels.front(), "scalar");
}

}  // namespace
}  // namespace wattention::wormhole
