#pragma once
// The chip's facts that programs and memories are built from, typed.
#include <wattention/device.h>
#include <wattention/dtype.h>

#include <cstdint>

namespace wattention::wormhole {

/// One kind of memory: equal banks, the same addresses free in each. From where is the release's (release.h).
struct BankFacts {
  std::int64_t banks;
  std::int64_t bank_bytes;      ///< end of the bank's address space
  std::int64_t page_alignment;  ///< bytes
};

struct Chip {
  CoreGrid compute_grid;
  BankFacts l1;
  BankFacts dram;
  std::int64_t allocation_alignment;
  std::int64_t tile_bytes_bf16;
  std::int64_t tile_bytes_f32;

  std::int64_t compute_cores() const { return std::int64_t{compute_grid.x} * compute_grid.y; }
};

/// Elements along a tile's side. A constant of the architecture; a test holds it against the data.
inline constexpr std::int64_t tile_side = 32;
inline constexpr std::int64_t tile_elements = tile_side * tile_side;

/// The n150d, read once from the embedded facts.
const Chip& n150d();

}  // namespace wattention::wormhole
