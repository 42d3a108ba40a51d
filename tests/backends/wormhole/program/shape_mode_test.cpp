// Shape mode: the same programs and refusals at any size, without values, in no time.
#include <chrono>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

double seconds(const auto& function) {
  const auto start = std::chrono::steady_clock::now();
  function();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(ShapeMode, AMillionTokensInUnderASecond) {
  const auto device = open({.mode = Mode::shape, .explain = true});
  device->event_log()->start();
  constexpr std::int64_t tokens = 1'000'000;
  const double elapsed = seconds([&] {
    const Tensor weight = device->upload(value_less({2048, 2048}, DType::f32), in_l1());
    const Tensor x = device->upload(value_less({tokens, 2048}, DType::f32), {});
    const Tensor query = matmul(x, weight, {.core_grid = CoreGrid{8, 8}, .transpose_b = true});
    EXPECT_EQ(query.shape(), (Shape{tokens, 2048}));
    const Tensor scaled = multiply(query, 0.5f);
    // Scores of a million by a million tokens: two terabytes.
    expect_says(error_of([&] {
                  matmul(scaled, query, {.core_grid = CoreGrid{8, 8}, .transpose_b = true});
                }),
                ErrorKind::out_of_memory, "Out of Memory");
  });
  EXPECT_LT(elapsed, 1.0);
  EXPECT_GE(device->event_log()->take().size(), 6u);
  EXPECT_EQ(balance(*device), (Balance{0, 0}));
}

TEST(ShapeMode, SameProgramsMemoryAndReportsAsExact) {
  const auto run = [](Mode mode) {
    const auto device = open({.mode = mode, .explain = true});
    const Tensor a = device->upload(random_tensor({70, 40}), in_l1());
    const Tensor b = device->upload(random_tensor({40, 100}), {});
    const Tensor c = softmax(matmul(a, b, {}), {});
    const Tensor d = permute(add(c, c), std::vector<int>{1, 0});
    const Tensor e = reshape(d, {50, 140});
    std::vector<std::string> lines;
    for (const OpReport& report : device->take_reports()) {
      lines.push_back(report.kernel);
      for (const auto& [name, value] : report.attributes)
        if (name != "kernels_compiled") lines.push_back(name + "=" + value);
    }
    lines.push_back(std::to_string(balance(*device).l1));
    lines.push_back(std::to_string(balance(*device).dram));
    return lines;
  };
  EXPECT_EQ(run(Mode::shape), run(Mode::exact));
}

TEST(ShapeMode, ThereAreNoValuesToRead) {
  const auto device = open({.mode = Mode::shape});
  const Tensor tensor = device->upload(random_tensor({4, 4}), {});
  EXPECT_FALSE(tensor.on_host());
  const Tensor back = device->download(tensor);
  EXPECT_EQ(back.shape(), (Shape{4, 4}));
  EXPECT_EQ(back.dtype(), DType::bf16);
  EXPECT_FALSE(back.on_host());
  EXPECT_EQ(error_of([&] { back.values<bfloat16>(); }).kind(), ErrorKind::bad_input);
  EXPECT_NO_THROW(device->upload(back, {}));  // and on with the next op
}

}  // namespace
}  // namespace wattention::wormhole
