// The program that release 0.81 chooses for a product, against what the real library chose: every row of the recorded
// tables (tests/golden/wormhole_library/README.md). No row is left out.
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <sstream>

#include "backends/wormhole/numerics/golden.h"
#include "backends/wormhole/program/device_fixture.h"
#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

constexpr const char* release_name = "0.81";

using Row = std::map<std::string, std::string>;

// Fields with a comma in them stand in quotes.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char letter : line) {
    if (letter == '"')
      quoted = !quoted;
    else if (letter == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += letter;
  }
  return fields;
}

std::vector<Row> read_rows(const std::string& file) {
  std::ifstream stream(golden::library_path(file, ""));
  std::vector<std::string> header;
  std::vector<Row> rows;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with('#')) continue;
    const std::vector<std::string> fields = split(line);
    if (header.empty()) {
      header = fields;
      continue;
    }
    Row row;
    for (std::size_t i = 0; i < header.size(); ++i) row[header[i]] = fields.at(i);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string text_of(const Row& row) {
  std::string text;
  for (const auto& [name, value] : row) text += name + '=' + value + ' ';
  return text;
}

DType dtype_of(const std::string& word) {
  const std::map<std::string, DType> words = {
      {"bf16", DType::bf16}, {"bfp8", DType::bfloat8_b}, {"bfp4", DType::bfloat4_b}};
  return words.at(word);
}

Memory memory_of(const std::string& word) {
  return word == "l1" ? Memory::l1 : Memory::dram;
}

std::optional<CoreGrid> grid_of(const Row& row) {
  const std::string& word = row.at("core_grid");
  if (word.empty()) return std::nullopt;
  const auto by = word.find('x');
  return CoreGrid{std::stoi(word.substr(0, by)), std::stoi(word.substr(by + 1))};
}

struct Sides {
  std::int64_t batch, b_batch, m, k, n;
};

Sides sides_of(const Row& row) {
  const std::string& batch = row.at("batch");
  const std::int64_t count = std::stoll(batch);
  return {count, batch.ends_with('b') ? count : 1, std::stoll(row.at("m")), std::stoll(row.at("k")),
          std::stoll(row.at("n"))};
}

// What a user does: tensors on an open device, one call. Shapes only.
struct Asked {
  OpEvent event;
  OpReport report;
};

Asked ask(const Row& row) {
  const auto device = open({.mode = Mode::shape, .release_profile = release_name, .explain = true});
  const Sides s = sides_of(row);
  const auto place = [&](const Shape& shape, const char* side) {
    const std::string name = side;
    return device->upload(value_less(shape, DType::f32),
                          {.memory = memory_of(row.at(name + "_memory")),
                           .dtype = dtype_of(row.at(name + "_dtype"))});
  };
  const Tensor a = place(Shape({s.batch, s.m, s.k}), "a");
  const Tensor b = place(Shape({s.b_batch, s.k, s.n}), "b");
  device->event_log()->start();
  OpAttributes attributes{.core_grid = grid_of(row)};
  const auto out = row.find("out_dtype");
  if (out != row.end() && !out->second.empty()) attributes.output_dtype = dtype_of(out->second);
  const auto place_of_result = row.find("out_memory");
  if (place_of_result != row.end()) attributes.memory = memory_of(place_of_result->second);
  matmul(a, b, attributes);
  return {std::get<OpEvent>(device->event_log()->take().back()), device->take_reports().back()};
}

std::string attribute(const OpReport& report, const std::string& name) {
  for (const auto& [known, value] : report.attributes)
    if (known == name) return value;
  return {};
}

// Of "in0 16384, in1 8192" the bytes.
std::string buffer_bytes(const OpReport& report) {
  std::istringstream each(attribute(report, "circular_buffers_each"));
  std::string name, bytes, text;
  while (each >> name >> bytes) {
    if (bytes.ends_with(',')) bytes.pop_back();
    text += (text.empty() ? "" : " ") + bytes;
  }
  return text;
}

std::string factory_of(std::string_view program) {
  if (program == to_string(MatmulKind::mcast_2d))
    return "MatmulMultiCoreReuseMcast2DProgramFactory";
  if (program == to_string(MatmulKind::multi_core)) return "MatmulMultiCoreProgramFactory";
  if (program == to_string(MatmulKind::batched_reuse))
    return "MatmulMultiCoreReuseOptimizedProgramFactory";
  return "MatmulMultiCoreReuseMcast1DProgramFactory";
}

