#pragma once
// A program as the device enqueues it: cores, circular buffers, kernels, and the work it stands for.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/spec/release.h"
#include "device/events.h"

namespace wattention::wormhole {

/// A queue of tiles in a core's L1 between two kernels.
struct CircularBuffer {
  std::string name;
  std::int64_t bytes;
};

struct Program {
  OpEvent work;
  std::vector<CircularBuffer> buffers;
  CoreGrid buffer_grid;     ///< cores on which the buffers are placed
  MatmulNumerics matmul;    ///< what decides a matmul's digits; other ops leave it alone
  SoftmaxNumerics softmax;  ///< likewise
  std::vector<std::string>
      kernels;                   ///< source and compile-time arguments: equal text, equal binary
  std::string uncached_variant;  ///< compiled in, but not part of the release's cache key
  std::vector<std::pair<std::string, std::string>> attributes;  ///< for explain
  std::vector<std::pair<std::string, std::string>> refused;     ///< {program, reason}, for explain
};

/// Where each circular buffer begins when laid upward from the first free L1 address.
std::vector<std::int64_t> buffer_addresses(const std::vector<CircularBuffer>& buffers,
                                           const Release& release);
/// Where the circular buffers end when laid upward from the first free L1 address.
std::int64_t buffer_region_end(const std::vector<CircularBuffer>& buffers, const Release& release);

/// Throws Error{out_of_memory} with the card's sentence when the buffers leave L1 or meet a tensor in it.
/// `lowest_l1_address` is the end of L1 when no tensor is there.
void check_buffers(std::string_view op, const Program& program, std::int64_t lowest_l1_address,
                   const Release& release);

/// "[(x=0,y=0) - (x=7,y=7)]", as TT-NN writes a range of cores.
std::string core_range_text(CoreGrid grid);

/// "LoFi", "HiFi2", ... as TT-NN writes them.
std::string fidelity_name(Fidelity fidelity);

/// Adds bytes read or written in a memory.
void add_read(Traffic& traffic, Memory memory, std::int64_t bytes);
void add_written(Traffic& traffic, Memory memory, std::int64_t bytes);

}  // namespace wattention::wormhole
