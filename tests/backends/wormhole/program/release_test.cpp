// A release's facts decide: each fact, changed in a copy, moves digits, programs, time or prints.
#include "backends/wormhole/spec/release.h"

#include <wattention/format.h>
#include <wattention/ops.h>

#include <nlohmann/json.hpp>
#include <set>

#include "backends/wormhole/program/device_fixture.h"
#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/program/softmax.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/spec/facts.h"
#include "backends/wormhole/timing/device_time.h"

namespace wattention::wormhole {
namespace {

using nlohmann::json;

json default_facts() {
  for (const std::string_view text : embedded_releases()) {
    json table = json::parse(text);
    if (table.value("default", false)) return table;
  }
  return {};
}

Release with_fact(const std::string& fact, const json& value) {
  json table = default_facts();
  table["facts"][fact]["value"] = value;
  return read_release(table.dump());
}

Device device_of(const Release& release) {
  return Device(
      std::make_shared<WormholeBackend>(DeviceOptions{.explain = true}, HostOptions{}, release));
}

/// What a user of the device sees of a few calls.
struct Observed {
  std::vector<Bits> digits;
  std::string programs;
  double seconds = 0;
  std::string print;
};

void note(Observed& seen, const Tensor& result) {
  const std::vector<Bits> patterns = bits(to_host(result));
  seen.digits.insert(seen.digits.end(), patterns.begin(), patterns.end());
  seen.programs += std::string(to_string(result.memory())) + ' ';
}

/// One of each choice: no grid, a grid, operands in L1, tall, wide; numbers; the same call twice.
void call_ops(const Device& device, Observed& seen) {
  const auto tensor = [&](const Shape& shape, unsigned seed, Memory memory) {
    return to_device(random_tensor(shape, seed), device, {.memory = memory});
  };
  const Tensor x = tensor({64, 512}, 1, Memory::dram), w = tensor({512, 64}, 2, Memory::dram);
  const OpAttributes grid{.core_grid = CoreGrid{8, 8}};
  note(seen, matmul(x, w));
  note(seen, matmul(x, w));
  note(seen, matmul(x, w, grid));
  note(seen, matmul(tensor({64, 512}, 1, Memory::l1), tensor({512, 64}, 2, Memory::l1)));
  note(seen, matmul(tensor({320, 64}, 3, Memory::dram), tensor({64, 64}, 4, Memory::dram), grid));
  note(seen, matmul(tensor({256, 32}, 5, Memory::dram), tensor({32, 768}, 6, Memory::dram)));
  note(seen, linear(x, tensor({64, 512}, 8, Memory::dram), tensor({64}, 9, Memory::dram)));
  note(seen, multiply(x, 0.1));
  note(seen, divide(x, 3.0));
  note(seen, run_op(Op::exp, {{x}}));
  note(seen, sum(x, {.dims = Dims{1}}));
}

/// A softmax whose kind the caller leaves open.
void call_softmax(const Release& release, Observed& seen) {
  const Tensor input = random_tensor({32, 256}, 7, DType::bf16);
  const Program program =
      make_softmax({1, 8, false, std::nullopt, Memory::dram, Memory::dram}, release);
  const std::vector<Bits> values = bits(input);
  std::vector<Bits> out(values.size());
  softmax({values.data(), 32, 256}, 256, program.softmax, out.data(), {});
  seen.digits.insert(seen.digits.end(), out.begin(), out.end());
  for (const auto& [name, value] : program.attributes) seen.programs += name + '=' + value + ' ';
  const CardRates& rates = card_rates("n150d");
  seen.seconds += device_time(program.work, {rates, rates.effective_clock_hz, 2048}).seconds(1e9);
}

/// Products that are too large to compute here: what would run.
void note_choices(const Release& release, Observed& seen) {
  const auto note_product = [&](MatmulProblem problem) {
    problem.free_l1_bytes = n150d().l1.bank_bytes - release.l1.first_free;
    const Program program = make_matmul(problem, {}, release);
    for (const auto& [name, value] : program.attributes) seen.programs += name + '=' + value + ' ';
    for (const CircularBuffer& buffer : program.buffers)
      seen.programs += std::to_string(buffer.bytes) + ' ';
  };
  note_product({.m_tiles = 256, .k_tiles = 2, .n_tiles = 16, .all_dram = false});
  note_product({.m_tiles = 32, .k_tiles = 64, .n_tiles = 64, .all_dram = false});
  note_product({.m_tiles = 96, .k_tiles = 96, .n_tiles = 96});
  note_product({.batch = 2, .m_tiles = 24, .k_tiles = 2, .n_tiles = 1});
  note_product({.m_tiles = 32, .k_tiles = 8, .n_tiles = 32, .core_grid = CoreGrid{8, 8}});
}

/// Three tensors in L1: whether the largest square blocks fit depends on whether the result counts.
void note_result_in_l1(const Release& release, Observed& seen) {
  const auto device = std::make_shared<WormholeBackend>(
      DeviceOptions{.mode = Mode::shape, .explain = true}, HostOptions{}, release);
  const Tensor host = value_less({1024, 1024}, DType::f32);
  const Tensor a = device->upload(host, in_l1()), b = device->upload(host, in_l1());
  matmul(a, b, {.memory = Memory::l1});
  const OpReport last = device->take_reports().back();
  for (const auto& [name, value] : last.attributes)
    if (name == "out_block") seen.programs += value + ' ';
}

/// What a tensor is told that does not fit.
void note_refusals(const Release& release, Observed& seen) {
  const auto device =
      std::make_shared<WormholeBackend>(DeviceOptions{.mode = Mode::shape}, HostOptions{}, release);
  const Tensor large = value_less({1024 * 1024, 8192}, DType::f32);
  for (const Memory memory : {Memory::dram, Memory::l1})
    seen.programs += error_of([&] { device->upload(large, {.memory = memory}); }).what();
}

void note_programs(const Device& device, Observed& seen) {
  for (const OpReport& report : device.backend().take_reports()) {
    seen.programs += report.kernel + ' ';
    for (const auto& [name, value] : report.attributes)
      if (name != "kernels_compiled") seen.programs += name + '=' + value + ' ';
  }
  const CardRates& rates = card_rates("n150d");
  for (const Event& event : device.backend().event_log()->take())
    if (const auto* op = std::get_if<OpEvent>(&event))
      seen.seconds += device_time(*op, {rates, rates.effective_clock_hz, 2048}).seconds(1e9);
}

Observed observe(const Release& release) {
  const Device device = device_of(release);
  device.backend().event_log()->start();
  Observed seen;
  call_ops(device, seen);
  note_programs(device, seen);
  call_softmax(release, seen);
  note_choices(release, seen);
  note_result_in_l1(release, seen);
  note_refusals(release, seen);
  seen.print = format_ttnn(random_tensor({2, 9}), release.print);
  return seen;
}

enum Effect { digits = 1, programs = 2, time = 4, print = 8 };

int differences(const Observed& a, const Observed& b) {
  return (a.digits != b.digits ? digits : 0) | (a.programs != b.programs ? programs : 0) |
         (a.seconds != b.seconds ? time : 0) | (a.print != b.print ? print : 0);
}

struct Change {
  std::string fact;
  json value;
  int effects;
};

const std::vector<Change>& changes() {
  static const std::vector<Change> all = {
      {"program_cache", true, programs},
      {"kernels", "0_81", digits | programs | time},  // its exponential is quicker
      {"l1_first_free", 300000, programs},
      {"dram_first_free", 1024, programs},
      {"out_of_memory_sentence", "wanted_and_had", programs},
      {"matmul_fidelity_with_grid", "hifi4", digits | programs | time},
      {"matmul_fidelity_without_grid", "hifi4", digits | programs | time},
      {"matmul_fidelity_multi_core", "lofi", digits | programs},  // its readers set the pace
      {"matmul_packer_l1_accumulate", false, digits | programs},
      {"matmul_fp32_accumulate", true, digits | programs | time},  // half the registers
      {"matmul_bias_in_program", true, digits | programs | time},
      {"matmul_wide_ending", true, 0},  // of refusals, as the next: later_ops_test.cpp
      {"argmax_takes_tiles", true, 0},
      {"matmul_quick_gelu", false, 0},  // the face asks for it: python/tests/test_library.py
      {"matmul_output_memory", "l1", digits | programs | time},  // another program
      {"matmul_narrow_ratio", 4, programs | time},
      {"matmul_block_tiles_with_grid", 2, digits | programs | time},
      {"matmul_largest_square", 4, programs | time},
      {"matmul_squares_in_dram", false, programs | time},
      {"matmul_narrow_in_l1", true, programs},
      {"matmul_out_block_first", true, programs},
      {"matmul_square_wide", true, programs},
      {"matmul_shared_b_once", true, programs},
      {"matmul_result_counts", false, programs},
      {"matmul_reloaded_blocks", 1, programs},
      {"softmax_numeric_stable", true, digits | programs | time},
      {"softmax_fidelity", "lofi", digits | programs},  // its vector unit sets the pace
      {"softmax_fp32_accumulate", true, digits | programs | time},
      {"softmax_largest_block", 4, programs | time},
      {"elementwise_fidelity", "lofi", digits | programs},  // its readers set the pace
      {"reduce_fidelity", "lofi", digits | programs | time},
      {"scalar_conversion", "nearest_even", digits},
      {"divide_by_number", "vector_unit_reciprocal", digits},
      {"print_width", 9, print},
      {"print_decimals", 4, print},
      {"print_longest_dimension", 6, print}};
  return all;
}

TEST(ReleaseFacts, EachMovesWhatItDecides) {
  const Observed before = observe(default_release());
  EXPECT_EQ(differences(before, observe(default_release())), 0);
  for (const Change& change : changes())
    EXPECT_EQ(differences(before, observe(with_fact(change.fact, change.value))), change.effects)
        << change.fact;
}

TEST(ReleaseFacts, AllAreChangedHere) {
  std::set<std::string> changed, all;
  for (const Change& change : changes()) changed.insert(change.fact);
  const json table = default_facts();
  for (const auto& [fact, value] : table.at("facts").items()) all.insert(fact);
  EXPECT_EQ(changed, all);
}

TEST(ReleaseFacts, AreRefusedWhenNobodyCanFollowThem) {
  const auto refuses = [](const char* part, auto edit) {
    json table = default_facts();
    edit(table);
    expect_says(error_of([&] { read_release(table.dump()); }), ErrorKind::bad_input, part);
  };
  refuses("'not_a_fact'",
          [](json& table) { table["facts"]["not_a_fact"] = table["facts"]["program_cache"]; });
  refuses("expected one of truncate, nearest_even",
          [](json& table) { table["facts"]["scalar_conversion"]["value"] = "upward"; });
  refuses("name", [](json& table) { table.erase("name"); });
  json table = default_facts();
  table["facts"].erase("softmax_fidelity");
  EXPECT_EQ(error_of([&] { read_release(table.dump()); }).kind(), ErrorKind::absent);
}

TEST(Releases, TwoAreOpenSideBySide) {
  const Device first = device_of(default_release());
  const Device second = device_of(with_fact("divide_by_number", "vector_unit_reciprocal"));
  const Tensor ones = Tensor{{1.0f}};
  const auto third = [&](const Device& device) {
    return bits(to_host(divide(to_device(ones, device), 3.0))).at(0);
  };
  EXPECT_EQ(third(first), 0x3eaa);
  EXPECT_EQ(third(second), 0x3eab);
  EXPECT_EQ(third(first), 0x3eaa);
}

// Of a release that is known in part `strict` takes what was recorded, dtypes included.
TEST(Releases, OneKnownInPartIsStrictAboutDtypes) {
  for (const ReleaseInfo& known : list_releases()) {
    if (!known.in_part) continue;
    const Device device = open_device("wormhole", {.release_profile = known.name, .strict = true});
    const Tensor x = random_tensor({32, 32}, 1);
    EXPECT_NO_THROW(run_op(Op::exp, {{to_device(x, device)}}));
    const Tensor blocks = to_device(x, device, {.dtype = DType::bfloat8_b});
    EXPECT_NO_THROW(run_op(Op::add, {{blocks, blocks}}));
    EXPECT_EQ(error_of([&] { run_op(Op::exp, {{blocks}}); }).kind(), ErrorKind::unverified);
  }
}

TEST(Releases, TheDefaultIsMeantWhenNobodyNamesOne) {
  EXPECT_EQ(&release_profile(""), &default_release());
  EXPECT_EQ(&release_profile(default_release().name), &default_release());
  ASSERT_FALSE(list_releases().empty());
  EXPECT_EQ(list_releases().front().name, default_release().name);
  EXPECT_EQ(release_info().name, default_release().name);
}

TEST(Releases, AnUnknownOneIsRefusedWithTheNamesThatExist) {
  for (const ReleaseInfo& known : list_releases()) {
    expect_says(error_of([] { open_device("wormhole", {.release_profile = "9.9"}); }),
                ErrorKind::absent, known.name);
    expect_says(error_of([] { release_info("9.9"); }), ErrorKind::absent, known.name);
  }
}

}  // namespace
}  // namespace wattention::wormhole
