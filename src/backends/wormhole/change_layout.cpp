// Row major to tiles and back, on the device.
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/wormhole_backend.h"

namespace wattention::wormhole {
namespace {

struct LayoutProgram {
  std::string_view op;
  std::string_view name;
  std::string_view kernel;
};

LayoutProgram program_to(Layout layout) {
  if (layout == Layout::tile)
    return {"tilize", "tilize with value padding", "tilize_with_val_padding"};
  return {"untilize", "untilize with unpadding", "untilize_with_unpadding"};
}

}  // namespace

Tensor WormholeBackend::change_layout(const Tensor& input, Layout layout) {
  Tensor out = allocate(input.shape(), input.dtype(), layout, input.memory());
  const LayoutProgram program = program_to(layout);
  const TiledShape tiled(input.shape());
  enqueue(std::string(program.op) + ' ' + input.shape().text(),
          make_move({program.op, program.name, program.kernel, tiled.tiles(), tiled.tiles(),
                     input.memory(), input.memory()}),
          Reuse::blocks);
  if (!has_values()) return out;
  const std::byte* from = storage_of(input).values();
  std::byte* to = storage_of(out).values();
  layout == Layout::tile ? pad(from, tiled, sizeof(Bits), to)
                         : unpad(from, tiled, sizeof(Bits), to);
  return out;
}

}  // namespace wattention::wormhole
