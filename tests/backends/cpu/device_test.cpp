// The device as ops see it: values against double, choices by name, reports, refusals.
#include "backends/cpu/cpu.h"

#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/ops.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>
#include <span>

#include "backends/cpu/support.h"
#include "device/backend.h"
#include "tensor/storage.h"

namespace wattention::cpu_test {
namespace {

std::shared_ptr<Backend> open(const std::string& kernel = {}, int threads = 2,
                              bool explain = false) {
  DeviceOptions options;
  options.kernel = kernel;
  options.threads = threads;
  options.explain = explain;
  return open_cpu(options);
}

// An op on this device: plain host tensors would go to the one that ops open themselves.
Tensor on(const std::shared_ptr<Backend>& cpu, Op op, std::vector<Tensor> tensors,
          const OpAttributes& attributes = {}) {
  for (Tensor& tensor : tensors) tensor = cpu->upload(tensor, {});
  return run_op(op, {std::move(tensors), std::nullopt, attributes});
}

Tensor with_number(const std::shared_ptr<Backend>& cpu, Op op, const Tensor& tensor,
                   double number) {
  return run_op(op, {{cpu->upload(tensor, {})}, number});
}

std::optional<Error> error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

// Sets WATTENTION_KERNEL for a scope.
class ForcedByEnvironment {
 public:
  explicit ForcedByEnvironment(const char* name) { setenv("WATTENTION_KERNEL", name, 1); }
  ~ForcedByEnvironment() { unsetenv("WATTENTION_KERNEL"); }
};

std::vector<double> doubles(const Tensor& tensor) {
  const Tensor wide = tensor.to(DType::f64);
  const auto values = wide.values<double>();
  return {values.begin(), values.end()};
}

// |sum in f32 - sum| <= (k + 2) eps sum |a b|, whatever the order (Higham, section 3.1).
TEST(CpuDevice, MatmulOfBatchesAgainstDouble) {
  const auto cpu = open();
  const Matrix a = normal_matrix(3 * 5, 7, 1), b = normal_matrix(3 * 7, 4, 2);
  const Tensor ta = Tensor::from<float>(a.values, {3, 5, 7}),
               tb = Tensor::from<float>(b.values, {3, 7, 4});
  const Tensor out = on(cpu, Op::matmul, {ta, tb}, {});
  ASSERT_EQ(out.shape(), Shape({3, 5, 4}));
  const auto found = doubles(out);
  for (int batch = 0; batch < 3; ++batch) {
    for (int r = 0; r < 5; ++r) {
      for (int c = 0; c < 4; ++c) {
        double sum = 0, magnitude = 0;
        for (int k = 0; k < 7; ++k) {
          const double product = double{a.at(batch * 5 + r, k)} * b.at(batch * 7 + k, c);
          sum += product;
          magnitude += std::fabs(product);
        }
        EXPECT_NEAR(found[static_cast<std::size_t>((batch * 5 + r) * 4 + c)], sum,
                    (7 + 2) * 0x1p-24 * magnitude);
      }
    }
  }
}

// Many small products: threads take whole ones. Each must be the bits that the product alone gives on one thread.
TEST(CpuDevice, MatmulOfManySmallMatricesIsEachOfThem) {
  constexpr std::int64_t count = 90, rows = 33, depth = 20, cols = 35;
  const Matrix a = normal_matrix(count * rows, depth, 1), b = normal_matrix(count * cols, depth, 2);
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const Tensor ta = Tensor::from<float>(a.values, {count, rows, depth}).to(dtype),
                 tb = Tensor::from<float>(b.values, {count, cols, depth}).to(dtype);
    const auto one = open({}, 1), several = open({}, 5);
    const auto found = doubles(on(several, Op::matmul, {ta, tb}, {.transpose_b = true}));
    for (std::int64_t i = 0; i < count; ++i) {
      const auto matrix = [i](const Matrix& all, std::int64_t height) {
        const std::int64_t size = height * depth;
        return Tensor::from<float>(
            std::span(all.values)
                .subspan(static_cast<std::size_t>(i * size), static_cast<std::size_t>(size)),
            {height, depth});
      };
      const auto alone =
          doubles(on(one, Op::matmul, {matrix(a, rows).to(dtype), matrix(b, cols).to(dtype)},
                     {.transpose_b = true}));
      const auto* in_batch = found.data() + i * rows * cols;
      ASSERT_TRUE(std::equal(alone.begin(), alone.end(), in_batch)) << i;
    }
  }
}

TEST(CpuDevice, MatmulBroadcastsOneBAndTransposesIt) {
  const auto cpu = open();
  // Of more rows than few_rows_test.cpp's, whose bits are others.
  const Matrix a = normal_matrix(24, 7, 3), b = normal_matrix(7, 4, 4);
  const Tensor batched = Tensor::from<float>(a.values, {2, 12, 7});
  const Tensor plain = on(cpu, Op::matmul, {batched, tensor_of(b, DType::f32)}, {});
  const Tensor transposed =
      on(cpu, Op::matmul, {batched, tensor_of(b.transposed(), DType::f32)}, {.transpose_b = true});
  EXPECT_EQ(plain.shape(), Shape({2, 12, 4}));
  EXPECT_EQ(doubles(plain), doubles(transposed));
  EXPECT_EQ(doubles(plain),
            doubles(on(cpu, Op::matmul, {tensor_of(a, DType::f32), tensor_of(b, DType::f32)}, {})));
}

// In f32 the exponential is off by 1.1 ulp, its argument, the sum and the quotient by a rounding or two; bf16 adds the
// rounding of the result.
TEST(CpuDevice, SoftmaxOverEveryDimension) {
  const auto cpu = open();
  const Matrix m = normal_matrix(4, 15, 5, 3.0f);
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const Tensor input = Tensor::from<float>(m.values, {4, 3, 5}).to(dtype);
    const auto in = doubles(input);
    const double relative = 12 * 0x1p-24 + (dtype == DType::bf16 ? 0x1p-8 : 0);
    for (int dim = 0; dim < 3; ++dim) {
      const auto out = doubles(on(cpu, Op::softmax, {input}, {.dim = dim - 3}));
      const std::array<std::size_t, 3> sizes{4, 3, 5}, steps{15, 5, 1};
      const auto d = static_cast<std::size_t>(dim);
      for (std::size_t i = 0; i < in.size(); ++i) {
        const std::size_t start = i - i / steps[d] % sizes[d] * steps[d];
        double sum = 0;
        for (std::size_t k = 0; k < sizes[d]; ++k) sum += std::exp(in[start + k * steps[d]]);
        const double expected = std::exp(in[i]) / sum;
        EXPECT_NEAR(out[i], expected, relative * expected) << "dim " << dim;
      }
    }
  }
}

