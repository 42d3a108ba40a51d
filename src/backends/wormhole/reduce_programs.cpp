// The programs that reduce: along a side of the matrices, one tile to one value, matrices onto each other.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: reduction/generic/device (reduce_w.cpp, reduce_h.cpp and the kernel
// reduce_hw.cpp); experimental/reduction/fast_reduce_nc.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "backends/wormhole/exec/reduce_words.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/reduce.h"
#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/program/reduce.h"
#include "backends/wormhole/reduce_steps.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/reduced.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

constexpr Bits minus_infinity = 0xff80;

/// Every release's reader drops the low half of a scaler where it fills its tile.
Bits cut_to_bf16(float scaler) {
  return upper_half(std::bit_cast<Word>(scaler));
}

/// The padded image with `value` in its padding, as the release fills it before it reduces.
template <class Element>
class FilledImage {
 public:
  FilledImage(const Element* image, const TiledShape& shape, Element value) : bits_(image) {
    if (shape.is_whole()) return;
    filled_.assign(image, image + shape.elements());
    for (std::int64_t row = 0; row < shape.batch * shape.padded_rows; ++row) {
      const bool is_padding = row % shape.padded_rows >= shape.rows;
      Element* const from = filled_.data() + row * shape.padded_cols;
      std::fill(from + (is_padding ? 0 : shape.cols), from + shape.padded_cols, value);
    }
    bits_ = filled_.data();
  }
  const Element* bits() const { return bits_; }

 private:
  const Element* bits_;
  std::vector<Element> filled_;
};

/// The first column of each row of tiles takes `results`, the others are zero.
void place_in_first_column(std::span<const Bits> results, Bits* out) {
  std::fill_n(out, static_cast<std::int64_t>(results.size()) * tile_side, Bits{0});
  for (std::size_t row = 0; row < results.size(); ++row)
    out[static_cast<std::int64_t>(row) * tile_side] = results[row];
}

/// The first row of each matrix takes `results` [matrices, cols], the others are zero.
void place_in_first_row(std::span<const Bits> results, std::int64_t cols, Bits* out) {
  const auto count = static_cast<std::int64_t>(results.size());
  std::fill_n(out, count * tile_side, Bits{0});
  for (std::int64_t from = 0; from < count; from += cols)
    std::copy_n(results.data() + from, cols, out + from * tile_side);
}

}  // namespace

// Columns of each face onto sixteen sums, which bf16 holds on their way to be summed themselves; each sum takes the
// root of the scaler.
Tensor WormholeBackend::reduce_tile(const OpCall& call, const Tensor& input, bool largest,
                                    float scaler) {
  const int rank = input.rank();
  const Memory memory = call.attributes.memory.value_or(input.memory());
  Tensor out = allocate(reduced_shape(input.shape(), Dims{rank - 2, rank - 1}, true), DType::bf16,
                        Layout::tile, memory);
  enqueue(fmt::format("{} reduce_hw {} {} {}", call.name(), scaler, to_string(input.memory()),
                      to_string(memory)),
          make_reduce({call.name(), ReducedSide::height_and_width, largest, 1, 1, input.memory(),
                       memory, reduce_numerics(call, release_).fidelity}),
          Reuse::blocks);
  if (!has_values()) return out;
  const SumNumerics numerics = reduce_numerics(call, release_);
  const FilledImage filled(bits_of(input), TiledShape(input.shape()),
                           largest ? minus_infinity : Bits{0});
  const std::span<const Bits> tile(filled.bits(), tile_elements);
  std::fill_n(bits_of(out), tile_elements, Bits{0});
  *bits_of(out) =
      largest ? pack_bf16(kernels::row_max(tile))
              : kernels::tile_sum(tile, cut_to_bf16(std::sqrt(scaler)),
                                  static_cast<int>(numerics.fidelity),
                                  numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16);
  return out;
}

