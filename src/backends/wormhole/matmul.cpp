// Matmul and linear: an optional transpose program, then the chosen matmul program.
#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

constexpr std::string_view off_device = "Operands to matmul need to be on device!";
constexpr std::string_view not_tiled = "Inputs to matmul must be tilized";

void check_shapes(const Tensor& a, const Tensor& b) {
  expect(a.rank() >= 2 && b.rank() >= 2,
         "[matmul] expected tensors of at least two dimensions; found shapes {} and {}",
         a.shape().text(), b.shape().text());
  expect(
      a.size(-1) == b.size(-2),
      "[matmul] expected inner sizes that agree; found {} and {}. The width of the first tensor "
      "must be equal to the height of the second tensor ({} != {}). The shape of first tensor was "
      "{} and the shape of second tensor was {}",
      a.size(-1), b.size(-2), a.size(-1), b.size(-2), a.shape().text(), b.shape().text());
}

// b is one matrix, or has a's batch dimensions.
void check_batches(const Tensor& a, const Tensor& b) {
  if (TiledShape(b.shape()).batch == 1) {
    expect(
        b.rank() <= a.rank(),
        "[matmul] expected b with at most a's rank; found shapes {} and {}. When in1 rank greater "
        "than in0 rank front dimensions need to be 1",
        a.shape().text(), b.shape().text());
    return;
  }
  const auto a_sizes = a.shape().sizes(), b_sizes = b.shape().sizes();
  const bool equal =
      a.rank() == b.rank() && std::equal(a_sizes.begin(), a_sizes.end() - 2, b_sizes.begin());
  expect(equal,
         "[matmul] expected equal batch dimensions; found shapes {} and {}. bmm (non-bcast matmul) "
         "expects input tensors of shapes BCMK*BCKN=BCMN or equivalent",
         a.shape().text(), b.shape().text());
}

Shape result_shape(const Tensor& a, const Tensor& b) {
  std::vector<std::int64_t> sizes(a.shape().sizes().begin(), a.shape().sizes().end());
  sizes.back() = b.size(-1);
  return Shape(sizes);
}

std::string grid_text(const std::optional<CoreGrid>& grid) {
  return grid ? fmt::format("{}x{}", grid->y, grid->x) : "none";
}

// Attributes and tensor specs: shapes, dtypes, memories. Not the state of L1, as in the release.
std::string cache_key(const Tensor& a, const Tensor& b, const MatmulOptions& options,
                      const MatmulMemories& memories) {
  return fmt::format("matmul {} {} {} {} out {} grid {} fidelity {} fp32 {}", a.shape().text(),
                     to_string(memories.a), b.shape().text(), to_string(memories.b),
                     to_string(memories.out), grid_text(options.core_grid),
                     options.fidelity ? to_string(*options.fidelity) : "default",
                     options.fp32_accumulate.value_or(false));
}

MatmulProblem problem_of(const Tensor& a, const Tensor& b, const MatmulOptions& options,
                         const MatmulMemories& memories, const Release& release) {
  const TiledShape left(a.shape()), right(b.shape());
  MatmulProblem problem;
  problem.batch = left.batch;
  problem.b_batched = right.batch > 1;
  problem.m_tiles = left.row_tiles();
  problem.k_tiles = left.col_tiles();
  problem.n_tiles = right.col_tiles();
  problem.all_dram =
      memories.a == Memory::dram && memories.b == Memory::dram && memories.out == Memory::dram;
  problem.core_grid = options.core_grid;
  problem.fidelity = options.fidelity;
  problem.fp32_accumulate = options.fp32_accumulate.value_or(release.matmul_fp32_accumulate);
  return problem;
}

}  // namespace

Tensor WormholeBackend::matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) {
  const Lock lock = enter("matmul");
  for (const Tensor* operand : {&a, &b}) {
    storage_of("matmul", *operand, off_device);
    expect_tile("matmul", *operand, not_tiled);
    expect_bf16("matmul", *operand);
  }
  if (!options.transpose_b) return run_matmul(a, b, options);
  expect(b.rank() >= 2, "[matmul] expected b with at least two dimensions; found shape {}",
         b.shape().text());
  // The transposed copy lies in b's memory until the matmul is done.
  return run_matmul(a, transpose(b), options);
}

Tensor WormholeBackend::run_matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) {
  check_shapes(a, b);
  check_batches(a, b);
  const MatmulMemories memories{a.memory(), b.memory(), options.memory.value_or(Memory::dram)};
  expect(memories.out != Memory::host, "[matmul] expected memory dram or l1; found host");
  // The result takes its place before the program is chosen: in L1 it counts as occupied.
  Tensor out = allocate(result_shape(a, b), DType::bf16, Layout::tile, memories.out);
  MatmulProblem problem = problem_of(a, b, options, memories, release_);
  problem.free_l1_bytes = lowest_l1_address() - n150d().l1.first_free;
  const Program program = enqueue(cache_key(a, b, options, memories),
                                  make_matmul(problem, memories, release_), Reuse::blocks);
  if (has_values()) compute_matmul(a, b, program.matmul, out);
  return out;
}

// An output element depends on its row of a and its column of b alone: with one b, a's matrices stack.
void WormholeBackend::compute_matmul(const Tensor& a, const Tensor& b,
                                     const MatmulNumerics& numerics, const Tensor& out) const {
  const TiledShape right(b.shape());
  const MatrixView rows = stacked(a);
  const MatrixView columns{bits_of(b), right.batch * right.padded_rows, right.padded_cols};
  matmul_batch(rows, columns, right.batch, numerics, bits_of(out), host_);
}

}  // namespace wattention::wormhole
