// Tensors in shards: where they lie, what is refused, which programs run where they lie.
#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t tile = 2048;

Sharding shards(const char* word) {
  return parse_sharding(word);
}

Placement in_shards(const char* word) {
  return {.sharding = shards(word)};
}

std::vector<OpEvent> programs_of(WormholeBackend& device) {
  std::vector<OpEvent> programs;
  for (const Event& event : device.event_log()->take())
    if (const auto* program = std::get_if<OpEvent>(&event)) programs.push_back(*program);
  return programs;
}

TEST(Shards, EachCoreHoldsAsMuchAsAShard) {
  const auto device = open();
  // 256 rows in shards of 64: four cores hold 2 x 4 tiles each, and every bank gives its addresses.
  const Tensor x = device->upload(random_tensor({256, 128}), in_shards("height:64x128:0,0-3,0"));
  EXPECT_EQ(device->memory_use(Memory::l1).allocated_bytes, 8 * tile);
  EXPECT_EQ(x.memory(), Memory::l1);
  ASSERT_NE(x.sharding(), nullptr);
  EXPECT_EQ(to_string(*x.sharding()), "height:64x128:0,0-3,0");
  // The last shard is there whole, though a part of it holds nothing.
  const Tensor y = device->upload(random_tensor({160, 128}), in_shards("height:96x128:0,0-1,0"));
  EXPECT_EQ(device->memory_use(Memory::l1).allocated_bytes, (8 + 12) * tile);
}

TEST(Shards, ValuesComeBackAsTheyWent) {
  const auto device = open();
  const Tensor host = random_tensor({3, 70, 100}, 2, DType::bf16);
  for (const char* word : {"height:96x128:0,0-2,0", "width:288x32:0,0-3,0", "block:96x64:1,1-2,3",
                           "block:96x64:1,1-3,2:by_column"})
    EXPECT_EQ(bits(device->download(device->upload(host, in_shards(word)))), bits(host)) << word;
}

TEST(Shards, RowsTakeAlignedPages) {
  const auto device = open();
  const Tensor rows =
      device->upload(random_tensor({8, 40}),
                     {.layout = Layout::row_major, .sharding = shards("height:2x40:0,0-3,0")});
  EXPECT_EQ(device->memory_use(Memory::l1).allocated_bytes, 2 * 80);
  const Error odd = error_of([&] {
    device->upload(random_tensor({8, 4}),
                   {.layout = Layout::row_major, .sharding = shards("height:2x4:0,0-3,0")});
  });
  expect_says(odd, ErrorKind::bad_input, "L1 aligned page size");
}

TEST(Shards, WhatDoesNotHoldTheTensorIsRefusedInTheReleasesWords) {
  const auto device = open();
  const struct {
    const char *word, *sentence;
  } refused[] = {
      {"height:64x64:0,0-3,0", "Shard width 64 must match physical width 128 for height sharded"},
      {"height:64x128:0,0-2,0",
       "Number of shards along height 4 must not exceed number of cores 3"},
      {"width:128x32:0,0-3,0", "Shard height 128 must match physical height 256 for width sharded"},
      {"width:256x32:0,0-1,0", "Number of shards along width 4 must not exceed number of cores 2"},
      {"block:64x64:0,0-1,1+2,0-3,1", "Shard grid must be one full rectangular grid"},
      {"block:64x64:0,0-1,2",
       "Number of shards along height 4 must not exceed number of rows 3 for row major"},
      {"block:64x64:0,0-0,3",
       "Number of shards along width 2 must not exceed number of columns 1 for row major"},
      {"block:64x64:0,0-2,1:by_column",
       "Number of shards along height 4 must not exceed number of columns 3 for column major"},
      {"height:48x128:0,0-7,0", "must be tile {32, 32} sized!"},
      {"height:64x128:0,0-8,0", "8x8 compute cores"}};
  for (const auto& [word, sentence] : refused) {
    const Error error = error_of([&] {
      device->upload(random_tensor({256, 128}), in_shards(word));
    });
    expect_says(error, ErrorKind::bad_input, sentence);
  }
  EXPECT_EQ(balance(*device), (Balance{0, 0}));
}

TEST(Shards, MoreThanACoreHasIsOutOfMemory) {
  const auto device = open({.mode = Mode::shape});
  const Tensor host = value_less({32 * 700, 32}, DType::f32);
  const Error error = error_of([&] { device->upload(host, in_shards("height:22400x32:0,0-0,0")); });
  expect_says(error, ErrorKind::out_of_memory,
              "Not enough space to allocate 1433600 B L1 buffer across 1 banks, where each bank "
              "needs to store 1433600 B");
}

