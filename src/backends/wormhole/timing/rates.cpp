#include "backends/wormhole/timing/rates.h"

#include <array>
#include <utility>

#include "backends/wormhole/timing/embedded.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

using CardField = std::pair<const char*, double CardRates::*>;
#define WATTENTION_RATE(name) \
  CardField {                 \
#name, &CardRates::name   \
  }
constexpr std::array card_fields{
    WATTENTION_RATE(effective_clock_hz),
    WATTENTION_RATE(nominal_clock_hz),
    WATTENTION_RATE(math_cycles_per_phase),
    WATTENTION_RATE(math_overhead_cycles),
    WATTENTION_RATE(unpack_bytes_per_cycle),
    WATTENTION_RATE(unpack_tile_cycles),
    WATTENTION_RATE(pack_tile_cycles),
    WATTENTION_RATE(subblock_cycles),
    WATTENTION_RATE(block_column_bytes_per_cycle),
    WATTENTION_RATE(block_write_bytes_per_s),
    WATTENTION_RATE(block_tile_cycles),
    WATTENTION_RATE(block_bytes_per_cycle),
    WATTENTION_RATE(matmul_launch_cycles),
    WATTENTION_RATE(elementwise_cycles_per_phase),
    WATTENTION_RATE(reduce_cycles_per_phase),
    WATTENTION_RATE(exp_approximate_cycles),
    WATTENTION_RATE(exp_accurate_cycles),
    WATTENTION_RATE(exp_accurate_32bit_cycles),
    WATTENTION_RATE(reciprocal_cycles),
    WATTENTION_RATE(stream_launch_cycles),
    WATTENTION_RATE(move_launch_cycles),
    WATTENTION_RATE(pass_cycles),
    WATTENTION_RATE(unpack_untilize_cycles),
    WATTENTION_RATE(l1_wait_cycles),
    WATTENTION_RATE(dram_wait_cycles),
    WATTENTION_RATE(write_wait_cycles),
    WATTENTION_RATE(request_cycles),
    WATTENTION_RATE(l1_shared_bytes_per_cycle),
    WATTENTION_RATE(same_tile_bytes_per_cycle),
    WATTENTION_RATE(inject_bytes_per_cycle),
    WATTENTION_RATE(noc_latency_cycles),
    WATTENTION_RATE(noc_reader_bytes_per_cycle),
    WATTENTION_RATE(noc_source_bytes_per_cycle),
    WATTENTION_RATE(noc_source_row_bytes_per_cycle),
    WATTENTION_RATE(noc_column_bytes_per_cycle),
    WATTENTION_RATE(noc_dram_bytes_per_cycle),
    WATTENTION_RATE(dram_read_bytes_per_s),
    WATTENTION_RATE(dram_write_bytes_per_s),
    WATTENTION_RATE(bus_write_bytes_per_s),
    WATTENTION_RATE(bus_read_bytes_per_s),
    WATTENTION_RATE(bus_write_pinned_bytes_per_s),
    WATTENTION_RATE(bus_read_pinned_bytes_per_s),
    WATTENTION_RATE(device_dispatch_s),
    WATTENTION_RATE(device_gap_s),
    WATTENTION_RATE(dispatch_cached_s),
    WATTENTION_RATE(dispatch_uncached_s),
    WATTENTION_RATE(tuned_dispatch_floor_s),
    WATTENTION_RATE(compile_s),
    WATTENTION_RATE(tile_bytes_bfp8),
    WATTENTION_RATE(low_factor),
    WATTENTION_RATE(high_factor),
    WATTENTION_RATE(stream_low_factor),
    WATTENTION_RATE(stream_high_factor),
    WATTENTION_RATE(unmeasured_low_factor),
    WATTENTION_RATE(unmeasured_high_factor),
};
#undef WATTENTION_RATE

/// A card's rates; what `facts` leaves out is the base's.
CardRates read_card(const Facts& facts, const Facts& base) {
  CardRates rates{};
  for (const auto& [name, field] : card_fields)
    rates.*field = (facts.all().contains(name) ? facts : base).number(name);
  return rates;
}

HostRates read_host(const Facts& facts) {
  HostRates host;
  host.name = facts.text("name");
  host.source = facts.all().at("tilize_s").source;
  host.cast_s = facts.number("cast_s");
  host.tilize_s = facts.number("tilize_s");
  host.untilize_s = facts.number("untilize_s");
  host.transpose_s = facts.number("transpose_s");
  host.scale_s = facts.number("scale_s");
  host.uniform_s = facts.number("uniform_s");
  host.normal_s = facts.number("normal_s");
  host.copy_bytes_per_s = facts.number("copy_bytes_per_s");
  host.gemm_flops_per_s = facts.number("gemm_flops_per_s");
  host.low_factor = facts.number("low_factor");
  host.high_factor = facts.number("high_factor");
  return host;
}

}  // namespace

const Facts& n150d_timing_facts() {
  static const Facts facts(embedded_n150d_timing());
  return facts;
}

const Facts& p150_timing_facts() {
  static const Facts facts(embedded_p150_timing());
  return facts;
}

const Facts& default_host_facts() {
  static const Facts facts(embedded_host_xeon());
  return facts;
}

const CardRates& card_rates(std::string_view card) {
  static const CardRates n150d = read_card(n150d_timing_facts(), n150d_timing_facts());
  static const CardRates p150 = read_card(p150_timing_facts(), n150d_timing_facts());
  if (card == "n150d") return n150d;
  if (card == "p150") return p150;
  fail(ErrorKind::absent, "[estimate] expected card n150d or p150; found '{}'", card);
}

const HostRates& default_host() {
  static const HostRates host = read_host(default_host_facts());
  return host;
}

}  // namespace wattention::wormhole
