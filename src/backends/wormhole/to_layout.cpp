// Row major to tiles and back, on the device.
#include <cstring>

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

Tensor WormholeBackend::to_layout(const Tensor& input, Layout layout) {
  const Lock lock = enter("to_layout");
  const DeviceStorage& source = storage_of("to_layout", input, "Tensor must already be on device");
  if (input.layout() == layout) return input;
  expect_bf16("to_layout", input);
  Tensor out = allocate(input.shape(), input.dtype(), layout, input.memory());
  const LayoutProgram program = program_to(layout);
  const TiledShape tiled(input.shape());
  enqueue(std::string(program.op) + ' ' + input.shape().text(),
          make_move({program.op, program.name, program.kernel, tiled.tiles(), tiled.tiles(),
                     input.memory(), input.memory()}),
          Reuse::blocks);
  if (!has_values()) return out;
  std::byte* values = storage_of("to_layout", out, "").values();
  if (layout == Layout::tile)
    pad(source.values(), tiled, sizeof(Bits), values);
  else
    unpad(source.values(), tiled, sizeof(Bits), values);
  return out;
}

}  // namespace wattention::wormhole
