#include "backends/wormhole/spec/chip.h"

#include "backends/wormhole/spec/facts.h"

namespace wattention::wormhole {
namespace {

Chip read_chip(const Facts& facts) {
  Chip chip;
  chip.compute_grid = {static_cast<int>(facts.integer("compute_rows")),
                       static_cast<int>(facts.integer("compute_columns"))};
  chip.l1 = {facts.integer("l1_banks"), facts.integer("l1_bytes"), facts.integer("l1_alignment")};
  chip.dram = {facts.integer("dram_banks"), facts.integer("dram_bank_bytes"),
               facts.integer("dram_alignment")};
  chip.allocation_alignment = facts.integer("allocation_alignment");
  chip.tile_bytes_bf16 = facts.integer("tile_bytes_bf16");
  chip.tile_bytes_f32 = facts.integer("tile_bytes_f32");
  return chip;
}

}  // namespace

const Chip& n150d() {
  static const Chip chip = read_chip(Facts(embedded_n150d()));
  return chip;
}

}  // namespace wattention::wormhole
