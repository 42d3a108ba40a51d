#pragma once
// Where a tensor lies or is to lie: in pages round all banks of a memory, or in shards, each in the L1 of one core or
// in one bank of DRAM.
#include <wattention/op_attributes.h>

#include <optional>
#include <string>
#include <utility>

namespace wattention::wormhole {

struct Place {
  Memory memory = Memory::dram;
  std::optional<Sharding> sharding = std::nullopt;

  Place(Memory pages) : memory(pages) {}
  Place(Sharding shards, Memory kind = Memory::l1) : memory(kind), sharding(std::move(shards)) {}
  bool is_sharded() const { return sharding.has_value(); }
  bool is_sharded_in(Memory kind) const { return sharding && memory == kind; }
  friend bool operator==(const Place&, const Place&) = default;
};

Place place_of(const Tensor& tensor);
/// What the call asks for, else `otherwise`.
Place asked_place(const OpAttributes& attributes, const Place& otherwise);
/// "dram", "l1", or the shards' word, with " in dram" behind: part of a program's key.
std::string to_string(const Place& place);

/// Throws Error{bad_input} where the shards do not hold a tensor of this shape: in TT-NN's sentences.
void check_shards(std::string_view op, const Place& place, const Shape& shape, Layout layout,
                  DType dtype);

}  // namespace wattention::wormhole