TEST(CpuDevice, ElementwiseRoundsOnce) {
  const auto cpu = open();
  const Matrix a = normal_matrix(3, 41, 6), b = normal_matrix(3, 41, 7);
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const Tensor ta = tensor_of(a, dtype), tb = tensor_of(b, dtype);
    const auto x = doubles(ta), y = doubles(tb);
    const auto rounded = [dtype](float v) { return dtype == DType::f32 ? v : float{bfloat16(v)}; };
    const auto sum = doubles(on(cpu, Op::add, {ta, tb})),
               difference = doubles(on(cpu, Op::subtract, {ta, tb}));
    const auto both = doubles(on(cpu, Op::multiply, {ta, tb})),
               scaled = doubles(with_number(cpu, Op::multiply, ta, 0.1f));
    const auto divided = doubles(with_number(cpu, Op::divide, ta, 1.4142135f));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto p = static_cast<float>(x[i]), q = static_cast<float>(y[i]);
      EXPECT_EQ(sum[i], rounded(p + q));
      EXPECT_EQ(difference[i], rounded(p - q));
      EXPECT_EQ(both[i], rounded(p * q));
      EXPECT_EQ(scaled[i], rounded(p * 0.1f));
      EXPECT_EQ(divided[i], rounded(p / 1.4142135f));
    }
  }
}

TEST(CpuDevice, PermuteAndReshapeMoveOnly) {
  const auto cpu = open();
  std::vector<float> values(24);
  for (std::size_t i = 0; i < 24; ++i) values[i] = static_cast<float>(i);
  const Tensor input = Tensor::from<float>(values, {2, 3, 4});
  const Dims dims{2, 0, 1};
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const Tensor out = on(cpu, Op::permute, {input.to(dtype)}, {.dims = dims});
    ASSERT_EQ(out.shape(), Shape({4, 2, 3}));
    const auto found = doubles(out);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 2; ++j)
        for (std::size_t k = 0; k < 3; ++k)
          EXPECT_EQ(found[(i * 2 + j) * 3 + k], double((j * 3 + k) * 4 + i));
  }
  const Tensor reshaped = on(cpu, Op::reshape, {input}, {.shape = Shape({6, 4})});
  EXPECT_EQ(reshaped.shape(), Shape({6, 4}));
  EXPECT_EQ(doubles(reshaped), doubles(input));
}

