#pragma once
// What a device with memory of its own holds in it, bank by bank: for reports of its layout.
#include <wattention/tensor.h>

#include <cstdint>
#include <vector>

namespace wattention {

/// A kind of memory: as many banks with the same addresses, of which buffers take [first_free, bank_bytes).
struct HeldMemory {
  Memory memory = Memory::dram;
  std::int64_t banks = 0;
  std::int64_t bank_bytes = 0;
  std::int64_t first_free = 0;
};

struct HeldBuffer {
  Memory memory = Memory::dram;
  std::int64_t address = 0;
  std::int64_t bytes_per_bank = 0;
};

struct HeldBuffers {
  std::vector<HeldMemory> memories;
  std::vector<HeldBuffer> buffers;
};

}  // namespace wattention