TEST(Shards, MovesRunOnTheirCores) {
  const auto device = open();
  const Tensor host = random_tensor({256, 128}, 3, DType::bf16);
  const Tensor pages = device->upload(host, {});
  device->event_log()->start();
  const Tensor rows = to_memory(pages, shards("height:64x128:0,0-3,0"));
  const Tensor blocks = to_memory(rows, shards("block:128x64:0,0-1,1"));
  const Tensor back = to_memory(blocks, Memory::dram);
  EXPECT_EQ(bits(device->download(back)), bits(host));
  EXPECT_EQ(back.sharding(), nullptr);
  const std::vector<OpEvent> programs = programs_of(*device);
  ASSERT_EQ(programs.size(), 3u);
  EXPECT_EQ(programs[0].op, "interleaved_to_sharded");
  EXPECT_EQ(programs[0].cores, 4);
  EXPECT_EQ(programs[0].traffic, (Traffic{32 * tile, 0, 0, 0}));
  EXPECT_EQ(programs[1].op, "reshard");
  EXPECT_EQ(programs[1].traffic, (Traffic{0, 0, 32 * tile, 0}));
  EXPECT_EQ(programs[2].op, "sharded_to_interleaved");
  EXPECT_EQ(programs[2].traffic, (Traffic{0, 32 * tile, 0, 0}));
}

// The same digits as of pages; no tile goes over the network, and no buffer lies beside the shards.
TEST(Shards, ElementWiseOpsRunWhereTheShardsLie) {
  const auto device = open();
  const Tensor x = random_tensor({256, 128}, 4), y = random_tensor({256, 128}, 5);
  for (const char* word :
       {"height:64x128:0,0-3,0", "width:256x32:0,0-3,0", "block:64x64:0,0-1,3"}) {
    const Tensor a = device->upload(x, in_shards(word)), b = device->upload(y, in_shards(word));
    const Tensor plain_a = device->upload(x, {}), plain_b = device->upload(y, {});
    device->event_log()->start();
    const Tensor results[] = {gelu(a), add(a, b), multiply(a, 0.3), ge(a, 0.1)};
    const std::vector<OpEvent> programs = programs_of(*device);
    device->event_log()->stop();
    const Tensor expected[] = {gelu(plain_a), add(plain_a, plain_b), multiply(plain_a, 0.3),
                               ge(plain_a, 0.1)};
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(bits(device->download(results[i])), bits(device->download(expected[i]))) << word;
      ASSERT_NE(results[i].sharding(), nullptr);
      EXPECT_EQ(to_string(*results[i].sharding()), word);
    }
    for (const OpEvent& program : programs) {
      EXPECT_EQ(program.cores, a.sharding()->core_count()) << program.op << " " << word;
      EXPECT_EQ(program.busiest_core.packed, 32 / program.cores) << program.op << " " << word;
      EXPECT_EQ(program.traffic, Traffic{}) << program.op << " " << word;
    }
  }
}

TEST(Shards, ResultsGoWhereTheyAreAskedFor) {
  const auto device = open();
  const char* word = "height:64x128:0,0-3,0";
  const Tensor x = random_tensor({256, 128}, 6);
  const Tensor a = device->upload(x, in_shards(word)), plain = device->upload(x, {});
  EXPECT_EQ(add(a, plain, {.memory = Memory::dram}).sharding(), nullptr);
  EXPECT_EQ(to_string(*add(plain, a, {.sharding = shards("height")}).sharding()), word);
  EXPECT_EQ(to_string(*add(plain, plain, {.sharding = shards(word)}).sharding()), word);
}

