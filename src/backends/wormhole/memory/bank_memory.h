#pragma once
// One kind of device memory. A buffer's pages go round the banks and take the same addresses in each.
#include <wattention/tensor.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "backends/wormhole/memory/free_list.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/spec/release.h"
#include "device/held_buffers.h"

namespace wattention::wormhole {

/// Use of one memory kind, per bank.
struct MemoryUse {
  std::int64_t allocated_bytes;
  std::int64_t largest_free_bytes;
  std::optional<std::int64_t> lowest_address;  ///< of a buffer; nothing when empty
};

/// Safe to call from several threads: tensors die on any of them.
class BankMemory {
 public:
  BankMemory(Memory kind, const BankFacts& facts, const BankRules& rules,
             std::int64_t allocation_alignment);

  /// Address of `pages` pages. Throws Error{out_of_memory} with the card's sentence; then nothing changed.
  std::int64_t allocate(std::int64_t pages, std::int64_t page_bytes);
  /// Address of as many pages in each of `shards` banks: one free list stands for all of them here, too.
  std::int64_t allocate_shards(std::int64_t shards, std::int64_t pages, std::int64_t page_bytes);
  void free(std::int64_t address);
  /// Frees everything at once.
  void clear();

  MemoryUse use() const;
  /// Where it lies, and its live buffers.
  HeldMemory facts() const;
  std::vector<HeldBuffer> held() const;
  /// Bytes that one core's bank must store of a buffer: ceil(pages / banks) aligned pages.
  std::int64_t bytes_per_bank(std::int64_t pages, std::int64_t page_bytes) const;

 private:
  struct Wanted {
    std::int64_t banks, bytes_per_bank, bytes;
  };

  FreeList whole() const;
  std::int64_t take(const Wanted& wanted);
  std::string what_banks_have() const;

  const Memory kind_;
  const BankFacts facts_;
  const BankRules rules_;
  const std::int64_t allocation_alignment_;
  mutable std::mutex mutex_;
  FreeList free_list_;
};

}  // namespace wattention::wormhole
