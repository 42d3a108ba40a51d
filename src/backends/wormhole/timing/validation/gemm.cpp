// Published matmul times under the vendor's own program configs, and the rows of those without any.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "backends/wormhole/program/matmul/config.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/timing/csv.h"
#include "backends/wormhole/timing/device_time.h"
#include "backends/wormhole/timing/embedded.h"
#include "backends/wormhole/timing/validation/validate.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

struct GemmCase {
  std::int64_t m_tiles, k_tiles, n_tiles;
  std::string config, dtype;
  Fidelity fidelity;
  bool a_sharded, out_sharded, traced;
  double wall_s, kernel_s;
  std::string label;
  bool fitted = false;
};

GemmCase read_case(const CsvRow& row) {
  return {row.integer("m") / tile_side,
          row.integer("k") / tile_side,
          row.integer("n") / tile_side,
          row.text("config"),
          row.text("dtype"),
          parse_fidelity(row.text("fidelity")),
          row.text("a_memory") == "sharded",
          row.text("out_memory") == "sharded",
          row.integer("traced") == 1,
          row.number("time_ms") * 1e-3,
          row.number("math_kernel_us") * 1e-6,
          fmt::format("{} {}x{}x{} {} {}{}", row.text("config"), row.text("m"), row.text("k"),
                      row.text("n"), row.text("dtype"), row.text("fidelity"),
                      row.integer("traced") == 1 ? " traced" : "")};
}

double tile_bytes(const std::string& dtype) {
  // bfp8 and bfp4: 1024 elements of 8 or 4 bits and 64 shared exponents of 8 bits.
  if (dtype == "bfp8") return 1088;
  return dtype == "bfp4" ? 576 : 2048;
}

/// How the vendor's benchmark divides K and the output for its larger shapes: tt-metal,
/// tests/ttnn/unit_tests/benchmarks/test_benchmark.py, the lists of tuned shapes of 2025.
struct Division {
  std::int64_t block_k = 1;    // in0 blocks per row of the grid
  std::int64_t out_block = 1;  // output blocks along each side
};

Division tuned_division(const GemmCase& gemm) {
  const std::int64_t side = gemm.m_tiles * tile_side;
  const bool bfp4 = gemm.dtype == "bfp4";
  if (side == 3072 && gemm.k_tiles * tile_side == 4096) return {2, 1};
  if (side == 3072) return {bfp4 ? 1 : gemm.dtype == "bfp8" ? 2 : 4, 1};
  if (side == 4096) return bfp4 ? Division{2, 1} : Division{1, 2};
  if (side == 16384) return bfp4 ? Division{4, 4} : Division{4, 8};
  return {};
}

/// The benchmark's rule: the first of the largest subblocks of at most eight tiles, and one row high
/// unless it is as wide as the block.
Subblock tuned_subblock(std::int64_t block_m, std::int64_t block_n) {
  Subblock best;
  for (std::int64_t h = 1; h <= block_m; ++h)
    for (std::int64_t w = 1; w <= std::min<std::int64_t>(block_n, 8 / h); ++w)
      if (block_m % h == 0 && block_n % w == 0 && h * w > best.h * best.w) best = {h, w};
  return block_n > best.w ? Subblock{1, best.w} : best;
}

OpEvent tuned_event(const GemmCase& gemm) {
  constexpr std::int64_t side = 8;
  const Division division = tuned_division(gemm);
  OpEvent op;
  op.program = to_string(MatmulKind::mcast_2d);
  op.cores = side * side;
  op.fidelity = gemm.fidelity;
  MatmulBlocks& blocks = op.blocks;
  blocks.per_core_m = gemm.m_tiles / side;
  blocks.per_core_n = gemm.n_tiles / side;
  blocks.block_k = gemm.k_tiles / side / division.block_k;
  blocks.k_blocks = gemm.k_tiles / blocks.block_k;
  blocks.out_block_m = blocks.per_core_m / division.out_block;
  blocks.out_block_n = blocks.per_core_n / division.out_block;
  blocks.passes = division.out_block * division.out_block;
  const Subblock subblock = tuned_subblock(blocks.out_block_m, blocks.out_block_n);
  blocks.subblock_h = subblock.h;
  blocks.subblock_w = subblock.w;
  const std::int64_t tile = n150d().tile_bytes_bf16;
  const std::int64_t a_bytes = gemm.m_tiles * gemm.k_tiles * division.out_block * tile;
  const std::int64_t b_bytes = gemm.k_tiles * gemm.n_tiles * division.out_block * tile;
  if (!gemm.a_sharded) op.in0 = {a_bytes, side, side - 1};
  op.in1 = {b_bytes, side, side - 1};
  op.traffic.dram_read_bytes = b_bytes + (gemm.a_sharded ? 0 : a_bytes);
  if (!gemm.out_sharded) op.traffic.dram_written_bytes = gemm.m_tiles * gemm.n_tiles * tile;
  return op;
}

