// Permute: the program depends on which dimensions move; the values only move.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "backends/wormhole/program/move.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

constexpr std::string_view off_device = "Tensor must already be on device";

using Order = std::array<int, 4>;

// The order over four dimensions, missing ones in front.
Order lifted(std::span<const int> dims) {
  Order order{};
  const int missing = 4 - static_cast<int>(dims.size());
  std::iota(order.begin(), order.begin() + missing, 0);
  std::ranges::transform(dims, order.begin() + missing, [=](int dim) { return dim + missing; });
  return order;
}

Shape permuted_shape(const Shape& shape, std::span<const int> dims) {
  std::vector<std::int64_t> sizes;
  for (const int dim : dims) sizes.push_back(shape[dim]);
  return Shape(sizes);
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

}  // namespace

Tensor WormholeBackend::permute(const Tensor& input, std::span<const int> dims) {
  const Lock lock = enter("permute");
  storage_of("permute", input, off_device);
  expect(static_cast<int>(dims.size()) == input.rank(),
         "[permute] expected {} dimensions in the order; found {}. The number of dimensions in the "
         "tensor input does not match the length of the desired ordering",
         input.rank(), dims.size());
  if (moves_nothing(input.shape(), dims)) return input;
  expect_tile("permute", input, "Only tiles are moved here");
  expect_bf16("permute", input);
  if (dims.size() > 4)
    fail(ErrorKind::unsupported, "[permute] expected at most four dimensions; found shape {}",
         input.shape().text());
  const Order order = lifted(dims);
  if (order == Order{0, 1, 3, 2}) return transpose(input);
  const MoveProgram program = program_for(order);
  return move_elements("permute", program.name, program.kernel, input,
                       permuted_shape(input.shape(), dims), dims);
}

Tensor WormholeBackend::transpose(const Tensor& input) {
  std::vector<int> dims(static_cast<std::size_t>(input.rank()));
  std::iota(dims.begin(), dims.end(), 0);
  std::swap(dims[dims.size() - 2], dims.back());
  Tensor out =
      allocate(permuted_shape(input.shape(), dims), DType::bf16, Layout::tile, input.memory());
  const TiledShape tiled(input.shape());
  enqueue(fmt::format("transpose {} {}", input.shape().text(), to_string(input.memory())),
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
  enqueue(fmt::format("{} {} {} {} {}", op, kernel, input.shape().text(), shape.text(),
                      to_string(memory)),
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
