// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/tensor: tensor_spec.cpp (validate_shard_spec_with_tensor_shape),
// layout/tensor_layout.cpp, layout/page_config.cpp.
#include "backends/wormhole/place.h"

#include "backends/wormhole/layout.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"
#include "base/fail.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

struct Size {
  std::int64_t rows, columns;
};

// All matrices one below the other. Rows of a row-major tensor are padded to whole shards, but where shards are whole
// rows.
Size matrix_of(const Sharding& sharding, const Shape& shape, Layout layout) {
  const TiledShape tiled(shape);
  if (layout == Layout::tile) return {tiled.batch * tiled.padded_rows, tiled.padded_cols};
  const std::int64_t unit = sharding.layout == ShardLayout::height ? 1 : sharding.shard_columns;
  return {tiled.batch * tiled.rows, ceil_div(tiled.cols, unit) * unit};
}

// The banks of DRAM count as one row of cores.
void check_banks(std::string_view op, const Sharding& sharding) {
  const std::int64_t banks = n150d().dram.banks;
  const CoreRange bound = sharding.bounding_range();
  expect(bound.y1 == 0 && bound.x1 < banks && sharding.core_count() <= banks,
         "[{}] expected shards on the {} banks of dram, in one row; found {}. Expected number of "
         "shards {} to be less than or equal to total number of DRAM banks {}",
         op, banks, to_string(sharding), sharding.core_count(), banks);
}

void check_cores(std::string_view op, const Sharding& sharding) {
  const CoreGrid grid = n150d().compute_grid;
  const CoreRange bound = sharding.bounding_range();
  expect(bound.x1 < grid.x && bound.y1 < grid.y,
         "[{}] expected shards on the {}x{} compute cores; found {}", op, grid.y, grid.x,
         to_string(sharding));
  expect(sharding.core_count() <= n150d().compute_cores(),
         "[{}] expected at most {} shards; found {}. Expected number of shards {} to be less than "
         "or equal to total number of L1 banks {} in compute cores",
         op, n150d().compute_cores(), sharding.core_count(), sharding.core_count(),
         n150d().compute_cores());
}

void check_rows(std::string_view op, const Sharding& sharding, const Size& matrix) {
  expect(sharding.shard_columns == matrix.columns,
         "[{}] expected shards as wide as the tensor, {}; found {}. Shard width {} must match "
         "physical width {} for height sharded",
         op, matrix.columns, sharding.shard_columns, sharding.shard_columns, matrix.columns);
  const std::int64_t shards = ceil_div(matrix.rows, sharding.shard_rows);
  expect(shards <= sharding.core_count(),
         "[{}] expected cores for {} shards; found {}. Number of shards along height {} must not "
         "exceed number of cores {}",
         op, shards, sharding.core_count(), shards, sharding.core_count());
}

void check_columns(std::string_view op, const Sharding& sharding, const Size& matrix) {
  expect(sharding.shard_rows == matrix.rows,
         "[{}] expected shards as high as the tensor, {}; found {}. Shard height {} must match "
         "physical height {} for width sharded",
         op, matrix.rows, sharding.shard_rows, sharding.shard_rows, matrix.rows);
  const std::int64_t shards = ceil_div(matrix.columns, sharding.shard_columns);
  expect(shards <= sharding.core_count(),
         "[{}] expected cores for {} shards; found {}. Number of shards along width {} must not "
         "exceed number of cores {}",
         op, shards, sharding.core_count(), shards, sharding.core_count());
}

void check_blocks(std::string_view op, const Sharding& sharding, const Size& matrix) {
  expect(sharding.cores.size() == 1,
         "[{}] expected one range of cores for blocks; found {}. Shard grid must be one full "
         "rectangular grid for block sharded!",
         op, sharding.cores.size());
  const CoreRange& range = sharding.cores.front();
  const std::int64_t rows = range.y1 - range.y0 + 1, columns = range.x1 - range.x0 + 1;
  const bool by_row = sharding.order == ShardOrder::by_row;
  const std::int64_t down = ceil_div(matrix.rows, sharding.shard_rows);
  const std::int64_t across = ceil_div(matrix.columns, sharding.shard_columns);
  const std::string_view order = by_row ? "row" : "column";
  expect(down <= (by_row ? rows : columns),
         "[{}] expected cores for {} shards along the height; found {}. Number of shards along "
         "height {} must not exceed number of {} {} for {} major orientation!",
         op, down, by_row ? rows : columns, down, by_row ? "rows" : "columns",
         by_row ? rows : columns, order);
  expect(across <= (by_row ? columns : rows),
         "[{}] expected cores for {} shards along the width; found {}. Number of shards along "
         "width {} must not exceed number of {} {} for {} major orientation!",
         op, across, by_row ? columns : rows, across, by_row ? "columns" : "rows",
         by_row ? columns : rows, order);
}

void check_pages(std::string_view op, const Sharding& sharding, Layout layout, DType dtype) {
  if (layout == Layout::tile) {
    expect(sharding.shard_rows % tile_side == 0 && sharding.shard_columns % tile_side == 0,
           "[{}] expected shards of whole tiles; found {} x {}. Physical shard shape ({}, {}) must "
           "be tile {{32, 32}} sized!",
           op, sharding.shard_rows, sharding.shard_columns, sharding.shard_rows,
           sharding.shard_columns);
    return;
  }
  const std::int64_t bytes = sharding.shard_columns * static_cast<std::int64_t>(size_of(dtype));
  expect(bytes % n150d().l1.page_alignment == 0,
         "[{}] expected rows of shards in multiples of {} B; found {}. Shard page size must "
         "currently have L1 aligned page size",
         op, n150d().l1.page_alignment, bytes);
}

}  // namespace

Place place_of(const Tensor& tensor) {
  const Sharding* const sharding = tensor.sharding();
  return sharding != nullptr ? Place(*sharding, tensor.memory()) : Place(tensor.memory());
}

Place asked_place(const OpAttributes& attributes, const Place& otherwise) {
  if (attributes.sharding) return {*attributes.sharding, attributes.memory.value_or(Memory::l1)};
  return attributes.memory ? Place(*attributes.memory) : otherwise;
}

std::string to_string(const Place& place) {
  if (!place.sharding) return std::string(wattention::to_string(place.memory));
  return wattention::to_string(*place.sharding) + (place.memory == Memory::dram ? " in dram" : "");
}

void check_shards(std::string_view op, const Place& place, const Shape& shape, Layout layout,
                  DType dtype) {
  const Sharding& sharding = *place.sharding;
  expect(sharding.is_placed(),
         "[{}] expected shards with shape and cores; found {} alone. MemoryConfig must have Shard "
         "Spec specified for sharded memory layout",
         op, to_string(sharding));
  place.memory == Memory::dram ? check_banks(op, sharding) : check_cores(op, sharding);
  check_pages(op, sharding, layout, dtype);
  const Size matrix = matrix_of(sharding, shape, layout);
  switch (sharding.layout) {
    case ShardLayout::height: return check_rows(op, sharding, matrix);
    case ShardLayout::width: return check_columns(op, sharding, matrix);
    case ShardLayout::block: return check_blocks(op, sharding, matrix);
  }
}

}  // namespace wattention::wormhole