double wall_s(const GemmCase& gemm, const CardRates& card) {
  const DeviceModel model{card, card.effective_clock_hz, tile_bytes(gemm.dtype)};
  const double device_s = device_time(tuned_event(gemm), model).seconds(card.effective_clock_hz);
  if (gemm.traced) return device_s;
  // A loop of untraced calls: the host sends the next op while the device works.
  return std::max(device_s, card.tuned_dispatch_floor_s);
}

// Every second shape, from the first on: the other half says how good constants are that it did not set.
class Split {
 public:
  bool is_fitted(const GemmCase& gemm) {
    const std::array shape{gemm.m_tiles, gemm.k_tiles, gemm.n_tiles};
    const auto found = std::ranges::find(shapes_, shape);
    const auto place = found - shapes_.begin();
    if (found == shapes_.end()) shapes_.push_back(shape);
    return place % 2 == 0;
  }

 private:
  std::vector<std::array<std::int64_t, 3>> shapes_;
};

std::vector<GemmCase> read_cases(std::string& source) {
  const CsvTable table = parse_csv(embedded_gemm());
  source = table.source;
  std::vector<GemmCase> cases;
  Split split;
  for (const CsvRow& row : table.rows) {
    cases.push_back(read_case(row));
    cases.back().fitted = split.is_fitted(cases.back());
  }
  return cases;
}

std::vector<GemmCase> tuned_cases(std::string& source) {
  std::vector<GemmCase> cases = read_cases(source);
  std::erase_if(cases, [](const GemmCase& gemm) { return gemm.config != "tuned"; });
  return cases;
}

DType dtype_of(const std::string& word) {
  if (word == "bfp8") return DType::bfloat8_b;
  return word == "bfp4" ? DType::bfloat4_b : DType::bf16;
}

MeasuredProduct product_of(const GemmCase& gemm, const std::string& source) {
  MeasuredProduct product{source, gemm.m_tiles * tile_side, gemm.k_tiles * tile_side,
                          gemm.n_tiles * tile_side};
  product.a = product.b = dtype_of(gemm.dtype);
  product.traced = gemm.traced;
  product.math_s = gemm.kernel_s;
  product.wall_s = gemm.wall_s;
  product.fitted = gemm.fitted;
  return product;
}

MeasuredProduct product_of(const CsvRow& row, const std::string& source) {
  MeasuredProduct product{source, row.integer("m"), row.integer("k"), row.integer("n")};
  product.a = dtype_of(row.text("a_dtype"));
  product.b = dtype_of(row.text("b_dtype"));
  product.a_memory = parse_memory(row.text("a_memory"));
  product.out_memory = parse_memory(row.text("out_memory"));
  product.profiled_s = row.number("kernel_us") * 1e-6;
  return product;
}

}  // namespace

std::vector<MeasuredProduct> measured_products() {
  std::string source;
  std::vector<MeasuredProduct> products;
  for (const GemmCase& gemm : read_cases(source))
    if (gemm.config != "tuned") products.push_back(product_of(gemm, source));
  const CsvTable others = parse_csv(embedded_products());
  for (const CsvRow& row : others.rows) products.push_back(product_of(row, others.source));
  return products;
}

DataSet gemm_kernel_times(const CardRates& card) {
  DataSet set{"GEMM with program configs, math thread",
              {},
              "a few thousand cycles: what cores wait for each other at the start is one constant",
              {}};
  for (const GemmCase& gemm : tuned_cases(set.source)) {
    const DeviceModel model{card, card.nominal_clock_hz, tile_bytes(gemm.dtype)};
    const double cycles = device_time(tuned_event(gemm), model).kernel_cycles;
    set.rows.push_back({gemm.label, gemm.kernel_s, cycles / card.nominal_clock_hz, gemm.fitted});
  }
  return set;
}

DataSet gemm_wall_times(const CardRates& card) {
  DataSet set{"GEMM with program configs, end to end",
              {},
              "untraced calls below 0.2 ms wait for the host, whose 0.09 to 0.19 ms scatter; the "
              "median is used",
              {}};
  for (const GemmCase& gemm : tuned_cases(set.source))
    set.rows.push_back({gemm.label, gemm.wall_s, wall_s(gemm, card), gemm.fitted});
  return set;
}

}  // namespace wattention::wormhole
