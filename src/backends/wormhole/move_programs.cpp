// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: data_movement (slice, concat, pad, repeat, repeat_interleave,
// permute, transpose, reshape_view), core/to_layout, experimental/transformer (nlp_create_qkv_heads, nlp_concat_heads),
// kv_cache.
#include "backends/wormhole/move_programs.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "backends/wormhole/move_collector.h"
#include "backends/wormhole/move_in_shards.h"

namespace wattention::wormhole {
namespace {

using Order = std::array<int, 4>;

// The order over four dimensions, missing ones in front.
Order lifted(std::span<const int> dims) {
  Order order{};
  const int missing = 4 - static_cast<int>(dims.size());
  std::iota(order.begin(), order.begin() + missing, 0);
  std::ranges::transform(dims, order.begin() + missing, [=](int dim) { return dim + missing; });
  return order;
}

}  // namespace

bool moves_nothing(const Shape& shape, std::span<const int> dims, Layout layout) {
  const int rank = shape.rank(), fixed = layout == Layout::tile ? rank - 2 : rank - 1;
  for (int i = 0; i < rank; ++i) {
    const bool moved = dims[static_cast<std::size_t>(i)] != i;
    if (moved && (i >= fixed || shape[i] > 1)) return false;
  }
  return true;
}

// permute/permute.cpp and device/permute_device_operation.cpp (select_program_factory).
void Collector::reorder() {
  const Dims& dims = *call_.attributes.dims;
  const int rank = call_.a().rank();
  if (in_shards()) return reorder_in_shards();
  if (rank < 2 || moves_nothing(call_.a().shape(), dims, layout_)) return;
  const int across = dims[dims.size() - 1];
  if (!tiled()) {
    if (across != rank - 1) return permute_rows(written_);
    add("permute", "permute, rows whole", "permute_rm_row_invariant", read_, written_);
    return by_rows(call_.shape);
  }
  if (rank <= 4) {
    const Order order = lifted(dims);
    if (order == Order{0, 1, 3, 2})
      return add_packed("transpose", "transpose WH", "transpose_wh.cpp", read_, read_);
    if (order == Order{0, 2, 1, 3}) {
      add("permute", "transpose HC", "transpose_hc", read_, written_);
      last().units = read_;
      last().unit = lines_of_tile(call_.a().shape());
      return;
    }
    if (order == Order{1, 0, 2, 3})
      return add("permute", "transpose CN", "transpose_cn", read_, written_);
  }
  // A compute kernel transposes tiles where columns become rows.
  found_.through_packer = across != rank - 1;
  const UnitWork whole = found_.through_packer ? computed_tile() : UnitWork{};
  const int above = dims[dims.size() - 2];
  if (across + above == 2 * rank - 3 && std::min(across, above) == rank - 2)
    add("permute", "permute, tiles whole", "permute_tiled_invariant", read_, written_);
  else if (across >= rank - 2)
    add("permute", "permute, tile rows whole", "permute_tiled_row_invariant", read_, written_);
  else
    add("permute", "permute, generic", "permute_tiled_generic", read_, written_);
  MoveProblem& program = found_.programs.back();
  program.unit = whole;
  if (program.kernel != "permute_tiled_invariant")
    program.unit.writes = lines_of_tile(call_.a().shape()).writes;
}

// reshape_view/reshape.cpp (this_is_view): same width and memory, and no padded rows that would come to lie inside.
void Collector::reshape() {
  if (call_.shape.numel() == 0) return;
  const TiledShape from(call_.a().shape()), to(call_.shape);
  const bool keeps_rows =
      !tiled() || from.rows == to.rows || (is_whole_tiles(from.rows) && is_whole_tiles(to.rows));
  const Place lies = place_of(call_.a()), place = asked_place(call_.attributes, lies);
  const bool stays = place.memory == memory_ && place.sharding == lies.sharding;
  if (from.cols == to.cols && keeps_rows && stays) {
    found_.sharding = lies.sharding;
    return;
  }
  found_.memory = memory_;
  if (lies.is_sharded()) from_shards(*lies.sharding, read_);
  found_.memory = place.memory;
  add("reshape", "reshape", tiled() ? "reshape_tiled" : "reshape_rm", read_, written_);
  if (tiled())
    last().unit = reshaped_tile(call_.a().shape(), call_.shape);
  else
    by_rows(call_.a().shape());
  if (place.is_sharded()) to_shards(*place.sharding, written_);
}

void Collector::to_layout() {
  const Layout layout = *call_.attributes.layout;
  if (layout == layout_) return;
  layout == Layout::tile ? tilize(call_.shape) : untilize(call_.shape);
  if (call_.a().sharding() != nullptr) layout_in_shards(call_);
}

// slice/slice.cpp: tiles only from whole tiles on and without steps; else by way of rows.
void Collector::slice() {
  const OpAttributes& attributes = call_.attributes;
  const Dims &begins = *attributes.begins, &steps = *attributes.steps;
  if (in_shards()) return slice_in_shards();
  if (call_.shape == call_.a().shape()) return;
  const int rank = call_.a().rank();
  const bool stepped = std::ranges::any_of(steps, [](int step) { return step != 1; });
  if (!tiled()) {
    add("slice", stepped ? "slice, rows with steps" : "slice, rows",
        stepped ? "slice_rm_strided" : "slice_rm", written_, written_);
    return by_rows(call_.shape);
  }
  found_.whole_tiles = rank >= 2 && !stepped && is_whole_tiles(begins[begins.size() - 1]) &&
                       is_whole_tiles(begins[begins.size() - 2]);
  if (found_.whole_tiles)
    return add("slice", "slice, tiles whole", "slice_tile", written_, written_);
  untilize(call_.a().shape());
  const std::int64_t rows = tiles_of(call_.shape, Layout::row_major);
  add("slice", stepped ? "slice, rows with steps" : "slice, rows",
      stepped ? "slice_rm_strided" : "slice_rm", rows, rows);
  by_rows(call_.shape);
  tilize(call_.shape);
}

// concat/concat.cpp: the result goes to DRAM unless a memory is given. Tiles only where none is padded along the
// dimension; rows whose ends are not aligned in memory are transposed before and after.
void Collector::concat() {
  found_.memory = call_.attributes.memory.value_or(Memory::dram);
  if (call_.tensors.size() == 1) return to_memory(asked_place(call_.attributes, Memory::dram));
  if (call_.attributes.sharding) return concat_in_shards();
  const int dim = *call_.attributes.dim, rank = call_.shape.rank();
  found_.whole_tiles =
      tiled() && (dim < rank - 2 || std::ranges::all_of(call_.tensors, [&](const Tensor& tensor) {
                    return rank >= 2 && is_whole_tiles(tensor.size(dim));
                  }));
  if (found_.whole_tiles)
    return add("concat", "concat, tiles whole", "concat_tile", written_, written_);
  if (tiled())
    for (const Tensor& tensor : call_.tensors) untilize(tensor.shape());
  const auto bytes = static_cast<std::int64_t>(size_of(call_.a().dtype()));
  const bool aligned =
      dim != rank - 1 || std::ranges::all_of(call_.tensors, [&](const Tensor& tensor) {
        const std::int64_t alignment =
            tensor.memory() == Memory::l1 ? n150d().l1.page_alignment : n150d().dram.page_alignment;
        return tensor.size(dim) * bytes % alignment == 0;
      });
  if (!aligned)
    for (const Tensor& tensor : call_.tensors)
      permute_rows(tiles_of(tensor.shape(), Layout::row_major));
  const std::int64_t rows = tiles_of(call_.shape, Layout::row_major);
  add("concat", "concat, rows", "concat_rm", rows, rows);
  by_rows(call_.shape);
  if (!aligned) permute_rows(rows);
  if (tiled()) tilize(call_.shape);
}

// pad/pad.cpp: tiles get the value into their padding first; then whole tiles are added, by one core.
void Collector::pad() {
  if (call_.shape == call_.a().shape()) return;
  if (in_shards()) return pad_in_shards();
  if (!tiled()) {
    add("pad", "pad, rows", "pad_rm", read_, written_);
    return by_rows(call_.shape);
  }
  const TiledShape from(call_.a().shape());
  if (!is_whole_tiles(from.rows) || !is_whole_tiles(from.cols))
    add("fill_pad", "fill padding", "fill_pad", read_, read_);
  if (read_ == written_) return;
  add("pad", "pad, tiles", "pad_tile", read_, written_);
  found_.programs.back().one_core = true;
}

// repeat/repeat.cpp: always by way of rows in pages, a program per repeated dimension, the last first.
void Collector::repeat() {
  const Dims& repeats = *call_.attributes.repeats;
  if (call_.shape.numel() == call_.a().numel()) return;
  const Place to = asked_place(call_.attributes, place_of(call_.a()));
  found_.memory = memory_;
  if (const Sharding* const shards = call_.a().sharding()) from_shards(*shards, read_);
  found_.memory = to.memory;
  if (tiled()) untilize(call_.a().shape());
  std::int64_t elements = call_.a().numel();
  for (std::size_t dim = repeats.size(); dim-- > 0;) {
    if (repeats[dim] == 1) continue;
    const std::int64_t before = ceil_div(elements, tile_elements);
    elements *= repeats[dim];
    add("repeat", "repeat",
        dim + 1 == repeats.size() ? "repeat_last_dim_rm" : "repeat_higher_dim_rm", before,
        ceil_div(elements, tile_elements));
    last().units = std::max<std::int64_t>(1, elements / call_.shape[-1]);
  }
  if (tiled()) tilize(call_.shape);
  if (to.is_sharded()) to_shards(*to.sharding, written_);
}

// repeat_interleave/repeat_interleave.cpp: concat of the tensor with itself, in rows. Its result lies in DRAM, but for
// the last dimension, which is transposed before and after.
void Collector::repeat_interleave() {
  const Dims& repeats = *call_.attributes.repeats;
  if (call_.shape.numel() == call_.a().numel())
    return to_memory(asked_place(call_.attributes, place_of(call_.a())));
  const bool across = repeats[repeats.size() - 1] != 1;
  if (across)
    tiled() ? add_packed("transpose", "transpose WH", "transpose_wh.cpp", read_, read_)
            : permute_rows(read_);
  else
    found_.memory = Memory::dram;
  if (tiled()) untilize(call_.a().shape());
  add("concat", "concat, rows", "concat_rm", tiles_of(call_.shape, Layout::row_major),
      tiles_of(call_.shape, Layout::row_major));
  by_rows(call_.shape);
  if (tiled()) tilize(call_.shape);
  if (across)
    tiled() ? add_packed("transpose", "transpose WH", "transpose_wh.cpp", written_, written_)
            : permute_rows(written_);
}

// creation.hpp (full_like_impl): tiles of floats are filled by the vector unit; rows and integers come from the host.
void Collector::full_like() {
  if (tiled() && !is_integer(call_.a().dtype())) add("full_like", "fill", "fill", read_, written_);
}

// data_movement/clone: nothing computes where the dtype stays.
void Collector::clone() {
  add("clone", "copy", "copy", read_, written_);
}

void Collector::split_heads() {
  const bool transposed = call_.attributes.transposed.value_or(false);
  add("split_heads", transposed ? "create heads, transposed" : "create heads",
      transposed ? "nlp_create_qkv_heads_transposed" : "nlp_create_qkv_heads", written_, written_);
  found_.through_packer = transposed;
  // A core takes whole rows of tiles.
  const TiledShape rows(call_.a().shape());
  last().together = std::max<std::int64_t>(1, written_ / (rows.batch * rows.row_tiles()));
}

void Collector::concatenate_heads() {
  add("concatenate_heads", "concatenate heads", "nlp_concat_heads", read_, written_);
  last().together = TiledShape(call_.shape).col_tiles();
}

// kv_cache/device: fill copies tiles; update reads a row of tiles, untilizes, replaces one row, and tilizes.
void Collector::write_cache() {
  const std::int64_t input = TiledShape(call_.b().shape()).tiles();
  if (call_.op == Op::fill_cache)
    return add("fill_cache", "fill cache", "fill_cache", input, input);
  const TiledShape cache(call_.shape);
  const std::int64_t row = cache.batch * cache.col_tiles();
  add_packed("update_cache", "update cache", "update_cache", row + input, row);
}

bool is_whole_tiles(std::int64_t size) {
  return size % tile_side == 0;
}

MovePrograms programs_of(const OpCall& call) {
  Collector collector(call);
  switch (call.op) {
    case Op::transpose:
    case Op::permute: collector.reorder(); break;
    case Op::reshape: collector.reshape(); break;
    case Op::to_layout: collector.to_layout(); break;
    case Op::to_memory:
      collector.to_memory(asked_place(call.attributes, place_of(call.a())));
      break;
    case Op::slice: collector.slice(); break;
    case Op::concat: collector.concat(); break;
    case Op::pad: collector.pad(); break;
    case Op::repeat: collector.repeat(); break;
    case Op::repeat_interleave: collector.repeat_interleave(); break;
    case Op::full_like: collector.full_like(); break;
    case Op::clone: collector.clone(); break;
    case Op::split_heads: collector.split_heads(); break;
    case Op::concatenate_heads: collector.concatenate_heads(); break;
    default: collector.write_cache(); break;
  }
  return collector.take();
}

}  // namespace wattention::wormhole
