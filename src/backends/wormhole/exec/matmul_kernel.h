#pragma once
// The block of matmul_block.h written once; an ISA's file instantiates it with its vector operations V.
//
// e: biased exponent, scaled by 2^24 throughout; q: 2^(e - 137), the unit of a term, of which 1.0 has 2^10.
#include "backends/wormhole/exec/matmul_block.h"
#include "backends/wormhole/exec/matmul_dst.h"

namespace wattention::wormhole {
namespace {

template <class V, bool easy_range, class Dst>
struct MatmulKernelOf {
  using F = typename V::F;
  using I = typename V::I;
  static constexpr int cols = panel_cols;

  struct Workspace {
    int used_cols;  // of cols: 32 at a matrix's right edge
    alignas(64) std::uint8_t distance[groups_per_tile][block_rows][cols];
    alignas(64) std::uint8_t exponent[groups_per_tile][block_rows][cols];
    alignas(64) float dst[block_rows][cols];
    alignas(64) float partial[block_rows][cols];
  };

  /// Distance of each group's largest exponent below the block's, for one tile of K.
  static void group_distances(const std::uint32_t* activation, const std::uint8_t* weight,
                              Workspace& w) {
    for (int g = 0; g < groups_per_tile; ++g)
      for (int c = 0; c < w.used_cols; c += V::byte_lanes) {
        typename V::Bytes b[group_depth];
        for (int k = 0; k < group_depth; ++k)
          b[k] = V::load_bytes(weight + (g * group_depth + k) * cols + c);
        for (int row = 0; row < block_rows; ++row) {
          const std::uint32_t* a = activation + row * tile_size + g * group_depth;
          auto nearest = V::add_saturated(V::repeat_word(a), b[0]);
          for (int k = 1; k < group_depth; ++k)
            nearest = V::min_bytes(nearest, V::add_saturated(V::repeat_word(a + k), b[k]));
          V::store_bytes(&w.distance[g][row][c], nearest);
        }
      }
  }

  /// Distances to scaled exponents; those of groups that count as zero become `scale_bits`.
  static void group_exponents(int largest, Workspace& w) {
    const auto from = V::all_bytes(largest + scale_bits > 0 ? largest + scale_bits : 0);
    const auto floor = V::all_bytes(scale_bits);
    const std::uint8_t* distance = &w.distance[0][0][0];
    std::uint8_t* exponent = &w.exponent[0][0][0];
    for (int i = 0; i < groups_per_tile * block_rows * cols; i += V::byte_lanes)
      V::store_bytes(exponent + i,
                     V::max_bytes(V::sub_saturated(from, V::load_bytes(distance + i)), floor));
  }

  /// sum + a[k] * b[k] + ..., unrolled; each FMA rounds its product onto the grid of `sum`.
  template <int k = 0>
  static F add_products(const float* a, const F* b, F sum) {
    if constexpr (k == group_depth)
      return sum;
    else
      return add_products<k + 1>(a, b, V::fma(V::all(a[k]), b[k], sum));
  }

  /// A group's sum of products, a multiple of its q.
  static F sum_group(const float* a, const F* b, I exponent) {
    const F magic = V::as_floats(V::add(exponent, V::all(magic_offset)));
    const F sum = V::sub(add_products(a, b, magic), magic);
    if constexpr (easy_range)
      return sum;
    else
      return V::where_greater(exponent, V::all(zero_exponent), sum);
  }

  /// One MVMUL of the block: 16 of K.
  static void multiply_face(const float* a, const float* weight, int face, Workspace& w) {
    for (int c = 0; c < w.used_cols; c += V::lanes) {
      F b[2 * group_depth];
      for (int k = 0; k < 2 * group_depth; ++k) b[k] = V::load(weight + k * cols + c);
      for (int row = 0; row < block_rows; ++row) {
        const I first = V::exponent_fields(&w.exponent[2 * face][row][c]);
        const I second = V::exponent_fields(&w.exponent[2 * face + 1][row][c]);
        const float* a_row = a + row * tile_size;
        float* dst = &w.dst[row][c];
        V::store(dst,
                 Dst::accumulate(V::load(dst), sum_group(a_row, b, first), first,
                                 sum_group(a_row + group_depth, b + group_depth, second), second));
      }
    }
  }

