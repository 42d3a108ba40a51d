// tt-metal v0.57.0-rc71, tt_metal/impl/allocator/bank_manager.cpp: one free list stands for all banks.
#include "backends/wormhole/memory/bank_memory.h"

#include <fmt/format.h>

#include "base/fail.h"

namespace wattention::wormhole {
namespace {

std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

}  // namespace

BankMemory::BankMemory(Memory kind, const BankFacts& facts, const BankRules& rules,
                       std::int64_t allocation_alignment)
    : kind_(kind),
      facts_(facts),
      rules_(rules),
      allocation_alignment_(allocation_alignment),
      free_list_(whole()) {}

FreeList BankMemory::whole() const {
  const Growth growth = kind_ == Memory::l1 ? Growth::down : Growth::up;
  return {rules_.first_free, facts_.bank_bytes, allocation_alignment_, growth};
}

std::int64_t BankMemory::bytes_per_bank(std::int64_t pages, std::int64_t page_bytes) const {
  const std::int64_t fullest_bank_pages = (pages + facts_.banks - 1) / facts_.banks;
  return fullest_bank_pages * round_up(page_bytes, facts_.page_alignment);
}

std::int64_t BankMemory::allocate(std::int64_t pages, std::int64_t page_bytes) {
  return take({facts_.banks, bytes_per_bank(pages, page_bytes), pages * page_bytes});
}

std::int64_t BankMemory::allocate_shards(std::int64_t shards, std::int64_t pages,
                                         std::int64_t page_bytes) {
  const std::int64_t bytes = pages * round_up(page_bytes, facts_.page_alignment);
  return take({shards, bytes, shards * bytes});
}

std::int64_t BankMemory::take(const Wanted& wanted) {
  const std::lock_guard lock(mutex_);
  const auto address = free_list_.allocate(wanted.bytes_per_bank);
  if (address) return *address;
  fail(ErrorKind::out_of_memory,
       "[allocate] expected {} B free in a row in each of {} banks; found {} B. Out of Memory: Not "
       "enough space to allocate {} B {} buffer across {} banks, where each bank needs to store {} "
       "B{}",
       wanted.bytes_per_bank, wanted.banks, free_list_.largest_free_bytes(), wanted.bytes,
       kind_ == Memory::l1 ? "L1" : "DRAM", wanted.banks, wanted.bytes_per_bank, what_banks_have());
}

// TT-NN 0.81.1, the end of its sentence.
std::string BankMemory::what_banks_have() const {
  if (rules_.sentence == OutOfMemory::wanted) return {};
  const std::int64_t size = facts_.bank_bytes - rules_.first_free;
  const std::int64_t allocated = free_list_.allocated_bytes();
  return fmt::format(
      ", but bank size is {} B (allocated: {} B, free: {} B, largest free block: {} B).", size,
      allocated, size - allocated, free_list_.largest_free_bytes());
}

void BankMemory::free(std::int64_t address) {
  const std::lock_guard lock(mutex_);
  free_list_.free(address);
}

void BankMemory::clear() {
  const std::lock_guard lock(mutex_);
  free_list_ = whole();
}

HeldMemory BankMemory::facts() const {
  return {kind_, facts_.banks, facts_.bank_bytes, rules_.first_free};
}

std::vector<HeldBuffer> BankMemory::held() const {
  const std::lock_guard lock(mutex_);
  std::vector<HeldBuffer> buffers;
  for (const auto& [address, bytes] : free_list_.allocated())
    buffers.push_back({kind_, address, bytes});
  return buffers;
}

MemoryUse BankMemory::use() const {
  const std::lock_guard lock(mutex_);
  return {free_list_.allocated_bytes(), free_list_.largest_free_bytes(),
          free_list_.lowest_allocated()};
}

}  // namespace wattention::wormhole
