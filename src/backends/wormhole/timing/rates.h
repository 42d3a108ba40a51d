#pragma once
// The model's constants, read from data files that give a source for each.
#include <wattention/estimate.h>

#include <string_view>

#include "backends/wormhole/spec/facts.h"

namespace wattention::wormhole {

/// A card's units. Cycles are the cores' clock cycles.
struct CardRates {
  double effective_clock_hz;  ///< what the cores reach under load, the model's one clock
  double nominal_clock_hz;    ///< what device profilers assume when they turn cycles into time

  double math_cycles_per_phase;  ///< per tile product
  double math_overhead_cycles;
  double unpack_bytes_per_cycle;
  double unpack_tile_cycles;
  double pack_tile_cycles;
  double subblock_cycles;

  double block_tile_cycles;
  double block_bytes_per_cycle;
  double block_column_bytes_per_cycle;
  double block_write_bytes_per_s;
  double matmul_launch_cycles;

  double elementwise_cycles_per_phase;
  double reduce_cycles_per_phase;
  double exp_approximate_cycles;
  double exp_accurate_cycles;
  double exp_accurate_32bit_cycles;
  double reciprocal_cycles;
  double stream_launch_cycles;
  double move_launch_cycles;
  double pass_cycles;
  double unpack_untilize_cycles;
  double l1_wait_cycles;
  double dram_wait_cycles;
  double write_wait_cycles;
  double request_cycles;
  double l1_shared_bytes_per_cycle;
  double same_tile_bytes_per_cycle;
  double inject_bytes_per_cycle;

  double noc_latency_cycles;
  double noc_reader_bytes_per_cycle;
  double noc_source_bytes_per_cycle;
  double noc_source_row_bytes_per_cycle;
  double noc_column_bytes_per_cycle;
  double noc_dram_bytes_per_cycle;

  double dram_read_bytes_per_s;
  double dram_write_bytes_per_s;
  double bus_write_bytes_per_s;
  double bus_read_bytes_per_s;
  double bus_write_pinned_bytes_per_s;
  double bus_read_pinned_bytes_per_s;

  double device_dispatch_s;
  double device_gap_s;
  double dispatch_cached_s;
  double dispatch_uncached_s;
  double tuned_dispatch_floor_s;
  double compile_s;

  double tile_bytes_bfp8;
  double low_factor;
  double high_factor;
  double stream_low_factor;
  double stream_high_factor;
  double unmeasured_low_factor;
  double unmeasured_high_factor;
};

/// "n150d" or "p150". Throws Error{absent} for another name.
const CardRates& card_rates(std::string_view card);

/// The Xeon w5-3535X that the model was calibrated in.
const HostRates& default_host();

/// The tables themselves, for tests and for printing the sources.
const Facts& n150d_timing_facts();
const Facts& p150_timing_facts();
const Facts& default_host_facts();

}  // namespace wattention::wormhole
