#pragma once
// Shards: a tensor in blocks of rows and columns, each block whole in the L1 of one core.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wattention {

/// Cores of the columns x0 to x1 and the rows y0 to y1, all included.
struct CoreRange {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  int cores() const { return (x1 - x0 + 1) * (y1 - y0 + 1); }
  friend bool operator==(const CoreRange&, const CoreRange&) = default;
};

/// Which side of the matrix is cut: its rows, its columns, or both.
enum class ShardLayout { height, width, block };
/// How shards follow each other over the cores.
enum class ShardOrder { by_row, by_column };

/// A tensor's matrices, one below the other, are one matrix [rows, columns]; it is cut into shards of one shape.
struct Sharding {
  ShardLayout layout = ShardLayout::height;
  std::int64_t shard_rows = 0;  ///< 0, as the columns: what runs decides shape and cores
  std::int64_t shard_columns = 0;
  std::vector<CoreRange> cores = {};
  ShardOrder order = ShardOrder::by_row;

  /// Shape and cores are given.
  bool is_placed() const { return !cores.empty(); }
  int core_count() const;
  /// The smallest range that holds all cores.
  CoreRange bounding_range() const;
  friend bool operator==(const Sharding&, const Sharding&) = default;
};

/// "height:64x32:0,0-7,3": shards of 64 rows and 32 columns on the cores from column 0, row 0 to column 7, row 3.
/// Several ranges are joined by +; ":by_column" behind them names that order. "height" alone leaves shape and cores
/// open.
std::string to_string(const Sharding& sharding);
/// The inverse. Throws Error{bad_input} for any other word.
Sharding parse_sharding(std::string_view word);

}  // namespace wattention