// As the library writes sets of cores: rectangles from the top, one below the other.
std::string rows_text(int whole, int rest, int line) {
  std::vector<std::string> parts;
  if (whole > 0) parts.push_back(fmt::format("[0-0 - {}-{}]", line - 1, whole - 1));
  if (rest > 0) parts.push_back(fmt::format("[0-{} - {}-{}]", whole, rest - 1, whole));
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

std::string columns_text(int whole, int rest, int line) {
  std::vector<std::string> parts;
  if (rest > 0) parts.push_back(fmt::format("[0-0 - {}-{}]", whole, rest - 1));
  if (whole > 0) parts.push_back(fmt::format("[0-{} - {}-{}]", rest, whole - 1, line - 1));
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

std::string cores_text(const OpEvent& event, CoreGrid asked) {
  if (event.program == to_string(MatmulKind::mcast_2d))
    return fmt::format("{{[0-0 - {}-{}]}}", event.grid.x - 1, event.grid.y - 1);
  const bool by_row = event.program == to_string(MatmulKind::mcast_1d_in0) ||
                      event.program == to_string(MatmulKind::mcast_1d_in1);
  const int line = by_row ? asked.x : asked.y;
  const int whole = event.cores / line, rest = event.cores % line;
  return by_row ? rows_text(whole, rest, line) : columns_text(whole, rest, line);
}

// Without a grid, and where a batch does not fit the one that was given, programs go over all cores.
CoreGrid lines_of(const Row& row, const OpEvent& event) {
  const bool whole =
      event.program == to_string(MatmulKind::multi_core) || row.at("batch").ends_with('b');
  const bool reuse = event.program == to_string(MatmulKind::batched_reuse);
  return whole && !reuse ? n150d().compute_grid : grid_of(row).value_or(n150d().compute_grid);
}

TEST(LibraryPrograms, EveryRecordedChoiceIsOurs) {
  const std::vector<Row> rows = read_rows("0.81-matmul-programs.csv");
  ASSERT_EQ(rows.size(), 234u);
  for (const Row& row : rows) {
    ASSERT_EQ(row.at("refused"), "") << "no row is refused; this test knows of no refusals";
    const Asked asked = ask(row);
    EXPECT_EQ(factory_of(asked.event.program), row.at("factory")) << text_of(row);
    EXPECT_EQ(cores_text(asked.event, lines_of(row, asked.event)), row.at("cores")) << text_of(row);
    EXPECT_EQ(buffer_bytes(asked.report), row.at("buffer_bytes")) << text_of(row);
  }
}

std::string subblock_text(const Row& row) {
  return row.at("subblock_h") + 'x' + row.at("subblock_w");
}

TEST(LibraryPrograms, EveryRecordedBlockAndSubblockIsOurs) {
  const std::vector<Row> rows = read_rows("0.81-matmul-blocks.csv");
  ASSERT_EQ(rows.size(), 536u);
  for (const Row& row : rows) {
    const Asked asked = ask(row);
    EXPECT_EQ(buffer_bytes(asked.report), row.at("buffer_bytes")) << text_of(row);
    EXPECT_EQ(asked.event.fidelity, parse_fidelity(row.at("fidelity"))) << text_of(row);
    if (row.at("block_k").empty()) continue;  // tile by tile: it has no blocks
    EXPECT_EQ(attribute(asked.report, "in0_block_w"), row.at("block_k")) << text_of(row);
    EXPECT_EQ(attribute(asked.report, "subblock"), subblock_text(row)) << text_of(row);
    EXPECT_EQ(asked.event.l1_accumulate, row.at("l1_accumulate") == "1") << text_of(row);
  }
}

// Two of six tensors of 128 KiB a bank are freed again: what is free is in three pieces.
TEST(LibraryPrograms, ATensorThatDoesNotFitIsRefusedInItsWords) {
  const auto device = open({.mode = Mode::shape, .release_profile = release_name});
  std::vector<Tensor> held;
  const auto in_l1_of = [&](std::int64_t rows) {
    return device->upload(value_less({rows, 2048}, DType::f32), in_l1());
  };
  for (int i = 0; i < 6; ++i) held.push_back(in_l1_of(2048));
  held.erase(held.begin() + 3);
  held.erase(held.begin() + 1);
  expect_says(error_of([&] { in_l1_of(16384); }), ErrorKind::out_of_memory,
              "Out of Memory: Not enough space to allocate 67108864 B L1 buffer across 64 banks, "
              "where each bank "
              "needs to store 1048576 B, but bank size is 1393312 B (allocated: 524288 B, free: "
              "869024 B, largest "
              "free block: 606880 B).");
  const Tensor wide = value_less({1024 * 1024, 8192}, DType::f32);
  expect_says(error_of([&] { device->upload(wide, {}); }), ErrorKind::out_of_memory,
              "Out of Memory: Not enough space to allocate 17179869184 B DRAM buffer across 12 "
              "banks, where each "
              "bank needs to store 1431656448 B, but bank size is 1072693184 B (allocated: 0 B, "
              "free: 1072693184 B, "
              "largest free block: 1072693184 B).");
}

}  // namespace
}  // namespace wattention::wormhole