  static void multiply_tile(const MatmulBlock& block, std::int64_t tile, Workspace& w) {
    constexpr int activation_step = block_rows * tile_size;
    constexpr int weight_step = tile_size * cols;
    group_distances(block.activation_distance + tile * activation_step,
                    block.weight_distance + tile * weight_step, w);
    for (int phase = 0; phase < block.phases; ++phase) {
      group_exponents(block.largest_exponent - (phase % 2 == 1 ? 5 : 0) - (phase >= 2 ? 7 : 0), w);
      const float* a = block.activation[phase / 2] + tile * activation_step;
      const float* b = block.weight[phase % 2] + tile * weight_step;
      for (int face = 0; face < 2; ++face)
        multiply_face(a + 16 * face, b + 16 * face * cols, face, w);
    }
  }

  template <class Function>
  static void for_each_vector(Workspace& w, Function f) {
    for (int row = 0; row < block_rows; ++row)
      for (int c = 0; c < w.used_cols; c += V::lanes) f(&w.dst[row][c], &w.partial[row][c]);
  }

  static void start_block(bool reload, std::int32_t kept, Workspace& w) {
    for_each_vector(w, [&](float* dst, const float* partial) {
      V::store(dst, reload ? Dst::reload(V::load(partial), kept) : V::all(0.0f));
    });
  }

  static void end_block(bool accumulate_in_l1, Workspace& w) {
    for_each_vector(w, [&](const float* dst, float* partial) {
      V::store(partial,
               accumulate_in_l1 ? Dst::add_in_l1(V::load(partial), V::load(dst)) : V::load(dst));
    });
  }

  static void store_wide_block(const MatmulBlock& block, const Workspace& w) {
    auto* const out = reinterpret_cast<float*>(block.wide_out);
    for (int row = 0; row < block_rows; ++row)
      for (int c = 0; c < block.out_cols; c += V::lanes)
        V::store(out + row * block.out_stride + c, V::load(&w.partial[row][c]));
  }

  static void store_block(const MatmulBlock& block, const Workspace& w) {
    if (block.wide_out != nullptr) return store_wide_block(block, w);
    for (int row = 0; row < block_rows; ++row)
      for (int c = 0; c < block.out_cols; c += V::lanes)
        V::store_upper_halves(block.out + row * block.out_stride + c,
                              Dst::packed(V::load(&w.partial[row][c])));
  }

  static void run(const MatmulBlock& block) {
    Workspace w;
    w.used_cols = block.out_cols;
    for (std::int64_t tile = 0; tile < block.tiles; tile += block.block_tiles) {
      const bool last = tile + block.block_tiles == block.tiles;
      const bool reload = tile > 0 && (!block.l1_accumulate || (last && !block.last_block_in_l1));
      start_block(reload, static_cast<std::int32_t>(block.reloaded_bits), w);
      for (std::int64_t t = tile; t < tile + block.block_tiles; ++t) multiply_tile(block, t, w);
      end_block(tile > 0 && !reload, w);
      if (block.partial_bits != 0 && !last)
        for (auto& row : w.partial) keep_in_blocks(row, w.used_cols, block.partial_bits);
    }
    store_block(block, w);
  }
};

template <class V>
void matmul_block_of(const MatmulBlock& block) {
  if (block.fp32_dst)
    MatmulKernelOf<V, false, DstFp32<V>>::run(block);
  else if (block.easy_range)
    MatmulKernelOf<V, true, DstBf16<V, true>>::run(block);
  else
    MatmulKernelOf<V, false, DstBf16<V, false>>::run(block);
}

}  // namespace
}  // namespace wattention::wormhole
