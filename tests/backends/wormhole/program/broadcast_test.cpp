// Operands of two shapes: the same bits as with the smaller one spread by hand, and what the release does not do.
#include <wattention/ops.h>

#include "device_fixture.h"
#include "tensor/broadcast.h"

namespace wattention::wormhole {
namespace {

class Broadcasting : public testing::Test {
 protected:
  // On the CPU; adding 0 changes no bits.
  static Tensor spread(const Tensor& host, const Shape& shape) {
    return add(host, Tensor::zeros(shape).to(DType::bf16));
  }
  static Tensor random(const Shape& shape) { return random_tensor(shape, 1, DType::bf16); }

  template <class Function>
  static void expect_refused(ErrorKind kind, const std::string& part, Function function) {
    expect_says(error_of(function), kind, part);
  }

  const std::shared_ptr<WormholeBackend> device_ = open();
};

struct Shapes {
  Shape a, b;
};

TEST_F(Broadcasting, AsIfTheSmallerTensorWereSpread) {
  const Shapes cases[] = {{{2, 3, 40, 50}, {50}},
                          {{2, 3, 40, 50}, {1, 50}},
                          {{2, 3, 40, 50}, {1, 1, 1, 50}},
                          {{2, 3, 40, 50}, {2, 3, 40, 1}},
                          {{2, 3, 40, 50}, {1, 1, 40, 50}},
                          {{3, 40, 50}, {3, 1, 1}},
                          {{40, 50}, {40, 1}},
                          {{2, 1, 40, 50}, {1, 3, 1, 50}},
                          {{1, 50}, {40, 50}},
                          {{1, 40, 50}, {40, 50}}};
  for (const auto& [a_shape, b_shape] : cases) {
    SCOPED_TRACE(a_shape.text() + " and " + b_shape.text());
    const Tensor a = random(a_shape), b = random(b_shape);
    const Shape shape = *broadcast_shape(a_shape, b_shape);
    const Tensor on_a = device_->upload(a, {}), on_b = device_->upload(b, {});
    const Tensor all_a = device_->upload(spread(a, shape), {});
    const Tensor all_b = device_->upload(spread(b, shape), {});
    const bool b_is_larger = b.numel() > a.numel();
    EXPECT_EQ(bits(device_->download(add(on_a, on_b))), bits(device_->download(add(all_a, all_b))));
    // The larger tensor stands in SrcA, whatever the call's order.
    EXPECT_EQ(
        bits(device_->download(multiply(on_a, on_b))),
        bits(device_->download(b_is_larger ? multiply(all_b, all_a) : multiply(all_a, all_b))));
    if (!b_is_larger) {
      EXPECT_EQ(bits(device_->download(subtract(on_a, on_b))),
                bits(device_->download(subtract(all_a, all_b))));
    }
  }
}

TEST_F(Broadcasting, WhatTheReleaseDoesNotDo) {
  const auto on_device = [&](const Shape& shape) { return device_->upload(random(shape), {}); };
  expect_refused(ErrorKind::bad_input, "unsupported broadcast", [&] {
    subtract(on_device({1, 50}), on_device({40, 50}));
  });
  expect_refused(ErrorKind::bad_input, "cannot be mapped to BcastOpMath", [&] {
    eq(on_device({40, 50}), on_device({1, 50}));
  });
  expect_refused(ErrorKind::unverified, "past the end", [&] {
    add(on_device({2, 40, 50}), on_device({40, 50}));
  });
  expect_refused(ErrorKind::unverified, "past the end", [&] {
    add(on_device({40, 1}), on_device({1, 50}));
  });
  expect_refused(ErrorKind::unsupported, "at most four", [&] {
    add(on_device({1, 1, 1, 4, 8}), on_device({4, 8}));
  });
  expect_refused(ErrorKind::unsupported, "no such program with a number", [&] {
    logical_and(on_device({4, 8}), 1.0);
  });
}

TEST_F(Broadcasting, ProgramsByShape) {
  const Device device = open_device("wormhole", {.explain = true});
  const auto program_of = [&](const Shape& a, const Shape& b) {
    Device card = device;
    add(to_device(random(a), card), to_device(random(b), card));
    std::string programs;
    for (const OpReport& report : card.take_reports()) programs += report.kernel + "; ";
    return programs;
  };
  EXPECT_EQ(program_of({40, 50}, {40, 50}), "element wise, multi core; ");
  EXPECT_EQ(program_of({2, 3, 40, 50}, {50}), "broadcast height, multi core; ");
  EXPECT_EQ(program_of({40, 50}, {40, 1}), "broadcast width, multi core; ");
  EXPECT_EQ(program_of({2, 3, 40, 50}, {1, 1, 1, 1}),
            "repeat; broadcast height and width, multi core; ");
}

}  // namespace
}  // namespace wattention::wormhole