TEST(CpuDevice, ResultsDoNotDependOnThreads) {
  const Matrix a = normal_matrix(301, 129, 8), b = normal_matrix(129, 517, 9);
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const Tensor ta = tensor_of(a, dtype), tb = tensor_of(b, dtype);
    const auto one = doubles(on(open({}, 1), Op::matmul, {ta, tb}));
    for (const int threads : {2, 3, 7})
      EXPECT_EQ(one, doubles(on(open({}, threads), Op::matmul, {ta, tb})));
  }
}

TEST(CpuDevice, ForcedNamesAreChecked) {
  const auto unknown = error_of([] { open("neon"); });
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->kind(), ErrorKind::absent);
  EXPECT_NE(std::string(unknown->what()).find("scalar"), std::string::npos) << unknown->what();
  if (!cpu::this_cpu().has(cpu::Feature::amx_bf16)) {
    const auto amx = error_of([] { open("amx"); });
    ASSERT_TRUE(amx);
    EXPECT_EQ(amx->kind(), ErrorKind::absent);
    EXPECT_NE(std::string(amx->what()).find("AMX"), std::string::npos) << amx->what();
  }
}

TEST(CpuDevice, AForcedNameWithoutTheTypeIsAbsentNotReplaced) {
  const auto cpu = open("softtile");
  const Tensor f32 = tensor_of(normal_matrix(2, 2, 1), DType::f32);
  const auto error = error_of([&] { on(cpu, Op::matmul, {f32, f32}, {}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::absent);
}

TEST(CpuDevice, TheEnvironmentForcesToo) {
  const ForcedByEnvironment scalar("scalar");
  const auto cpu = open({}, 1, true);
  const Tensor f32 = tensor_of(normal_matrix(2, 2, 1), DType::f32);
  on(cpu, Op::matmul, {f32, f32}, {});
  EXPECT_EQ(cpu->take_reports().at(0).kernel, "gemm_f32_4x8x1_scalar");
  const ForcedByEnvironment wrong("abacus");
  EXPECT_TRUE(error_of([] { open(); }));
}

TEST(CpuDevice, ReportsSayWhatRanAndWhyNotTheOthers) {
  const auto cpu = open("scalar", 1, true);
  const Tensor half = tensor_of(normal_matrix(2, 2, 1), DType::bf16);
  on(cpu, Op::matmul, {half, half}, {});
  on(cpu, Op::softmax, {half}, {});
  const auto reports = cpu->take_reports();
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].op, "matmul");
  EXPECT_EQ(reports[0].kernel, "gemm_bf16_4x8x2_scalar");
  EXPECT_EQ(reports[1].kernel, "vector_scalar");
  const auto rows = cpu::gemm_kernels();
  EXPECT_EQ(reports[0].refused.size() + 1, static_cast<std::size_t>(std::count_if(
                                               rows.begin(), rows.end(), [](const GemmKernel& row) {
                                                 return row.type == GemmType::bf16;
                                               })));
  for (const auto& [kernel, reason] : reports[0].refused)
    EXPECT_EQ(reason, "another was asked for by name") << kernel;
  EXPECT_TRUE(cpu->take_reports().empty());
}

TEST(CpuDevice, HeldTensorsStayOnTheirDevice) {
  const auto cpu = open();
  const Tensor host = tensor_of(normal_matrix(3, 3, 1), DType::f32);
  const Tensor held = cpu->upload(host, {});
  const Tensor out = matmul(held, host);
  EXPECT_EQ(matmul(host, host).storage()->backend(), nullptr);
  EXPECT_EQ(out.storage()->backend(), cpu);
  EXPECT_EQ(doubles(cpu->download(out)), doubles(matmul(host, host)));
}

TEST(CpuDevice, RefusesF64InOneSentence) {
  const auto cpu = open();
  const Tensor wide = Tensor::zeros({2, 2}, DType::f64);
  const auto error = error_of([&] { on(cpu, Op::matmul, {wide, wide}, {}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::unsupported);
}

TEST(CpuDevice, DescribesItself) {
  const DeviceInfo info = describe_cpu();
  EXPECT_TRUE(info.available);
  EXPECT_NE(std::find(info.kernels.begin(), info.kernels.end(), "scalar"), info.kernels.end());
}

}  // namespace
}  // namespace wattention::cpu_test
