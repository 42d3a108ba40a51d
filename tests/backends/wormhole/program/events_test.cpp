// The log of the notebook's resident forward: programs, work and bytes against closed formulas.
#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

using Step = TransferEvent::Step;

constexpr std::int64_t tokens = 1024, width = 2048;
constexpr std::int64_t mib = 1 << 20;

// Weights in L1, then linear x 3, transpose, scores, scale, softmax, context.
std::vector<Event> resident_forward(CoreGrid grid) {
  const auto device = open({.mode = Mode::shape});
  const Tensor host_weight = value_less({width, width}, DType::f32);
  std::vector<Tensor> weights;
  for (int i = 0; i < 3; ++i) weights.push_back(device->upload(host_weight, in_l1()));
  device->event_log()->start();
  const OpAttributes linear{.core_grid = grid, .transpose_b = true}, plain{.core_grid = grid};
  const Tensor x = device->upload(value_less({tokens, width}, DType::f32), {});
  const Tensor query = matmul(x, weights[0], linear);
  const Tensor value = matmul(x, weights[2], linear);
  const Tensor key = matmul(x, weights[1], linear);
  const Tensor scores = matmul(query, permute(key, std::vector<int>{1, 0}), plain);
  const Tensor attention = softmax(multiply(scores, 0.0221f), {});
  device->download(matmul(attention, value, plain));
  return device->event_log()->take();
}

std::vector<OpEvent> ops_of(const std::vector<Event>& events) {
  std::vector<OpEvent> ops;
  for (const Event& event : events)
    if (const auto* op = std::get_if<OpEvent>(&event)) ops.push_back(*op);
  return ops;
}

std::vector<TransferEvent> transfers_of(const std::vector<Event>& events) {
  std::vector<TransferEvent> transfers;
  for (const Event& event : events)
    if (const auto* transfer = std::get_if<TransferEvent>(&event)) transfers.push_back(*transfer);
  return transfers;
}

TEST(Events, ElevenProgramsInTheOrderOfTheQueue) {
  const std::vector<OpEvent> ops = ops_of(resident_forward({8, 8}));
  const char* expected[] = {"transpose", "matmul", "transpose", "matmul",  "transpose", "matmul",
                            "transpose", "matmul", "multiply",  "softmax", "matmul"};
  ASSERT_EQ(ops.size(), std::size(expected));
  for (std::size_t i = 0; i < ops.size(); ++i) EXPECT_EQ(ops[i].op, expected[i]) << i;
}

TEST(Events, TileProductsAndFidelityPhases) {
  const std::vector<OpEvent> ops = ops_of(resident_forward({8, 8}));
  for (const std::size_t i : {1u, 3u, 5u}) {
    EXPECT_EQ(ops[i].total.products, 32 * 64 * 64);
    EXPECT_EQ(ops[i].busiest_core.products, 32 * 64 * 64 / 64);
    EXPECT_EQ(ops[i].fidelity, Fidelity::lofi);
    EXPECT_EQ(ops[i].cores, 64);
    EXPECT_EQ(ops[i].blocks.k_blocks, 16);
    // A 1x4 subblock unpacks five tiles for four products; one reload of 32 partials per core.
    EXPECT_EQ(ops[i].busiest_core.unpacked, 2048 / 4 * 5 + 32);
    EXPECT_EQ(ops[i].busiest_core.packed, 32 * 16);
  }
  EXPECT_EQ(ops[7].total.products, 65536);
  EXPECT_EQ(ops[10].total.products, 65536);
  EXPECT_EQ(ops[8].fidelity, Fidelity::hifi4);
}

TEST(Events, BytesByMemoryKind) {
  const std::vector<OpEvent> ops = ops_of(resident_forward({8, 8}));
  // Linear: x from DRAM and the transposed weight from L1 once each, the result to DRAM.
  EXPECT_EQ(ops[1].traffic.dram_read_bytes, 4 * mib);
  EXPECT_EQ(ops[1].traffic.l1_read_bytes, 8 * mib);
  EXPECT_EQ(ops[1].traffic.dram_written_bytes, 4 * mib);
  EXPECT_EQ(ops[1].in0.bytes, 4 * mib);
  EXPECT_EQ(ops[1].in0.senders, 8);
  EXPECT_EQ(ops[1].in0.receivers, 7);
  EXPECT_EQ(ops[1].in1.bytes, 8 * mib);
  // The weight's transpose stays in L1.
  EXPECT_EQ(ops[0].traffic.l1_read_bytes, 8 * mib);
  EXPECT_EQ(ops[0].traffic.l1_written_bytes, 8 * mib);
  EXPECT_EQ(ops[0].traffic.dram_read_bytes, 0);
  EXPECT_EQ(ops[9].traffic.dram_read_bytes, 2 * mib);
}

TEST(Events, SmallOutBlocksReadTheirOperandsAgain) {
  const std::vector<OpEvent> ops = ops_of(resident_forward({2, 2}));
  EXPECT_EQ(ops[1].blocks.passes, (16 / 8) * (32 / 8));
  EXPECT_EQ(ops[1].traffic.dram_read_bytes, 4 * mib * (32 / 8));
  EXPECT_EQ(ops[1].traffic.l1_read_bytes, 8 * mib * (16 / 8));
  EXPECT_EQ(ops[1].busiest_core.products, 32 * 64 * 64 / 4);
}

TEST(Events, SoftmaxTakesWholeTileRows) {
  const OpEvent softmax = ops_of(resident_forward({8, 8})).at(9);
  EXPECT_EQ(softmax.cores, 32);
  EXPECT_EQ(softmax.busiest_core.exponentials, 32);
  EXPECT_EQ(softmax.total.exponentials, 32 * 32);
  EXPECT_EQ(softmax.total.reciprocals, 32);
}

TEST(Events, TransfersInSteps) {
  const std::vector<TransferEvent> transfers = transfers_of(resident_forward({8, 8}));
  ASSERT_EQ(transfers.size(), 5u);
  const Step steps[] = {Step::cast, Step::tilize, Step::write, Step::read, Step::untilize};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(transfers[i].step, steps[i]);
  EXPECT_EQ(transfers[0].bytes, 8 * mib);
  EXPECT_EQ(transfers[2].bytes, 4 * mib);
  EXPECT_EQ(transfers[3].bytes, 4 * mib);
  EXPECT_EQ(transfers[2].elements, tokens * width);
}

TEST(Events, PaddingGoesOverTheBus) {
  const auto device = open();
  device->event_log()->start();
  device->upload(random_tensor({6, 3}, 1, DType::bf16), {});
  const auto transfers = transfers_of(device->event_log()->take());
  ASSERT_EQ(transfers.size(), 2u);  // bf16 already: no cast
  EXPECT_EQ(transfers[0].bytes, 36);
  EXPECT_EQ(transfers[1].bytes, 2048);
}

TEST(Events, NothingIsKeptUntilStarted) {
  const auto device = open();
  device->upload(random_tensor({6, 3}), {});
  EXPECT_TRUE(device->event_log()->take().empty());
  device->event_log()->start();
  device->upload(random_tensor({6, 3}), {});
  device->event_log()->stop();
  device->upload(random_tensor({6, 3}), {});
  EXPECT_EQ(device->event_log()->take().size(), 3u);
  EXPECT_TRUE(device->event_log()->take().empty());
}

}  // namespace
}  // namespace wattention::wormhole
