// Matmul and linear: an optional transpose program, then the chosen matmul program.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "backends/wormhole/exec/words.h"
#include "backends/wormhole/expand.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/numerics/unpacker.h"
#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// With a core grid, or a program config, the matmul's own program adds the bias and computes the activation; without
// one other programs do.
bool is_fused(const OpCall& call) {
  return call.attributes.core_grid.has_value() || call.attributes.program.has_value();
}

// Some releases do so without a grid, too, where the program that they choose can.
bool may_fuse_bias(const OpCall& call, const Release& release) {
  return call.third() != nullptr && (is_fused(call) || release.matmul_bias_in_program);
}

// Attributes and tensor specs: shapes, dtypes, places. Not the state of L1, as in the release.
std::string cache_key(const Tensor& a, const Tensor& b, const OpCall& call, const Place& out) {
  const OpAttributes& attributes = call.attributes;
  std::string key = fmt::format("matmul {} {} {} {} {} {} out {}", a.shape(), to_string(a.dtype()),
                                to_string(place_of(a)), b.shape(), to_string(b.dtype()),
                                to_string(place_of(b)), to_string(out));
  for (const Attribute attribute :
       {Attribute::core_grid, Attribute::program, Attribute::fidelity, Attribute::fp32_accumulate,
        Attribute::packer_l1_accumulate, Attribute::output_dtype})
    key += fmt::format(" {} {}", to_string(attribute), text_of(attributes, attribute));
  if (is_fused(call)) key += fmt::format(" {}", text_of(attributes, Attribute::activation));
  return key;
}

std::optional<Sharding> shards_of(const Tensor& tensor) {
  return place_of(tensor).sharding;
}

MatmulProblem problem_of(const Tensor& a, const Tensor& b, DType out,
                         const OpAttributes& attributes, const MatmulMemories& memories,
                         const Release& release) {
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
  problem.a = a.dtype();
  problem.b = b.dtype();
  problem.out = out;
  problem.fp32_accumulate =
      attributes.fp32_accumulate.value_or(out == DType::f32 || release.matmul_fp32_accumulate);
  return problem;
}

// tt-metal v0.57.0-rc71, tt_metal/jit_build/genfiles.cpp and data_format.cpp: where all is fp32 and Dst is not, the
// registers become fp16.
void expect_known_digits(const MatmulProblem& problem, const MatmulNumerics& numerics) {
  if (problem.a == DType::f32 && problem.b == DType::f32 && problem.out == DType::f32 &&
      !numerics.fp32_accumulate)
    fail(ErrorKind::unverified,
         "[matmul] expected sums in 32 bits of f32 operands, as the release's fp16 is not built "
         "here; found sums in 16 bits");
  const bool one_block = numerics.block_tiles >= problem.k_tiles;
  if (problem.fused_bias && numerics.fp32_accumulate && !one_block)
    fail(ErrorKind::unverified,
         "[matmul] expected one block of K beside a bias and fp32_accumulate, as the digits of "
         "others are not known; found blocks of {} tiles of {}",
         numerics.block_tiles, problem.k_tiles);
}

bool is_wide(const OpCall& call) {
  return call.attributes.output_dtype.value_or(call.a().dtype()) == DType::f32;
}

bool has_fp32_kernel(const Activation& activation, const Release& release) {
  const auto mode =
      activation.approximate ? kernels::UnaryMode::fast : kernels::UnaryMode::accurate;
  return has_fp32_kernel(activation.op, mode, release);
}

std::optional<Refusal> refuse_wide_activation(const OpCall& call, const Activation& activation,
                                              const Release& release) {
  if (!is_wide(call) || has_fp32_kernel(activation, release)) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected an activation that computes f32, for a result of f32; found {}",
                call.name(), to_string(activation));
}

// tt-metal v0.57.0-rc71, operations/matmul/matmul.cpp: those that run behind a product without a core grid.
std::optional<Refusal> refuse_activation_after(const OpCall& call, const Activation& activation,
                                               const Release& release) {
  const Op op = activation.op;
  if (!activation.approximate && (op == Op::relu || op == Op::gelu || op == Op::silu))
    return refuse_wide_activation(call, activation, release);
  return refuse(ErrorKind::bad_input,
                "[{}] expected the activation relu, gelu or silu; found {}. Unsupported activation "
                "function",
                call.name(), to_string(activation));
}

