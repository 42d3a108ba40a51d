#pragma once
// What a device did, as plain data: for time and energy models, which need not know the device.
// Nothing here is a time. Sizes are totals of one op, so recording costs the same for any shape.
#include <wattention/device.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wattention {

/// Bytes that a program moves between its cores' buffers and the tensors' memories.
struct Traffic {
  std::int64_t dram_read_bytes = 0;
  std::int64_t dram_written_bytes = 0;
  std::int64_t l1_read_bytes = 0;
  std::int64_t l1_written_bytes = 0;
  friend bool operator==(const Traffic&, const Traffic&) = default;
};

/// One operand that a core reads and sends to others over the network on chip.
struct Multicast {
  std::int64_t bytes = 0;  ///< sent once, all senders together
  int senders = 0;
  int receivers = 0;  ///< per sender, beside itself
  friend bool operator==(const Multicast&, const Multicast&) = default;
};

/// Work of the cores' units, in 32x32 tiles.
struct TileWork {
  std::int64_t products = 0;       ///< 32x32x32 matrix products
  std::int64_t elementwise = 0;    ///< FPU multiply, add, subtract
  std::int64_t reductions = 0;     ///< FPU row sums, row maxima
  std::int64_t exponentials = 0;   ///< SFPU
  std::int64_t reciprocals = 0;    ///< SFPU
  std::int64_t vector_cycles = 0;  ///< SFPU, of functions with one operand: cycles, not tiles
  std::int64_t copies = 0;         ///< moved or transposed unchanged
  std::int64_t unpacked = 0;       ///< tiles into the source registers
  std::int64_t untilized = 0;      ///< tiles that the unpacker takes apart row by row
  std::int64_t packed = 0;         ///< tiles out of the destination registers
  std::int64_t passes = 0;  ///< times that the compute kernel waits for tiles that it packed itself
  friend bool operator==(const TileWork&, const TileWork&) = default;
};

/// What the two data-movement kernels of the busiest core ask of the network. Bytes are its share of the traffic.
struct CoreMoves {
  std::int64_t units =
      0;  ///< that reader, compute kernel and writer hand on: tiles or rows of them
  std::int64_t all_units =
      0;                   ///< of all cores; 0: the program does not say, and moves tile by tile
  std::int64_t reads = 0;  ///< requests of the reader
  std::int64_t read_waits = 0;  ///< times that it waits until what it asked for has come
  std::int64_t writes = 0;
  std::int64_t write_waits = 0;
  /// Of the bytes read: tiles that all cores ask for at the same time, all cores together.
  std::int64_t same_tile_bytes = 0;
  std::int64_t reader_cycles = 0;  ///< that the reader computes by itself
  friend bool operator==(const CoreMoves&, const CoreMoves&) = default;
};

/// A matmul's blocks in tiles; all zero for other ops.
struct MatmulBlocks {
  std::int64_t per_core_m = 0;
  std::int64_t per_core_n = 0;
  std::int64_t block_k = 0;
  std::int64_t k_blocks = 0;
  std::int64_t out_block_m = 0;
  std::int64_t out_block_n = 0;
  std::int64_t subblock_h = 0;
  std::int64_t subblock_w = 0;
  std::int64_t passes = 0;  ///< times that a core walks K for its batch and output blocks
  friend bool operator==(const MatmulBlocks&, const MatmulBlocks&) = default;
};

/// Of a matmul's operands and result; bf16's for other ops.
struct MatmulTileBytes {
  std::int64_t a = 2048;
  std::int64_t b = 2048;
  std::int64_t out = 2048;
  friend bool operator==(const MatmulTileBytes&, const MatmulTileBytes&) = default;
};

/// One program on the device.
struct OpEvent {
  std::string op;
  std::string program;
  CoreGrid grid;  ///< the smallest grid that holds the cores with work
  int cores = 0;
  Fidelity fidelity = Fidelity::hifi4;
  bool fp32_accumulate = false;
  bool l1_accumulate = false;  ///< in effect: the packer adds onto L1
  MatmulBlocks blocks;
  MatmulTileBytes tile_bytes;
  TileWork total;
  TileWork busiest_core;
  CoreMoves moves;
  Traffic traffic;
  Multicast in0;
  Multicast in1;
  std::int64_t buffer_bytes = 0;  ///< circular buffers of one core
  bool cache_hit = false;
  int kernels = 0;
  int kernels_compiled = 0;  ///< new to this process
  friend bool operator==(const OpEvent&, const OpEvent&) = default;
};

/// One step of a transfer between host and device.
struct TransferEvent {
  enum class Step { cast, tilize, write, read, untilize };
  Step step = Step::write;
  std::int64_t elements = 0;     ///< logical
  std::int64_t bytes = 0;        ///< read by host steps; over the bus for write and read (padded)
  Memory memory = Memory::dram;  ///< the device side
  friend bool operator==(const TransferEvent&, const TransferEvent&) = default;
};

/// What the caller's host does itself between two device calls. The caller records it: the device cannot
/// know, but a run's time without it would be wrong.
struct HostEvent {
  enum class Work { gemm, draw_uniform, draw_normal, scale, transpose };
  Work work = Work::gemm;
  std::int64_t elements = 0;
  double flops = 0;  ///< of a gemm
  friend bool operator==(const HostEvent&, const HostEvent&) = default;
};

using Event = std::variant<OpEvent, TransferEvent, HostEvent>;

/// Events in the order of the command queue. Off until start(), so that nobody pays for an unread log.
class EventLog {
 public:
  void start() { recording(true); }
  void stop() { recording(false); }
  void add(Event event) {
    const std::lock_guard lock(mutex_);
    if (recording_) events_.push_back(std::move(event));
  }
  /// The events since the last call.
  std::vector<Event> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

 private:
  void recording(bool on) {
    const std::lock_guard lock(mutex_);
    recording_ = on;
  }

  std::mutex mutex_;
  bool recording_ = false;
  std::vector<Event> events_;
};

/// What a device holds and has done, for devices that count it.
struct DeviceCounts {
  std::int64_t programs = 0;  ///< ops enqueued
  std::int64_t cache_hits = 0;
  std::int64_t cache_misses = 0;
  std::int64_t cached_programs = 0;
  std::int64_t kernels_compiled = 0;
  std::int64_t l1_bytes_per_bank = 0;
  std::int64_t dram_bytes_per_bank = 0;
};

}  // namespace wattention