TEST(Shards, WhatTheProgramsDoNotTakeIsRefused) {
  const auto device = open();
  const Tensor x = random_tensor({256, 128}, 7);
  const Tensor a = device->upload(x, in_shards("height:64x128:0,0-3,0"));
  const Tensor b = device->upload(x, in_shards("height:32x128:0,0-7,0"));
  const Tensor c = device->upload(random_tensor({256, 1}), {});
  expect_says(error_of([&] { relu(a, {.memory = Memory::dram}); }), ErrorKind::bad_input,
              "Unary operation requires Input and Output memory layout to match");
  expect_says(error_of([&] { add(a, b); }), ErrorKind::bad_input, "equal shards");
  expect_says(error_of([&] { add(a, a, {.sharding = shards("width")}); }), ErrorKind::bad_input,
              "a result in shards as the operands'");
  expect_says(error_of([&] { add(a, c); }), ErrorKind::unsupported, "both tensors of one shape");
  expect_says(error_of([&] {
                repeat_interleave(a, Dims{2, 1});
              }),
              ErrorKind::bad_input, "Sharded output and inputs must have the same memory layout.");
  expect_says(error_of([&] {
                run_op(Op::clone, {{a}, std::nullopt, {}});
              }),
              ErrorKind::bad_input, "Clone: not currently support sharding");
  expect_says(error_of([&] {
                run_op(Op::full_like, {{a}, std::nullopt, {}});
              }),
              ErrorKind::unsupported, "tensors in pages");
  OpAttributes twice;
  twice.repeats = Dims{2, 1};
  twice.sharding = shards("height:64x128:0,0-7,0");
  const Tensor pages = device->upload(x, {});
  EXPECT_EQ(run_op(Op::repeat_interleave, {{pages}, std::nullopt, twice}).sharding(), nullptr);
  twice.repeats = Dims{1, 2};
  expect_says(error_of([&] {
                run_op(Op::repeat_interleave, {{pages}, std::nullopt, twice});
              }),
              ErrorKind::bad_input, "Interleaved input tensors cannot output sharded outputs");
  expect_says(error_of([&] { softmax(a); }), ErrorKind::unverified, "a program of shards");
}

// Blocks and fp32, too: the same digits as of pages.
TEST(Shards, OtherFloatsRunWhereTheShardsLie) {
  const auto device = open();
  const Tensor x = random_tensor({256, 128}, 4), y = random_tensor({256, 128}, 5);
  const auto floats = [&](const Tensor& tensor) {
    const Tensor host = device->download(tensor).to(DType::f32);
    const auto found = host.values<float>();
    return std::vector<float>(found.begin(), found.end());
  };
  for (const DType dtype : {DType::f32, DType::bfloat8_b}) {
    Placement place = in_shards("height:64x128:0,0-3,0");
    place.dtype = dtype;
    const Tensor a = device->upload(x, place), b = device->upload(y, place);
    const Tensor plain_a = device->upload(x, {.dtype = dtype}),
                 plain_b = device->upload(y, {.dtype = dtype});
    OpAttributes cast;
    cast.output_dtype = DType::bf16;
    device->event_log()->start();
    const Tensor results[] = {relu(a), add(a, b), multiply(a, 0.3),
                              run_op(Op::typecast, {{a}, std::nullopt, cast})};
    for (const OpEvent& program : programs_of(*device))
      EXPECT_EQ(program.traffic, Traffic{}) << program.op;
    device->event_log()->stop();
    const Tensor expected[] = {relu(plain_a), add(plain_a, plain_b), multiply(plain_a, 0.3),
                               run_op(Op::typecast, {{plain_a}, std::nullopt, cast})};
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(floats(results[i]), floats(expected[i])) << to_string(dtype) << " " << i;
      EXPECT_NE(results[i].sharding(), nullptr);
    }
  }
}

TEST(Shards, LayoutsChangeWhereTheShardsLie) {
  const auto device = open();
  const Tensor host = random_tensor({250, 104}, 8, DType::bf16);
  const Tensor tiles = device->upload(host, in_shards("height:64x128:0,0-3,0"));
  device->event_log()->start();
  // Without padding the rows are narrower.
  const Tensor rows = to_layout(tiles, Layout::row_major);
  EXPECT_EQ(to_string(*rows.sharding()), "height:64x104:0,0-3,0");
  OpAttributes to_pages;
  to_pages.layout = Layout::row_major;
  to_pages.memory = Memory::dram;
  const Tensor pages = run_op(Op::to_layout, {{tiles}, std::nullopt, to_pages});
  const std::vector<OpEvent> programs = programs_of(*device);
  device->event_log()->stop();
  EXPECT_EQ(programs[0].traffic, Traffic{});
  EXPECT_EQ(programs[0].cores, 4);
  EXPECT_EQ(programs[1].traffic.dram_written_bytes, 26 * tile);  // 26,000 elements
  EXPECT_EQ(bits(device->download(rows)), bits(host));
  EXPECT_EQ(bits(device->download(pages)), bits(host));

  const Tensor whole = random_tensor({256, 128}, 9, DType::bf16);
  Placement in_rows = in_shards("height:64x128:0,0-3,0");
  in_rows.layout = Layout::row_major;
  const Tensor tilized = to_layout(device->upload(whole, in_rows), Layout::tile);
  EXPECT_EQ(to_string(*tilized.sharding()), "height:64x128:0,0-3,0");
  EXPECT_EQ(bits(device->download(tilized)), bits(whole));
  in_rows.sharding = shards("width:256x32:0,0-3,0");
  expect_says(error_of([&] { to_layout(device->upload(whole, in_rows), Layout::tile); }),
              ErrorKind::bad_input, "shards of rows, by row, before and after");
}