// In the product's program: relu in the packer, others in the vector unit.
std::optional<Refusal> refuse_activation_within(const OpCall& call, const Activation& activation,
                                                const Release& release) {
  if (activation.op == Op::relu) return refuse_wide_activation(call, activation, release);
  const bool in_32_bits = call.attributes.fp32_accumulate.value_or(release.matmul_fp32_accumulate);
  const bool known = release.matmul_wide_ending && has_fp32_kernel(activation, release);
  if (is_wide(call) || (in_32_bits && !known))
    return refuse(
        ErrorKind::unverified,
        "[{}] expected neither fp32_accumulate nor a result of f32 beside an activation in "
        "one program, as the digits are not known; found {}",
        call.name(), to_string(activation));
  if (activation_steps(call, release)) return std::nullopt;
  return refuse(
      ErrorKind::unsupported,
      "[{}] expected an activation whose digits are known in a product's program; found {}",
      call.name(), to_string(activation));
}

std::optional<Refusal> refuse_activation(const OpCall& call, const Release& release) {
  const auto& activation = call.attributes.activation;
  if (!activation) return std::nullopt;
  return is_fused(call) ? refuse_activation_within(call, *activation, release)
                        : refuse_activation_after(call, *activation, release);
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
  if (may_fuse_bias(call, release) && call.attributes.fp32_accumulate.value_or(false) &&
      !release.matmul_wide_ending)
    return refuse(
        ErrorKind::unverified,
        "[{}] expected no fp32_accumulate beside a bias in one program, as the digits are not "
        "known; found true",
        call.name());
  if (auto refusal = refuse_operands(call, "Inputs to matmul must be tilized", Dtypes::floats))
    return refusal;
  if (call.third() == nullptr || !is_wide(call)) return std::nullopt;
  if (!may_fuse_bias(call, release) && call.third()->dtype() != DType::f32) return std::nullopt;
  return refuse(
      ErrorKind::unverified,
      "[{}] expected no bias of f32, nor one in the product's program, for a result of f32, as the "
      "release adds them in a way that is not built here; found {}",
      call.name(), to_string(call.third()->dtype()));
}

Tensor WormholeBackend::run_product(const OpCall& call) {
  // The transposed copy lies in b's memory until the matmul is done.
  const auto [sums, wait_for_bias, is_done] = matmul(
      call.a(), call.attributes.transpose_b.value_or(false) ? transpose(call.b()) : call.b(), call);
  Tensor product = sums;
  if (is_done) {
    const auto later = is_fused(call) ? std::nullopt : activation_of(call, product);
    return later ? run_family(*later) : product;
  }
  if (wait_for_bias) add_row(product, *call.third());
  if (is_fused(call)) {
    if (const auto activation = activation_of(call, product))
      activate(*activation, product);
    else if (wait_for_bias)
      pack_result(product);
    return product;
  }
  if (wait_for_bias)
    pack_result(product);
  else if (call.third() != nullptr)
    product = run_family({Op::add, {product, *call.third()}, {}, {}, call.shape});
  const auto activation = activation_of(call, product);
  return activation ? run_family(*activation) : product;
}

// The same unit as in a program of its own: ELWADD, the bias's row spread over the height.
void WormholeBackend::add_row(const Tensor& product, const Tensor& bias) {
  if (!has_values()) return;
  const auto count = static_cast<std::size_t>(TiledShape(product.shape()).elements());
  const Shape row({1, product.size(-1)});
  std::vector<Bits> cut;
  const std::vector<Bits> spread =
      expand(in_16_bits(bias, cut).data(), row, Along::height, product.shape());
  const std::span<Bits> out{bits_of(product), count};
  wormhole::add(out, spread, out, host_);
}

WormholeBackend::Product WormholeBackend::matmul(const Tensor& a, const Tensor& b,
                                                 const OpCall& call) {
  Place place = asked_place(call.attributes, release_.matmul_output_memory);
  const DType dtype = call.attributes.output_dtype.value_or(a.dtype());
  const MatmulMemories memories{a.memory(), b.memory(), place.memory};
  MatmulProblem problem = problem_of(a, b, dtype, call.attributes, memories, release_);
  problem.out_shards = place.sharding;
  problem.fused_bias = may_fuse_bias(call, release_);
  problem.fused_activation = is_fused(call) && call.attributes.activation.has_value();
  problem.activation_steps =
      problem.fused_activation ? activation_steps(call, release_).value_or(0) : 0;
  const auto look_at_l1 = [&] {
    problem.free_l1_bytes = lowest_l1_address() - release_.l1.first_free;
  };
  look_at_l1();
  if (place.sharding) place = result_shards(choose_matmul(problem, release_), problem);
  // Where the result takes its place before the program is chosen, it counts as occupied in L1.
  Tensor out = allocate(call.shape, dtype, Layout::tile, place);
  if (release_.matmul_result_counts) look_at_l1();
  if (problem.fused_bias && !is_fused(call))
    problem.fused_bias = choose_matmul(problem, release_).kind != MatmulKind::multi_core;
  const Program made = make_matmul(problem, memories, release_);
  expect_known_digits(problem, made.matmul);
  const MatmulNumerics numerics =
      enqueue(cache_key(a, b, call, place) + (problem.fused_bias ? " with bias" : ""), made,
              Reuse::blocks)
          .matmul;
  if (!has_values()) return {out, problem.fused_bias};
  if (numerics.fp32_accumulate && (problem.fused_bias || problem.fused_activation)) {
    const auto activation = problem.fused_activation ? activation_of(call, out) : std::nullopt;
    end_in_32_bits(wide_product(a, b, numerics), problem.fused_bias ? call.third() : nullptr,
                   activation, out);
    return {out, false, true};
  }
  compute_matmul(a, b, numerics, out);
  // A bias meets the sums as they wait for it in L1, an activation what is in Dst.
  const bool goes_on = problem.fused_bias ? numerics.l1_accumulate : problem.fused_activation;
  if (!goes_on) pack_result(out);
  return {out, problem.fused_bias};
}

