// float32 and block floats through the device: IEEE's arithmetic, float64, the host's own packing, and sizes.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "backends/wormhole/numerics/golden.h"
#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

constexpr DType blocks[] = {DType::bfloat8_b, DType::bfloat4_b};

Placement as(DType dtype) {
  return {.dtype = dtype};
}

std::vector<float> floats_of(const Tensor& tensor) {
  const Tensor host = to_host(tensor).to(DType::f32);
  const auto values = host.values<float>();
  return {values.begin(), values.end()};
}

Tensor run(Op op, std::vector<Tensor> tensors, const OpAttributes& attributes = {}) {
  return run_op(op, {.tensors = std::move(tensors), .attributes = attributes});
}

Tensor by_number(Op op, const Tensor& a, double number) {
  return run_op(op, {.tensors = {a}, .number = number});
}

TEST(FloatsDevice, Fp32SumsAndProductsAreIeees) {
  const auto device = open();
  const Tensor a = random_tensor({40, 50}, 1), b = random_tensor({40, 50}, 2);
  const Tensor x = device->upload(a, as(DType::f32)), y = device->upload(b, as(DType::f32));
  const auto sum = floats_of(run(Op::add, {x, y})), product = floats_of(run(Op::multiply, {x, y}));
  const auto less = floats_of(run(Op::lt, {x, y}));
  for (std::size_t i = 0; i < sum.size(); ++i) {
    EXPECT_EQ(sum[i], a.values<float>()[i] + b.values<float>()[i]);
    EXPECT_EQ(product[i], a.values<float>()[i] * b.values<float>()[i]);
    EXPECT_EQ(less[i], a.values<float>()[i] < b.values<float>()[i]);
  }
}

// A number meets fp32 in 16 bits: both are cut, and the sum has 8 bits.
TEST(FloatsDevice, ANumberMeetsFp32In16Bits) {
  const auto device = open();
  const Tensor a = random_tensor({33, 40}, 3);
  Tensor cut = Tensor::empty(a.shape(), DType::bf16);
  for (std::size_t i = 0; i < cut.mutable_values<bfloat16>().size(); ++i)
    cut.mutable_values<bfloat16>()[i] = bfloat16::from_bits(
        static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(a.values<float>()[i]) >> 16));
  const Tensor wide = device->upload(a, as(DType::f32)), narrow = device->upload(cut, {});
  for (const Op op : {Op::add, Op::multiply, Op::divide}) {
    const Tensor found = by_number(op, wide, 0.3);
    EXPECT_EQ(found.dtype(), DType::f32);
    EXPECT_EQ(floats_of(found), floats_of(by_number(op, narrow, 0.3))) << to_string(op);
  }
}

// Of a relation with a number the whole fp32 counts.
TEST(FloatsDevice, ComparesFp32WithNumbers) {
  const auto device = open();
  const Tensor a{{1, 1.0000001f, 0.9999999f, -1}};
  const Tensor x = device->upload(a, as(DType::f32));
  EXPECT_EQ(floats_of(by_number(Op::gt, x, 1)), (std::vector<float>{0, 1, 0, 0}));
  EXPECT_EQ(floats_of(by_number(Op::eq, x, 1)), (std::vector<float>{1, 0, 0, 0}));
}

// What a program steps before and after loses nothing on its way.
TEST(FloatsDevice, Fp32StepsAreTheirOwnOps) {
  const auto device = open();
  const Tensor x = device->upload(random_tensor({40, 50}, 1), as(DType::f32)),
               y = device->upload(random_tensor({40, 50}, 2), as(DType::f32));
  const auto of_both = [&](Op before, Op after) {
    return floats_of(run(after, {run(Op::add, {run(before, {x}), run(before, {y})})}));
  };
  EXPECT_EQ(floats_of(run(Op::ldexp, {x, y})),
            floats_of(run(Op::multiply, {x, run(Op::exp2, {y})})));
  EXPECT_EQ(floats_of(run(Op::logaddexp, {x, y})), of_both(Op::exp, Op::log));
  EXPECT_EQ(floats_of(run(Op::logaddexp2, {x, y})), of_both(Op::exp2, Op::log2));
  EXPECT_EQ(floats_of(run(Op::bias_gelu, {x, y})),
            floats_of(run(Op::gelu, {run(Op::add, {x, y})})));
}