// The library recorded products and sums of bf16 in shards, and moves between shards and pages.
TEST(Shards, WhatNobodyRecordedIsUnverified) {
  const auto device = open({.explain = true});
  const auto evidence_of_last = [&] {
    const std::vector<OpReport> reports = device->take_reports();
    return reports.back().attributes.back().second;
  };
  Placement place = in_shards("height:64x128:0,0-3,0");
  const Tensor x = device->upload(random_tensor({256, 128}, 1), place);
  add(x, x);
  EXPECT_EQ(evidence_of_last(), "printed");
  to_memory(x, Memory::dram);
  EXPECT_EQ(evidence_of_last(), "library");
  to_layout(x, Layout::row_major);
  EXPECT_EQ(evidence_of_last(), "unverified");
  place.dtype = DType::bfloat8_b;
  const Tensor blocks = device->upload(random_tensor({256, 128}, 1), place);
  add(blocks, blocks);
  EXPECT_EQ(evidence_of_last(), "unverified");
}

// A bank holds a shard as a core does; only resharding reads and writes it.
TEST(Shards, LieInBanksOfDram) {
  const auto device = open();
  const Tensor host = random_tensor({64, 768}, 12, DType::bf16);
  const char *banks = "width:64x64:0,0-11,0", *cores = "width:64x96:0,0-7,0";
  const Tensor x = device->upload(host, {.memory = Memory::dram, .sharding = shards(banks)});
  EXPECT_EQ(balance(*device), (Balance{0, 4 * tile}));
  EXPECT_EQ(x.memory(), Memory::dram);
  EXPECT_EQ(bits(device->download(x)), bits(host));
  const auto moved = [](const Tensor& tensor, const char* word, Memory memory) {
    OpAttributes attributes;
    if (word != nullptr) attributes.sharding = shards(word);
    attributes.memory = memory;
    return run_op(Op::to_memory, {{tensor}, std::nullopt, attributes});
  };
  device->event_log()->start();
  const Tensor fetched = moved(x, cores, Memory::l1);
  const Tensor sent = moved(fetched, banks, Memory::dram);
  const std::vector<OpEvent> programs = programs_of(*device);
  device->event_log()->stop();
  ASSERT_EQ(programs.size(), 2u);
  EXPECT_EQ(programs[0].cores, 8);
  EXPECT_EQ(programs[0].traffic, (Traffic{48 * tile, 0, 0, 0}));
  EXPECT_EQ(programs[1].cores, 8);
  EXPECT_EQ(programs[1].traffic, (Traffic{0, 48 * tile, 0, 0}));
  EXPECT_EQ(fetched.memory(), Memory::l1);
  EXPECT_EQ(bits(device->download(fetched)), bits(host));
  EXPECT_EQ(sent.memory(), Memory::dram);
  EXPECT_EQ(bits(device->download(sent)), bits(host));

  const Tensor pages = device->upload(host, {});
  const struct {
    const Tensor& tensor;
    const char* to;
    Memory memory;
    const char* sentence;
  } refused[] = {{pages, banks, Memory::dram, "made of pages; found dram and"},
                 {x, nullptr, Memory::dram, "Input tensor must be in L1"},
                 {x, "width:64x96:0,0-7,0", Memory::dram,
                  "Resharding width shard to width shard must have at least one buffer in L1"},
                 {fetched, "height:32x768:0,0-1,0", Memory::dram,
                  "Resharding requires output buffer to be in L1"}};
  for (const auto& [tensor, to, memory, sentence] : refused)
    expect_says(error_of([&, to = to, memory = memory] { moved(tensor, to, memory); }),
                ErrorKind::bad_input, sentence);
  expect_says(error_of([&] { relu(x); }), ErrorKind::unsupported, "shards in l1");
  const Error many = error_of([&] {
    device->upload(host, {.memory = Memory::dram, .sharding = shards("width:64x32:0,0-12,0")});
  });
  expect_says(many, ErrorKind::bad_input, "total number of DRAM banks 12");
}

}  // namespace
}  // namespace wattention::wormhole
