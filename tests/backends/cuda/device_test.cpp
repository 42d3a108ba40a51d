// The device itself: what it says of itself, transfers, refusals, its end.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <limits>
#include <string>
#include <vector>

#include "backends/cuda/gpu_test.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::uniform_tensor;
using CudaDevice = testing::GpuTest;

template <class Work>
std::string refusal_by(ErrorKind kind, Work work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "no refusal";
}

TEST_F(CudaDevice, TransfersKeepEveryBit) {
  for (const std::int64_t size : {1, 7, 1000, 524288, 524289, 1300001}) {
    const Tensor host = uniform_tensor({size}, 1);
    const Tensor there = to_device(host, device_);
    EXPECT_EQ(there.device_name(), "cuda");
    EXPECT_EQ(there.memory(), Memory::dram);
    EXPECT_FALSE(there.on_host());
    EXPECT_EQ(testing::values_of(to_host(there)), testing::values_of(host)) << size;
  }
}

TEST_F(CudaDevice, TransfersRoundAsTheHostDoes) {
  Tensor host = uniform_tensor({4096}, 2, 1e3f);
  host.mutable_values<float>()[5] = std::numeric_limits<float>::infinity();
  host.mutable_values<float>()[6] = 3.4e38f;
  const Tensor there = to_device(host, device_, {.dtype = DType::bf16});
  EXPECT_EQ(testing::values_of(to_host(there)), testing::values_of(host.to(DType::bf16)));
}

TEST_F(CudaDevice, IntegersAreMovedOnly) {
  const std::vector<std::uint16_t> words{1, 2, 65535, 4, 5, 6};
  const Tensor host = Tensor::from<std::uint16_t>(words, {2, 3});
  const Tensor there = to_device(host, device_);
  EXPECT_EQ(testing::values_of(to_host(transpose(there))),
            testing::transpose(testing::values_of(host), 2, 3));
  EXPECT_EQ(testing::values_of(to_host(pad(there, Dims{0, 0}, Dims{0, 1}, 7)))[3], 7);
  EXPECT_EQ(refusal_by(ErrorKind::unsupported, [&] { add(there, there); }),
            "[add] expected f32 or bf16 on cuda; found uint16");
}

TEST_F(CudaDevice, SoftmaxInPlaceIsTheSame) {
  for (const int dim : {0, 1})
    for (const std::int64_t width : {64, 100, 5000}) {
      const Tensor host = uniform_tensor({40, width}, 8, 4.0f);
      OpAttributes attributes{.dim = dim};
      const Tensor there = to_device(host, device_),
                   apart = softmax(to_device(host, device_), attributes);
      attributes.in_place = true;
      softmax(there, attributes);
      EXPECT_EQ(testing::values_of(to_host(there)), testing::values_of(to_host(apart)))
          << dim << " " << width;
    }
}

TEST_F(CudaDevice, RefusesWhatItDoesNotTake) {
  const Tensor host = uniform_tensor({4, 4}, 3);
  const Tensor there = to_device(host, device_);
  EXPECT_EQ(refusal_by(ErrorKind::unsupported,
                       [&] { matmul(there, there, {.fidelity = Fidelity::hifi4}); }),
            "[matmul] expected no fidelity on cuda, which takes none; found hifi4");
  EXPECT_EQ(
      refusal_by(ErrorKind::bad_input, [&] { to_device(host, device_, {.memory = Memory::l1}); }),
      "[to_device] expected memory dram on cuda; found l1");
  EXPECT_EQ(refusal_by(ErrorKind::unsupported, [&] { to_device(host.to(DType::f64), device_); }),
            "[to_device] expected f32 or bf16 on cuda; found f64 (the device reference takes it)");
  refusal_by(ErrorKind::absent, [] { open_device("cuda", {.kernel = "no_such_kernel"}); });
  refusal_by(ErrorKind::unsupported, [] { open_device("cuda", {.mode = Mode::shape}); });
}

TEST_F(CudaDevice, RefusesAfterItsEnd) {
  Device device = open_device("cuda");
  const Tensor there = to_device(uniform_tensor({4, 4}, 4), device);
  device.close();
  refusal_by(ErrorKind::closed, [&] { to_host(there); });
  refusal_by(ErrorKind::closed, [&] { add(there, 1.0); });
}

TEST_F(CudaDevice, TensorsOutliveTheHandle) {
  Tensor there;
  {
    const Device device = open_device("cuda");
    there = to_device(uniform_tensor({4, 4}, 5), device);
  }
  EXPECT_EQ(testing::values_of(to_host(multiply(there, 1.0))),
            testing::values_of(uniform_tensor({4, 4}, 5)));
}

TEST_F(CudaDevice, TooMuchMemoryIsRefused) {
  // 2^42 bytes by repeating one row: no host tensor of that size is needed.
  const Tensor row = to_device(uniform_tensor({1, 1 << 20}, 6), device_);
  refusal_by(ErrorKind::out_of_memory, [&] { repeat(row, Dims{1 << 20, 1}); });
  EXPECT_EQ(testing::values_of(to_host(multiply(row, 1.0))).size(), std::size_t{1} << 20);
}

TEST_F(CudaDevice, ExplainsItself) {
  Device device = open_device("cuda", {.explain = true});
  const Tensor there = to_device(uniform_tensor({4, 4}, 7), device);
  matmul(there, there);
  const auto reports = device.take_reports();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].op, "matmul");
  EXPECT_EQ(reports[0].kernel, "cublaslt");
}

}  // namespace
}  // namespace wattention
