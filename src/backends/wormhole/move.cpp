// Moves: the program depends on what moves; the values only move.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "backends/wormhole/families.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

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

// The tile dimensions stay, and of the others only those of size 1 move.
bool moves_nothing(const Shape& shape, std::span<const int> dims) {
  const int rank = shape.rank();
  for (int i = 0; i < rank; ++i) {
    const bool moved = dims[static_cast<std::size_t>(i)] != i;
    if (moved && (i >= rank - 2 || shape[i] > 1)) return false;
  }
  return true;
}

struct MoveProgram {
  std::string_view name;
  std::string_view kernel;
};

// tt-metal v0.57.0-rc71, data_movement/permute/permute.cpp and device/permute_device_operation.cpp.
MoveProgram program_for(const Order& order) {
  if (order == Order{0, 2, 1, 3}) return {"transpose HC", "transpose_hc"};
  if (order == Order{1, 0, 2, 3}) return {"transpose CN", "transpose_cn"};
  if (order[2] + order[3] == 5) return {"permute, tiles whole", "permute_tiled_invariant"};
  if (order[3] >= 2) return {"permute, tile rows whole", "permute_tiled_row_invariant"};
  return {"permute, generic", "permute_tiled_generic"};
}

// tt-metal v0.57.0-rc71, data_movement/reshape_view/reshape.cpp (this_is_view): same width, and no
// padded rows that would come to lie inside.
bool is_view(const Tensor& input, const Shape& shape) {
  const TiledShape from(input.shape()), to(shape);
  if (from.cols != to.cols) return false;
  return input.layout() == Layout::row_major || from.rows == to.rows ||
         (from.rows % tile_side == 0 && to.rows % tile_side == 0);
}

bool swaps_sides(const Order& order) {
  return order == Order{0, 1, 3, 2};
}

// The result shares its input's memory: nothing runs.
bool is_free(const OpCall& call) {
  if (call.op == Op::to_layout) return call.a().layout() == *call.attributes.layout;
  if (call.op == Op::reshape) return is_view(call.a(), call.shape);
  return moves_nothing(call.a().shape(), *call.attributes.dims);
}

}  // namespace

std::optional<Refusal> refuse_move(const OpCall& call) {
  if (call.op == Op::reshape && call.shape.rank() == 0)
    return refuse(ErrorKind::bad_input,
                  "[reshape] expected at least one dimension; found shape []");
  if (is_free(call)) return std::nullopt;
  if (call.op == Op::to_layout) return refuse_dtypes(call);
  const std::string_view rows = call.op == Op::reshape
                                    ? "Row-major tensors change their width on the host only"
                                    : "Only tiles are moved here";
  if (auto refusal = refuse_operands(call, rows)) return refusal;
  if (call.op != Op::reshape && call.a().rank() > 4)
    return refuse(ErrorKind::unsupported,
                  "[permute] expected at most four dimensions; found shape {}", call.a().shape());
  return std::nullopt;
}

Tensor WormholeBackend::run_move(const OpCall& call) {
  const Tensor& input = call.a();
  if (is_free(call)) return Tensor(call.shape, input.dtype(), input.layout(), input.storage());
  if (call.op == Op::to_layout) return change_layout(input, *call.attributes.layout);
  if (call.op == Op::reshape)
    return move_elements("reshape", "reshape", "reshape_tiled", input, call.shape, {});
  const Dims& dims = *call.attributes.dims;
  const Order order = lifted(dims);
  if (swaps_sides(order)) return transpose(input);
  const MoveProgram program = program_for(order);
  return move_elements("permute", program.name, program.kernel, input, call.shape, dims);
}

Tensor WormholeBackend::transpose(const Tensor& input) {
  std::vector<std::int64_t> sizes(input.shape().sizes().begin(), input.shape().sizes().end());
  std::swap(sizes[sizes.size() - 2], sizes.back());
  Tensor out = allocate(Shape(std::span<const std::int64_t>(sizes)), DType::bf16, Layout::tile,
                        input.memory());
  const TiledShape tiled(input.shape());
  enqueue(fmt::format("transpose {} {}", input.shape(), to_string(input.memory())),
          make_transpose(tiled.tiles(), input.memory()), Reuse::blocks);
  if (!has_values()) return out;
  wormhole::transpose(stacked(input), tiled.batch, bits_of(out), host_);
  return out;
}

// The logical elements in another order or under another shape; padding becomes zero.
Tensor WormholeBackend::move_elements(std::string_view op, std::string_view program,
                                      std::string_view kernel, const Tensor& input,
                                      const Shape& shape, std::span<const int> dims) {
  Tensor out = allocate(shape, DType::bf16, Layout::tile, input.memory());
  const TiledShape from(input.shape()), to(shape);
  const Memory memory = input.memory();
  enqueue(fmt::format("{} {} {} {} {}", op, kernel, input.shape(), shape, to_string(memory)),
          make_move({op, program, kernel, from.tiles(), to.tiles(), memory, memory}),
          Reuse::blocks);
  if (!has_values()) return out;
  const auto count = static_cast<std::size_t>(input.numel());
  std::vector<Bits> logical(count);
  unpad(reinterpret_cast<const std::byte*>(bits_of(input)), from, sizeof(Bits),
        reinterpret_cast<std::byte*>(logical.data()));
  if (!dims.empty()) {
    std::vector<Bits> moved(count);
    permute_elements(logical.data(), input.shape(), dims, moved.data());
    logical.swap(moved);
  }
  pad(reinterpret_cast<const std::byte*>(logical.data()), to, sizeof(Bits),
      reinterpret_cast<std::byte*>(bits_of(out)));
  return out;
}

}  // namespace wattention::wormhole
