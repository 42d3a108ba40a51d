#pragma once
// Where a tensor lies or is to lie: in pages round all banks of a memory, or in shards, each in the L1 of one core.
#include <wattention/op_attributes.h>

#include <optional>
#include <string>
#include <utility>

namespace wattention::wormhole {

struct Place {
  Memory memory = Memory::dram;
  std::optional<Sharding> sharding = std::nullopt;

  Place(Memory pages) : memory(pages) {}
  Place(Sharding shards) : memory(Memory::l1), sharding(std::move(shards)) {}
  bool is_sharded() const { return sharding.has_value(); }
};

Place place_of(const Tensor& tensor);
/// What the call asks for, else `otherwise`.
Place asked_place(const OpAttributes& attributes, const Place& otherwise);
/// "dram", "l1", or the shards' word: part of a program's key.
std::string to_string(const Place& place);

/// Throws Error{bad_input} where the shards do not hold a tensor of this shape: in TT-NN's sentences.
void check_shards(std::string_view op, const Sharding& sharding, const Shape& shape, Layout layout,
                  DType dtype);

}  // namespace wattention::wormhole