TEST(FloatsDevice, PowersOfBf16AreThoseOfFp32Cut) {
  const auto device = open({.explain = true});
  const Tensor a = random_tensor({40, 50}, 1, DType::bf16),
               b = random_tensor({40, 50}, 2, DType::bf16);
  const auto narrow = floats_of(run(Op::pow, {device->upload(a, {}), device->upload(b, {})}));
  EXPECT_EQ(device->take_reports().back().kernel, "element wise on the vector unit, multi core");
  const auto wide = floats_of(
      run(Op::pow, {device->upload(a, as(DType::f32)), device->upload(b, as(DType::f32))}));
  for (std::size_t i = 0; i < wide.size(); ++i) {
    const float finite = std::isnan(wide[i]) ? INFINITY : wide[i];  // as the packer has it
    EXPECT_EQ(narrow[i], std::bit_cast<float>(std::bit_cast<std::uint32_t>(finite) & 0xffff0000u));
  }
}

TEST(FloatsDevice, RefusesWhatTheReleaseDoesInFp16) {
  const auto device = open();
  const Tensor a = device->upload(random_tensor({32, 32}), as(DType::f32));
  const Tensor row = device->upload(random_tensor({1, 32}), as(DType::f32));
  const Tensor narrow = device->upload(random_tensor({32, 32}), {});
  expect_says(error_of([&] { run(Op::add, {a, row}); }), ErrorKind::unverified, "fp16");
  EXPECT_THROW(run(Op::add, {a, narrow}), Error);
  EXPECT_EQ(run(Op::add, {narrow, a}).dtype(), DType::bf16);
}

// An fp32 Dst: relative errors of the approximations as in bf16, but without its cut.
TEST(FloatsDevice, UnaryFunctionsOfFp32) {
  const auto device = open();
  const Tensor host = random_tensor({64, 64}, 4);
  const Tensor x = device->upload(host, as(DType::f32));
  const auto relu = floats_of(run(Op::relu, {x})), square = floats_of(run(Op::square, {x}));
  const auto root = floats_of(run(Op::sqrt, {run(Op::abs, {x})}));
  const auto floor = floats_of(run(Op::floor, {x}));
  for (std::size_t i = 0; i < relu.size(); ++i) {
    const float value = host.values<float>()[i];
    EXPECT_EQ(relu[i], std::fmax(value, 0));
    EXPECT_EQ(square[i], value * value);
    EXPECT_NEAR(root[i], std::sqrt(std::fabs(value)), 2e-5 * std::sqrt(std::fabs(value)));
    EXPECT_EQ(floor[i], std::floor(value));
  }
}

// The registers take tf32, SrcA's multiplier port sees nine bits of it; sums stay within 2^-8 of all terms.
TEST(FloatsDevice, ProductsOfFp32) {
  const auto device = open();
  const Tensor a = random_tensor({40, 96}, 5), b = random_tensor({96, 70}, 6);
  const Tensor out =
      run(Op::matmul, {device->upload(a, as(DType::f32)), device->upload(b, as(DType::f32))});
  EXPECT_EQ(out.dtype(), DType::f32);
  const auto found = floats_of(out);
  for (std::int64_t m = 0; m < 40; ++m)
    for (std::int64_t n = 0; n < 70; ++n) {
      double exact = 0, size = 0;
      for (std::int64_t k = 0; k < 96; ++k) {
        const double product =
            static_cast<double>(a.values<float>()[static_cast<std::size_t>(m * 96 + k)]) *
            b.values<float>()[static_cast<std::size_t>(k * 70 + n)];
        exact += product;
        size += std::fabs(product);
      }
      ASSERT_NEAR(found[static_cast<std::size_t>(m * 70 + n)], exact, size * 0x1p-8);
    }
}

TEST(FloatsDevice, SumsAndMaximaOfFp32) {
  const auto device = open();
  const Tensor host = random_tensor({2, 40, 50}, 7);
  const Tensor x = device->upload(host, as(DType::f32));
  for (const int dim : {1, 2}) {
    const auto sums = floats_of(sum(x, {.dims = Dims{dim}, .keepdim = true}));
    const auto largest = floats_of(max(x, {.dims = Dims{dim}, .keepdim = true}));
    for (std::int64_t line = 0; line < (dim == 1 ? 100 : 80); ++line) {
      double total = 0, size = 0, most = -1e30;
      for (std::int64_t i = 0; i < (dim == 1 ? 40 : 50); ++i) {
        const std::int64_t at = dim == 1 ? line / 50 * 2000 + i * 50 + line % 50 : line * 50 + i;
        const double value = host.values<float>()[static_cast<std::size_t>(at)];
        total += value;
        size += std::fabs(value);
        most = std::max(most, value);
      }
      ASSERT_NEAR(sums[static_cast<std::size_t>(line)], total, size * 0x1p-9);
      ASSERT_NEAR(largest[static_cast<std::size_t>(line)], most, std::fabs(most) * 0x1p-10);
    }
  }
}

