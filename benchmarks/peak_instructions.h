#pragma once
// Loops of one multiply instruction on registers.
#include "backends/cpu/kernel.h"

namespace wattention::benchmarks {

struct Instruction {
  void (*run)(long rounds);  ///< nullptr: no loop for this row
  double flop_per_round;
};

/// Only call run() where the processor has the ISA.
Instruction instruction_of(cpu::Isa isa);

}  // namespace wattention::benchmarks
