// plus_one: the reader of one core adds 1, row by row.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/experimental/plusone/device.
#include <fmt/format.h>

#include "backends/wormhole/exec/words.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {

std::optional<Refusal> refuse_plus_one(const OpCall& call) {
  const Tensor& input = call.a();
  if (input.dtype() != DType::int32 && input.dtype() != DType::uint32)
    return refuse(ErrorKind::bad_input,
                  "[plus_one] expected int32 or uint32; found {}. Only INT32 and UINT32 is "
                  "supported for inputs!",
                  to_string(input.dtype()));
  if (input.layout() != Layout::row_major)
    return refuse(ErrorKind::bad_input,
                  "[plus_one] expected row_major layout; found {}. Only ROW_MAJOR layout is "
                  "supported for inputs!",
                  to_string(input.layout()));
  if (input.rank() >= 1 && input.rank() <= 4) return std::nullopt;
  return refuse(ErrorKind::bad_input,
                "[plus_one] expected one to four dimensions; found shape {}. must have 1 to 4 "
                "dimensions for input tensor",
                input.shape());
}

Tensor WormholeBackend::run_plus_one(const OpCall& call) {
  constexpr std::int64_t cycles_of_an_element = 8;  // load, sum, store, and the loop
  const Tensor& input = call.a();
  const std::int64_t width = input.size(-1), rows = input.numel() / width;
  const std::int64_t tiles = ceil_div(input.numel(), tile_elements);
  MoveProblem problem{call.name(),
                      "plus one, single core",
                      "reader_plusone_interleaved.cpp",
                      tiles,
                      tiles,
                      input.memory(),
                      input.memory(),
                      input.dtype(),
                      input.dtype()};
  problem.one_core = true;
  problem.units = rows;
  problem.unit.reader_cycles = width * cycles_of_an_element;
  enqueue(fmt::format("plus_one {} {}", input.shape(), to_string(input.memory())),
          make_move(problem), Reuse::blocks);
  if (!has_values()) return input;
  std::vector<std::byte> elements = elements_of(input);
  for (std::int64_t i = 0; i < input.numel(); ++i)
    store_word(elements.data(), i, input.dtype(), load_word(elements.data(), i, input.dtype()) + 1);
  set_elements(input, elements.data());
  return input;
}

}  // namespace wattention::wormhole