// A transposed tile has tf32's bits left, what became tiles fp16's; other moves copy.
TEST(FloatsDevice, WhatMovesLeaveOfFp32) {
  const auto device = open();
  const float value = std::bit_cast<float>(0x3f812345u), large = 1e9f, small = 1e-6f;
  const Tensor host{{value, large, small, -value}};
  const Tensor tiles = device->upload(host, as(DType::f32));
  const float tf32 = std::bit_cast<float>(0x3f812000u);
  EXPECT_EQ(floats_of(transpose(tiles))[0], tf32);
  EXPECT_EQ(floats_of(transpose(tiles))[2],
            std::bit_cast<float>(std::bit_cast<std::uint32_t>(small) & ~0x1fffu));
  const Tensor rows = device->upload(host, {.layout = Layout::row_major, .dtype = DType::f32});
  EXPECT_EQ(floats_of(to_layout(rows, Layout::tile)),
            (std::vector<float>{tf32, 0x1.ffcp16f, 0, -tf32}));
  EXPECT_EQ(floats_of(reshape(tiles, Shape({4, 1}))), floats_of(tiles));
}

TEST(FloatsDevice, BlocksComeBackAsTheHostPackedThem) {
  const auto device = open();
  const Tensor host = random_tensor({50, 70}, 8);
  for (const DType dtype : blocks) {
    const Tensor there = device->upload(host, as(dtype));
    EXPECT_EQ(there.dtype(), dtype);
    EXPECT_EQ(floats_of(there), floats_of(host.to(dtype)));
    expect_says(
        error_of([&] { device->upload(host, {.layout = Layout::row_major, .dtype = dtype}); }),
        ErrorKind::bad_input, "requires TILE_LAYOUT!");
  }
}

TEST(FloatsDevice, BlocksTake1088And576BytesATile) {
  const auto device = open();
  const Tensor host = random_tensor({32, 32 * 12});  // a tile a bank
  const auto before = device->counts().dram_bytes_per_bank;
  for (const auto& [dtype, bytes] : {std::pair{DType::bfloat8_b, 1088}, {DType::bfloat4_b, 576}}) {
    const Tensor there = device->upload(host, as(dtype));
    EXPECT_EQ(device->counts().dram_bytes_per_bank - before, bytes);
    device->event_log()->start();
    run(Op::add, {there, there});
    const auto events = device->event_log()->take();
    device->event_log()->stop();
    const Traffic traffic = std::get<OpEvent>(events.back()).traffic;
    EXPECT_EQ(traffic.dram_read_bytes, 2 * 12 * bytes);
    EXPECT_EQ(traffic.dram_written_bytes, 12 * bytes);
  }
}

// The unpacker makes bf16 of a block: with bf16 out of Dst the program's digits are those of bf16 operands.
TEST(FloatsDevice, BlocksComputeAsTheBf16ThatTheyAre) {
  const auto device = open();
  const Tensor a = random_tensor({64, 128}, 9), b = random_tensor({128, 96}, 10);
  for (const DType dtype : blocks) {
    const Tensor block = device->upload(b, as(dtype));
    const Tensor same = device->upload(to_host(block).to(DType::bf16), {});
    const Tensor left = device->upload(a, {});
    EXPECT_EQ(floats_of(run(Op::matmul, {left, block})), floats_of(run(Op::matmul, {left, same})));
    EXPECT_EQ(floats_of(run(Op::add, {same, block})), floats_of(run(Op::add, {same, same})));
    EXPECT_EQ(floats_of(typecast(block, DType::bf16)), floats_of(block));
    EXPECT_EQ(floats_of(typecast(block, DType::f32)), floats_of(block));
  }
}

// Dst is rounded to 7 bits, then to the block: an error of half a unit each, of the block's largest exponent then.
TEST(FloatsDevice, ResultsInBlocks) {
  const auto device = open();
  const Tensor a = random_tensor({64, 96}, 11), b = random_tensor({64, 96}, 12);
  const Tensor x = device->upload(a, {}), y = device->upload(b, {});
  const auto exact = floats_of(run(Op::add, {x, y}));
  OpAttributes attributes;
  attributes.output_dtype = DType::bfloat8_b;
  const Tensor sum = run(Op::add, {x, y}, attributes);
  EXPECT_EQ(sum.dtype(), DType::bfloat8_b);
  const auto found = floats_of(sum);
  for (std::size_t i = 0; i < found.size(); i += 16) {
    float largest = 0;
    for (std::size_t j = i; j < i + 16; ++j) largest = std::max(largest, std::fabs(exact[j]));
    const int exponent = std::ilogb(largest * (1 + 0x1p-7f));
    for (std::size_t j = i; j < i + 16; ++j)
      ASSERT_NEAR(found[j], exact[j], std::ldexp(1, exponent - 6));
  }
}

