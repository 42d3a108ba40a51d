#include "backends/wormhole/timing/exp_time.h"

#include <cmath>

#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/timing/device_time.h"

namespace wattention::wormhole {

double exp_kernel_s(const ExpProblem& problem, const CardRates& rates) {
  const Memory memory = problem.in_dram ? Memory::dram : Memory::l1;
  OpEvent op = make_unary({"exp", problem.tiles, memory, memory, 0}).work;
  const double cycles =
      problem.tile_bytes == 4096 ? rates.exp_accurate_32bit_cycles : rates.exp_accurate_cycles;
  op.busiest_core.vector_cycles = std::llround(static_cast<double>(op.moves.units) * cycles);
  const DeviceModel model{rates, rates.nominal_clock_hz, static_cast<double>(problem.tile_bytes)};
  return device_time(op, model).seconds(rates.nominal_clock_hz);
}

}  // namespace wattention::wormhole