Tensor WormholeBackend::reduce_side(const OpCall& call, const Tensor& input,
                                    const ReduceStep& step) {
  const int rank = input.rank();
  const Memory memory = call.attributes.memory.value_or(input.memory());
  // One dimension is a matrix of one row: its height is reduced already.
  const Shape shape =
      reduced_shape(input.shape(), Dims{step.along_width ? rank - 1 : rank - 2}, true);
  const DType dtype = input.dtype(), out_dtype = step.out.value_or(dtype);
  Tensor out = allocate(shape, out_dtype, Layout::tile, memory);
  const TiledShape from(input.shape()), to(shape);
  if (from.rows != from.padded_rows || from.cols != from.padded_cols)
    enqueue(fmt::format("fill_pad {} {} {}", input.shape(), to_string(dtype),
                        to_string(input.memory())),
            make_move({"fill_pad", "fill padding", "fill_pad", from.tiles(), from.tiles(),
                       input.memory(), input.memory(), dtype, dtype}),
            Reuse::blocks);
  enqueue(fmt::format("{} {} {} {} {} {} {} {}", call.name(),
                      step.along_width ? "reduce_w" : "reduce_h", step.scaler, input.shape(),
                      to_string(dtype), to_string(out_dtype), to_string(input.memory()),
                      to_string(memory)),
          make_reduce({call.name(), step.along_width ? ReducedSide::width : ReducedSide::height,
                       step.largest, to.tiles(), from.tiles() / to.tiles(), input.memory(), memory,
                       reduce_numerics(call, release_).fidelity, dtype, out_dtype}),
          Reuse::blocks);
  if (!has_values()) return out;
  const bool in_words = dtype == DType::f32 || out_dtype == DType::f32;
  if (in_words && reduce_numerics(call, release_).fp32_accumulate) {
    const std::vector<Word> read = words_read(input);
    const FilledImage<Word> filled(read.data(), from, step.largest ? infinity(true) : 0);
    const Reduction reduction{step.largest, step.along_width, cut_to_bf16(step.scaler),
                              reduce_numerics(call, release_).fidelity};
    std::vector<Word> dst(static_cast<std::size_t>(to.elements()));
    reduce_words(reduction,
                 WideMatrixView{filled.bits(), from.batch * from.padded_rows, from.padded_cols},
                 from.batch, dst.data(), host_);
    pack_dst(out, dst, true);
    return out;
  }
  std::vector<Bits> cut, room;
  std::span<const Bits> values = in_16_bits(input, cut);
  if (step.least) {  // the order of signs and magnitudes, turned around
    cut.assign(values.begin(), values.end());
    for (Bits& value : cut) value ^= 0x8000u;
    values = cut;
  }
  const FilledImage<Bits> filled(values.data(), from, step.largest ? minus_infinity : Bits{0});
  const std::span<Bits> into = room_of_16_bits(out, room);
  const MatrixView image{filled.bits(), from.batch * from.padded_rows, from.padded_cols};
  const Bits scaler = cut_to_bf16(step.scaler);
  const std::int64_t count = step.along_width ? image.rows : from.batch * image.cols;
  std::vector<Bits> results(static_cast<std::size_t>(count));
  const auto turn_back = [&] {
    if (step.least)
      for (Bits& value : results) value = pack_bf16(static_cast<Bits>(value ^ 0x8000u));
  };
  if (step.along_width) {
    step.largest ? max_rows(image, results.data(), host_)
                 : sum_rows(image, scaler, reduce_numerics(call, release_), results.data(), host_);
    turn_back();
    place_in_first_column(results, into.data());
  } else {
    step.largest ? max_columns(image, from.batch, results.data(), host_)
                 : sum_columns(image, from.batch, scaler, reduce_numerics(call, release_),
                               results.data(), host_);
    turn_back();
    place_in_first_row(results, image.cols, into.data());
  }
  finish_16_bits(out, room);
  return out;
}

// Matrices of a batch dimension, added onto Dst one after the other.
Tensor WormholeBackend::sum_matrices(const OpCall& call, const Tensor& input, int dim) {
  const Memory memory = call.attributes.memory.value_or(input.memory());
  const Shape shape = reduced_shape(input.shape(), Dims{dim}, true);
  Tensor out = allocate(shape, input.dtype(), Layout::tile, memory);
  const TiledShape from(input.shape()), to(shape);
  enqueue(fmt::format("fast_reduce_nc {} {} {} {}", dim, input.shape(), to_string(input.memory()),
                      to_string(memory)),
          make_reduce({call.name(), ReducedSide::batch, false, to.tiles(),
                       from.tiles() / to.tiles(), input.memory(), memory,
                       reduce_numerics(call, release_).fidelity, input.dtype()}),
          Reuse::blocks);
  if (!has_values()) return out;
  std::int64_t inner = from.matrix_elements();
  for (int i = dim + 1; i < input.rank() - 2; ++i) inner *= input.size(i);
  const std::int64_t matrices = input.size(dim), outer = to.elements() / inner;
  const Bits* const values = bits_of(input);
  const DstFormat format =
      reduce_numerics(call, release_).fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16;
  Bits* const sums = bits_of(out);
  const int threads = useful_threads(static_cast<double>(from.elements()), least_elements,
                                     resolve_threads(host_.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(outer * inner, thread, threads, tile_side);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const Bits* const first = values + i / inner * inner * matrices + i % inner;
      Word dst = 0;
      for (std::int64_t matrix = 0; matrix < matrices; ++matrix)
        dst = elwadd(first[matrix * inner], 0, format, dst);
      sums[i] = kernels::pack_dst(dst, format);
    }
  });
  pack_result(out);
  return out;
}

}  // namespace wattention::wormhole
