// tt-metal v0.57.0-rc71, tt_metal/impl/allocator/algorithms/free_list_opt.cpp with its policy FIRST.
#include "backends/wormhole/memory/free_list.h"

#include <algorithm>
#include <iterator>

namespace wattention::wormhole {

FreeList::FreeList(std::int64_t begin, std::int64_t end, std::int64_t alignment, Growth growth)
    : alignment_(alignment), growth_(growth) {
  free_.emplace(begin, end - begin);
}

std::optional<std::int64_t> FreeList::allocate(std::int64_t bytes) {
  const std::int64_t wanted = std::max((bytes + alignment_ - 1) / alignment_, std::int64_t{1});
  bytes = wanted * alignment_;
  const auto fits = [bytes](const auto& block) { return block.second >= bytes; };
  if (growth_ == Growth::up) {
    const auto block = std::find_if(free_.begin(), free_.end(), fits);
    return block == free_.end() ? std::nullopt : std::optional(cut(block, bytes));
  }
  const auto block = std::find_if(free_.rbegin(), free_.rend(), fits);
  return block == free_.rend() ? std::nullopt : std::optional(cut(std::prev(block.base()), bytes));
}

std::int64_t FreeList::cut(Blocks::iterator block, std::int64_t bytes) {
  const auto [begin, size] = *block;
  const std::int64_t address = growth_ == Growth::up ? begin : begin + size - bytes;
  free_.erase(block);
  if (size > bytes) free_.emplace(growth_ == Growth::up ? begin + bytes : begin, size - bytes);
  allocated_.emplace(address, bytes);
  allocated_bytes_ += bytes;
  return address;
}

void FreeList::free(std::int64_t address) {
  const auto freed = allocated_.extract(address);
  if (freed.empty()) return;
  allocated_bytes_ -= freed.mapped();
  auto block = free_.emplace(address, freed.mapped()).first;
  if (const auto next = std::next(block);
      next != free_.end() && block->first + block->second == next->first) {
    block->second += next->second;
    free_.erase(next);
  }
  if (block == free_.begin()) return;
  if (const auto before = std::prev(block); before->first + before->second == block->first) {
    before->second += block->second;
    free_.erase(block);
  }
}

std::int64_t FreeList::largest_free_bytes() const {
  std::int64_t largest = 0;
  for (const auto& [address, bytes] : free_) largest = std::max(largest, bytes);
  return largest;
}

std::optional<std::int64_t> FreeList::lowest_allocated() const {
  if (allocated_.empty()) return std::nullopt;
  return allocated_.begin()->first;
}

}  // namespace wattention::wormhole
