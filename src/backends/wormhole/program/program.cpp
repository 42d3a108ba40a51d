#include "backends/wormhole/program/program.h"

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"
#include "base/fail.h"

namespace wattention::wormhole {

std::string core_range_text(CoreGrid grid) {
  return fmt::format("[(x=0,y=0) - (x={},y={})]", grid.x - 1, grid.y - 1);
}

// tt-metal v0.57.0-rc71, tt_metal/impl/program/program.cpp, allocate_circular_buffers.
std::vector<std::int64_t> buffer_addresses(const std::vector<CircularBuffer>& buffers,
                                           const Release& release) {
  const std::int64_t alignment = n150d().allocation_alignment;
  std::int64_t end = release.l1.first_free;
  std::vector<std::int64_t> addresses;
  for (const CircularBuffer& buffer : buffers) {
    addresses.push_back(ceil_div(end, alignment) * alignment);
    end = addresses.back() + buffer.bytes;
  }
  return addresses;
}

std::int64_t buffer_region_end(const std::vector<CircularBuffer>& buffers, const Release& release) {
  if (buffers.empty()) return release.l1.first_free;
  return buffer_addresses(buffers, release).back() + buffers.back().bytes;
}

// The same file, validate_circular_buffer_region.
void check_buffers(std::string_view op, const Program& program, std::int64_t lowest_l1_address,
                   const Release& release) {
  const std::int64_t end = buffer_region_end(program.buffers, release);
  const std::int64_t l1_end = n150d().l1.bank_bytes;
  const std::string range = core_range_text(program.buffer_grid);
  if (end > l1_end)
    fail(
        ErrorKind::out_of_memory,
        "[{}] expected circular buffers that end below {}; found {}. Statically allocated circular "
        "buffers on core range {} grow to {} B which is beyond max L1 size of {} B",
        op, l1_end, end, range, end, l1_end);
  if (lowest_l1_address < end)
    fail(ErrorKind::out_of_memory,
         "[{}] expected circular buffers that end below the tensors in L1 at {}; found {}. "
         "Statically "
         "allocated circular buffers in program {} clash with L1 buffers on core range {}. L1 "
         "buffer "
         "allocated at {} and static circular buffer region ends at {}",
         op, lowest_l1_address, end, program.work.program, range, lowest_l1_address, end);
}

std::string fidelity_name(Fidelity fidelity) {
  if (fidelity == Fidelity::lofi) return "LoFi";
  return fmt::format("HiFi{}", static_cast<int>(fidelity));
}

void add_read(Traffic& traffic, Memory memory, std::int64_t bytes) {
  (memory == Memory::l1 ? traffic.l1_read_bytes : traffic.dram_read_bytes) += bytes;
}

void add_written(Traffic& traffic, Memory memory, std::int64_t bytes) {
  (memory == Memory::l1 ? traffic.l1_written_bytes : traffic.dram_written_bytes) += bytes;
}

}  // namespace wattention::wormhole
