#pragma once
// First fit over one address range, with coalescing: the release's allocator for a bank.
#include <cstdint>
#include <map>
#include <optional>

namespace wattention::wormhole {

/// From which end of the range blocks are cut: DRAM from the bottom, L1 from the top.
enum class Growth { up, down };

class FreeList {
 public:
  /// Addresses [begin, end); sizes round up to `alignment`, which is also the smallest block.
  FreeList(std::int64_t begin, std::int64_t end, std::int64_t alignment, Growth growth);

  /// The block's address; nothing when no free block is large enough. O(free blocks).
  std::optional<std::int64_t> allocate(std::int64_t bytes);
  /// Returns a block from allocate(); joins it with free neighbours.
  void free(std::int64_t address);

  std::int64_t allocated_bytes() const { return allocated_bytes_; }
  std::int64_t largest_free_bytes() const;
  std::optional<std::int64_t> lowest_allocated() const;
  /// Address and bytes of each block that is taken.
  const std::map<std::int64_t, std::int64_t>& allocated() const { return allocated_; }

 private:
  using Blocks = std::map<std::int64_t, std::int64_t>;  // address -> bytes

  std::int64_t cut(Blocks::iterator block, std::int64_t bytes);

  std::int64_t alignment_;
  Growth growth_;
  Blocks free_;
  Blocks allocated_;
  std::int64_t allocated_bytes_ = 0;
};

}  // namespace wattention::wormhole