namespace {

// fp32 Dst on its way to L1.
Bits narrowed(Word word, DType dtype) {
  return is_block(dtype) ? pack_bf16(upper_half(word)) : round_to_bf16(word);
}

}  // namespace

// What Dst holds, one element after the other.
std::vector<Word> WormholeBackend::wide_product(const Tensor& a, const Tensor& b,
                                                const MatmulNumerics& numerics) const {
  const TiledShape left(a.shape()), right(b.shape());
  const std::int64_t rows = left.batch * left.padded_rows, depth = right.batch * right.padded_rows;
  const auto in_32_bits = [](const Tensor& tensor) {
    const auto count = static_cast<std::size_t>(TiledShape(tensor.shape()).elements());
    return tensor.dtype() == DType::f32
               ? std::vector<Word>(words_of(tensor), words_of(tensor) + count)
               : widened({bits_of(tensor), count});
  };
  const std::vector<Word> a_words = in_32_bits(a), b_words = in_32_bits(b);
  std::vector<Word> result(static_cast<std::size_t>(rows * right.padded_cols));
  matmul_batch(WideMatrixView{a_words.data(), rows, left.padded_cols},
               WideMatrixView{b_words.data(), depth, right.padded_cols}, right.batch, numerics,
               result.data(), host_);
  return result;
}

// The sums wait in L1 as fp32 and come back as tf32 for the bias; the activation meets 32 bits.
void WormholeBackend::end_in_32_bits(std::vector<Word> sums, const Tensor* bias,
                                     const std::optional<OpCall>& activation, const Tensor& out) {
  if (bias != nullptr) {
    std::vector<Bits> cut;
    const std::vector<Bits> row =
        expand(in_16_bits(*bias, cut).data(), Shape({1, out.size(-1)}), Along::height, out.shape());
    for_each_share(static_cast<std::int64_t>(sums.size()), host_, [&](Share share) {
      for (auto i = static_cast<std::size_t>(share.begin); i < static_cast<std::size_t>(share.end);
           ++i)
        sums[i] = elwadd<Silicon, Word>(unpack_fp32(sums[i], UnpackedAs::tf32), widen(row[i]),
                                        DstFormat::fp32);
    });
  }
  if (activation) activate_words(*activation, sums);
  std::ranges::transform(sums, bits_of(out),
                         [&](Word word) { return narrowed(word, out.dtype()); });
  pack_result(out);
}

// An output element depends on its row of a and its column of b alone: with one b, a's matrices stack.
void WormholeBackend::compute_matmul(const Tensor& a, const Tensor& b,
                                     const MatmulNumerics& numerics, const Tensor& out) const {
  const TiledShape left(a.shape()), right(b.shape());
  const std::int64_t rows = left.batch * left.padded_rows, depth = right.batch * right.padded_rows;
  const bool wide =
      numerics.fp32_accumulate && (numerics.reload_tf32 || out.dtype() != DType::bf16);
  if (!wide) {
    std::vector<Bits> a_cut, b_cut, result;
    matmul_batch(MatrixView{in_16_bits(a, a_cut).data(), rows, left.padded_cols},
                 MatrixView{in_16_bits(b, b_cut).data(), depth, right.padded_cols}, right.batch,
                 numerics, room_of_16_bits(out, result).data(), host_);
    if (out.dtype() == DType::f32) std::ranges::transform(result, words_of(out), widen);
    return;
  }
  const std::vector<Word> result = wide_product(a, b, numerics);
  if (out.dtype() == DType::f32)
    std::ranges::copy(result, words_of(out));
  else
    std::ranges::transform(result, bits_of(out),
                           [&](Word word) { return narrowed(word, out.dtype()); });
}

}  // namespace wattention::wormhole