// 1 beside 256 is less than half a unit of their block: what a second block of K adds to is 0, unless the sums wait as
// bf16 (added up in L1) or do not wait at all.
TEST(FloatsDevice, PartialSumsWaitInBlocks) {
  Tensor a = Tensor::zeros({32, 64}), b = Tensor::zeros({64, 32});
  for (const int k : {0, 32}) {
    a.mutable_values<float>()[static_cast<std::size_t>(k)] = 1;
    b.mutable_values<float>()[static_cast<std::size_t>(32 * k)] = 1;
    b.mutable_values<float>()[static_cast<std::size_t>(32 * k + 1)] = k == 0 ? 256 : -256;
  }
  const auto device = open();
  const Tensor x = device->upload(a, {}), y = device->upload(b, {});
  const auto first = [&](std::string_view program, bool in_l1, DType dtype) {
    OpAttributes attributes{.program = parse_program_config(program)};
    attributes.packer_l1_accumulate = in_l1;
    attributes.output_dtype = dtype;
    const auto found = floats_of(run(Op::matmul, {x, y}, attributes));
    EXPECT_EQ(found[1], 0);
    return found[0];
  };
  for (const DType dtype : blocks) {
    EXPECT_EQ(first("mcast_1d:grid=1x1,in0_block_w=1", false, dtype), 1);
    EXPECT_EQ(first("mcast_1d:grid=1x1,in0_block_w=1", true, dtype), 2);
    EXPECT_EQ(first("mcast_1d:grid=1x1,in0_block_w=2", false, dtype), 2);
  }
  EXPECT_EQ(first("mcast_1d:grid=1x1,in0_block_w=1", false, DType::bf16), 2);
}

TEST(FloatsDevice, CastsToBlocksAsTheLibrary) {
  const auto device = open();
  for (const DType dtype : blocks) {
    const std::string name = "blocks/device_" + std::string(to_string(dtype));
    const auto given = golden::load_npy(golden::library_path(name + "_given.npy", "0.81"));
    Tensor host = Tensor::empty({given.rows, given.cols}, DType::bf16);
    std::ranges::transform(given.bits, host.mutable_values<bfloat16>().begin(),
                           bfloat16::from_bits);
    const Tensor there = typecast(device->upload(host, {}), dtype);
    EXPECT_EQ(bits(to_host(typecast(there, DType::bf16))),
              golden::load_npy(golden::library_path(name + "_read.npy", "0.81")).bits);
  }
}

TEST(FloatsDevice, BlocksBecomeBf16InRows) {
  const auto device = open();
  const Tensor block = device->upload(random_tensor({32, 64}, 13), as(DType::bfloat8_b));
  const Tensor rows = to_layout(block, Layout::row_major);
  EXPECT_EQ(rows.dtype(), DType::bf16);
  EXPECT_EQ(floats_of(rows), floats_of(block));
}

TEST(FloatsDevice, SaysUnverifiedOfFp32) {
  const auto device = open({.strict = true});
  const Tensor x = device->upload(random_tensor({32, 32}), as(DType::f32));
  EXPECT_EQ(error_of([&] { run(Op::add, {x, x}); }).kind(), ErrorKind::unverified);
  const Tensor block = device->upload(random_tensor({32, 32}), as(DType::bfloat8_b));
  EXPECT_EQ(run(Op::add, {block, block}).dtype(), DType::bfloat8_b);
}

TEST(FloatsDevice, OtherDevicesRefuseMixtures) {
  const Tensor a = random_tensor({4, 4}), b = random_tensor({4, 4}, 2, DType::bf16);
  EXPECT_EQ(error_of([&] { run(Op::add, {a, b}); }).kind(), ErrorKind::bad_input);
  OpAttributes attributes;
  attributes.output_dtype = DType::bf16;
  EXPECT_EQ(error_of([&] { run(Op::matmul, {a, a}, attributes); }).kind(), ErrorKind::unsupported);
}

}  // namespace
}  // namespace wattention::wormhole
