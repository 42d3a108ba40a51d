// Matmul and linear: an optional transpose program, then the chosen matmul program.
#include <fmt/format.h>

#include <vector>

#include "backends/wormhole/expand.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// With a core grid, or a program config, the matmul's own program adds the bias and computes the activation; without
// one other programs do.
bool is_fused(const OpCall& call) {
  return call.attributes.core_grid.has_value() || call.attributes.program.has_value();
}

bool is_bias_fused(const OpCall& call) {
  return call.third() != nullptr && is_fused(call);
}

// Attributes and tensor specs: shapes, dtypes, places. Not the state of L1, as in the release.
std::string cache_key(const Tensor& a, const Tensor& b, const OpCall& call, const Place& out) {
  const OpAttributes& attributes = call.attributes;
  std::string key = fmt::format("matmul {} {} {} {} out {}", a.shape(), to_string(place_of(a)),
                                b.shape(), to_string(place_of(b)), to_string(out));
  for (const Attribute attribute : {Attribute::core_grid, Attribute::program, Attribute::fidelity,
                                    Attribute::fp32_accumulate, Attribute::packer_l1_accumulate})
    key += fmt::format(" {} {}", to_string(attribute), text_of(attributes, attribute));
  if (is_bias_fused(call)) key += " bias";
  if (is_fused(call)) key += fmt::format(" {}", text_of(attributes, Attribute::activation));
  return key;
}

std::optional<Sharding> shards_of(const Tensor& tensor) {
  return place_of(tensor).sharding;
}

MatmulProblem problem_of(const Tensor& a, const Tensor& b, const OpAttributes& attributes,
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
  problem.core_grid = attributes.core_grid;
  problem.program = attributes.program;
  problem.a_shards = shards_of(a);
  problem.b_shards = shards_of(b);
  problem.fidelity = attributes.fidelity;
  problem.packer_l1_accumulate = attributes.packer_l1_accumulate;
  problem.fp32_accumulate = attributes.fp32_accumulate.value_or(release.matmul_fp32_accumulate);
  return problem;
}

// tt-metal v0.57.0-rc71, operations/matmul/matmul.cpp: those that run behind a product without a core grid.
std::optional<Refusal> refuse_activation_after(const OpCall& call, const Activation& activation) {
  const Op op = activation.op;
  if (!activation.approximate && (op == Op::relu || op == Op::gelu || op == Op::silu))
    return std::nullopt;
  return refuse(ErrorKind::bad_input,
                "[{}] expected the activation relu, gelu or silu; found {}. Unsupported activation "
                "function",
                call.name(), to_string(activation));
}

// In the product's program: relu in the packer, others in the vector unit.
std::optional<Refusal> refuse_activation_within(const OpCall& call, const Activation& activation,
                                                const Release& release) {
  if (activation.op == Op::relu) return std::nullopt;
  if (call.attributes.fp32_accumulate.value_or(release.matmul_fp32_accumulate))
    return refuse(ErrorKind::unverified,
                  "[{}] expected no fp32_accumulate beside an activation in one program, as the "
                  "digits are not known; found {}",
                  call.name(), to_string(activation));
  if (activation_steps(call)) return std::nullopt;
  return refuse(
      ErrorKind::unsupported,
      "[{}] expected an activation whose digits are known in a product's program; found {}",
      call.name(), to_string(activation));
}

std::optional<Refusal> refuse_activation(const OpCall& call, const Release& release) {
  const auto& activation = call.attributes.activation;
  if (!activation) return std::nullopt;
  return is_fused(call) ? refuse_activation_within(call, *activation, release)
                        : refuse_activation_after(call, *activation);
}

std::optional<Refusal> refuse_two_choices(const OpCall& call) {
  if (!call.attributes.core_grid || !call.attributes.program) return std::nullopt;
  return refuse(ErrorKind::bad_input,
                "[{}] expected core_grid or program; found both. Cannot use both user core "
                "grid/coordinates and a program config",
                call.name());
}

}  // namespace

std::optional<Refusal> refuse_product(const OpCall& call, const Release& release) {
  if (auto refusal = refuse_two_choices(call)) return refusal;
  if (auto refusal = refuse_activation(call, release)) return refusal;
  if (call.attributes.memory == Memory::host)
    return refuse(ErrorKind::bad_input, "[{}] expected memory dram or l1; found host", call.name());
  if (is_bias_fused(call) && call.attributes.fp32_accumulate.value_or(false))
    return refuse(
        ErrorKind::unverified,
        "[{}] expected no fp32_accumulate beside a bias in one program, as the digits are not "
        "known; found true",
        call.name());
  return refuse_operands(call, "Inputs to matmul must be tilized");
}

Tensor WormholeBackend::run_product(const OpCall& call) {
  // The transposed copy lies in b's memory until the matmul is done.
  Tensor product = matmul(
      call.a(), call.attributes.transpose_b.value_or(false) ? transpose(call.b()) : call.b(), call);
  if (is_bias_fused(call))
    add_row(product, *call.third());
  else if (call.third() != nullptr)
    product = run_family({Op::add, {product, *call.third()}, {}, {}, call.shape});
  const auto activation = activation_of(call, product);
  if (!activation) return product;
  if (!is_fused(call)) return run_family(*activation);
  activate(*activation, product);
  return product;
}

// The same unit as in a program of its own: ELWADD, the bias's row spread over the height.
void WormholeBackend::add_row(const Tensor& product, const Tensor& bias) {
  if (!has_values()) return;
  const auto count = static_cast<std::size_t>(TiledShape(product.shape()).elements());
  const Shape row({1, product.size(-1)});
  const std::vector<Bits> spread = expand(bits_of(bias), row, Along::height, product.shape());
  const std::span<Bits> out{bits_of(product), count};
  wormhole::add(out, spread, out, host_);
}

Tensor WormholeBackend::matmul(const Tensor& a, const Tensor& b, const OpCall& call) {
  Place place = asked_place(call.attributes, release_.matmul_output_memory);
  const MatmulMemories memories{a.memory(), b.memory(), place.memory};
  MatmulProblem problem = problem_of(a, b, call.attributes, memories, release_);
  problem.out_shards = place.sharding;
  problem.fused_bias = is_bias_fused(call);
  problem.fused_activation = is_fused(call) && call.attributes.activation.has_value();
  problem.activation_steps = problem.fused_activation ? activation_steps(call).value_or(0) : 0;
  const auto look_at_l1 = [&] {
    problem.free_l1_bytes = lowest_l1_address() - n150d().l1.first_free;
  };
  look_at_l1();
  if (place.sharding) place = result_shards(choose_matmul(problem, release_), problem);
  // The result takes its place before the program is chosen: in L1 it counts as occupied.
  Tensor out = allocate(call.shape, DType::bf16, Layout::tile, place);
  look_at_l1();
  const Program program = enqueue(cache_key(a, b, call, place),
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
