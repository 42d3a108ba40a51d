#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <cmath>

namespace wattention {
namespace {

TEST(Activation, ItsWordIsItsInverse) {
  for (const char* word : {"silu", "gelu_approximate", "log_sigmoid"})
    EXPECT_EQ(to_string(parse_activation(word)), word);
  EXPECT_TRUE(parse_activation("gelu_approximate").approximate);
}

TEST(Activation, OpsOfOneOperandOnly) {
  for (const char* word : {"", "softmax", "silu_approximate", "approximate", "add"})
    EXPECT_THROW(parse_activation(word), Error) << word;
  const Tensor a({{1, 2}, {3, 4}});
  EXPECT_THROW(matmul(a, a, {.activation = Activation{Op::clamp}}), Error);
}

// A product with the identity is the tensor: what is left is the function of each element.
TEST(Activation, OfEachElementOfTheProduct) {
  const Tensor x({{-1.5F, 0.25F}, {2, -0.125F}}), identity({{1, 0}, {0, 1}});
  const Tensor bias({{0.5F, -1}});
  for (const char* name : {"cpu", "reference"}) {
    const Device device = open_device(name);
    const auto there = [&](const Tensor& tensor) { return to_device(tensor, device); };
    const Tensor out = to_host(linear(there(x), there(identity), there(bias),
                                      {.activation = parse_activation("tanh")}))
                           .to(DType::f32);
    const float expected[] = {std::tanh(-1.0F), std::tanh(-0.75F), std::tanh(2.5F),
                              std::tanh(-1.125F)};
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(out.values<float>()[i], expected[i], 1e-6F) << name << " " << i;
  }
}

}  // namespace
}  // namespace wattention
