// embedding: rows of the weight, copied by data-movement kernels; tiles are made of them, or of what it was.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/embedding: embedding.cpp, device/embedding_device_operation.cpp, the
// kernels of device/kernels/dataflow.
#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "backends/wormhole/exec/words.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/move_work.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// A float's cast to an unsigned integer, as the data-movement core makes it of an id in bf16.
double id_of(Word word, DType dtype) {
  return dtype == DType::bf16 ? std::trunc(std::bit_cast<float>(word)) : static_cast<double>(word);
}

std::int64_t tiles_of_rows(std::int64_t elements) {
  return ceil_div(elements, tile_elements);
}

MoveProblem untilize_problem(const Tensor& weight) {
  const TiledShape tiled(weight.shape());
  MoveProblem problem{"untilize",     "untilize with unpadding",     "untilize_with_unpadding",
                      tiled.tiles(),  tiles_of_rows(weight.numel()), weight.memory(),
                      weight.memory()};
  share_untilize(problem, tile_rows(weight.shape()));
  return problem;
}

MoveProblem tilize_problem(const Shape& shape, Memory memory) {
  MoveProblem problem{"tilize",
                      "tilize with value padding",
                      "tilize_with_val_padding",
                      tiles_of_rows(shape.numel()),
                      TiledShape(shape).tiles(),
                      memory,
                      memory};
  share_tilize(problem, tile_rows(shape));
  return problem;
}

// A core's unit: 32 ids and the rows of the weight that they name, which its compute kernel makes tiles of.
UnitWork row_of_tiles(std::int64_t width) {
  UnitWork unit;
  unit.tiles.copies = unit.tiles.unpacked = unit.tiles.packed = width;
  unit.tiles.passes = 1;
  unit.reads = 1 + tile_side;
  unit.read_waits = 2;
  unit.writes = unit.write_waits = width;
  return unit;
}

// The program that makes tiles takes whole ones only.
bool makes_tiles(const OpCall& call, Layout layout) {
  return layout == Layout::tile && call.a().layout() != Layout::tile &&
         call.a().size(-1) % tile_side == 0 && call.b().size(-1) % tile_side == 0;
}

MoveProblem embedding_problem(const OpCall& call, bool makes_tiles, Memory memory) {
  const std::int64_t read = tiles_of_rows(call.shape.numel());
  MoveProblem problem{"embedding", "embedding, rows", "embeddings", read,
                      read,        call.b().memory(), memory};
  problem.units = call.a().numel();
  if (call.a().layout() == Layout::tile) problem.program = "embedding, tiled ids";
  if (!makes_tiles) return problem;
  problem.program = "embedding, tiles";
  problem.units /= tile_side;
  problem.unit = row_of_tiles(call.b().size(-1) / tile_side);
  return problem;
}

}  // namespace

std::optional<Refusal> refuse_gather(const OpCall& call) {
  const DType ids = call.a().dtype(), weight = call.b().dtype();
  if (ids != DType::uint32 && ids != DType::bf16)
    return refuse(ErrorKind::bad_input,
                  "[embedding] expected ids in uint32 or bf16; found {}. Input must be UINT32 or "
                  "BFLOAT16",
                  to_string(ids));
  if (weight != DType::bf16)
    return refuse(ErrorKind::bad_input,
                  "[embedding] expected a weight in bf16; found {}. Weights tensor must have "
                  "BFLOAT16 dtype",
                  to_string(weight));
  return std::nullopt;
}

Tensor WormholeBackend::run_gather(const OpCall& call) {
  const Tensor &ids = call.a(), &weight = call.b();
  const Layout layout = call.attributes.layout.value_or(weight.layout());
  const Memory memory = call.attributes.memory.value_or(ids.memory());
  Tensor out = allocate(call.shape, DType::bf16, layout, memory);
  const auto run = [&](const MoveProblem& problem) {
    enqueue(fmt::format("{} {} {} {} {}", problem.kernel, ids.shape(), weight.shape(),
                        to_string(problem.memory), to_string(problem.out_memory)),
            make_move(problem), Reuse::blocks);
  };
  const bool fused = makes_tiles(call, layout);
  if (weight.layout() == Layout::tile) run(untilize_problem(weight));
  run(embedding_problem(call, fused, memory));
  if (layout == Layout::tile && !fused) run(tilize_problem(call.shape, memory));
  if (has_values()) gather_values(call, out);
  return out;
}

void WormholeBackend::gather_values(const OpCall& call, const Tensor& out) {
  const Tensor &ids = call.a(), &weight = call.b();
  const std::vector<std::byte> id_values = elements_of(ids), rows = elements_of(weight);
  const std::size_t row = static_cast<std::size_t>(weight.size(-1)) * sizeof(Bits);
  std::vector<std::byte> found(static_cast<std::size_t>(call.shape.numel()) * sizeof(Bits));
  for (std::int64_t i = 0; i < ids.numel(); ++i) {
    const double id = id_of(load_word(id_values.data(), i, ids.dtype()), ids.dtype());
    expect(id >= 0 && id < static_cast<double>(weight.size(-2)),
           "[embedding] expected ids from 0 to {}, as the card would read beyond the weight; found "
           "{}",
           weight.size(-2) - 1, id);
    std::memcpy(found.data() + static_cast<std::size_t>(i) * row,
                rows.data() + static_cast<std::size_t>(id) * row, row);
  }
  set_elements(out, found.data());
  // Making tiles, or rows of tiles, goes through the packer.
  if (out.layout() != Layout::tile && weight.layout() != Layout::tile) return;
  const std::int64_t count =
      out.layout() == Layout::tile ? TiledShape(out.shape()).elements() : out.numel();
  pack_in_place({bits_of(out), static_cast<std::size_t>(count)}, host_);
}

}  // namespace wattention::wormhole
