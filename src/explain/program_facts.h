#pragma once
// What the programs of one call were, of the events and reports that it left.
#include <wattention/explain.h>

#include <span>

#include "device/events.h"

namespace wattention {

struct ProgramFacts {
  std::vector<std::string> programs;
  std::vector<std::pair<std::string, std::string>> details;  ///< as ExplainedOp has them
  int cores = 0;
  Fidelity fidelity = Fidelity::hifi4;
  bool fp32_accumulate = false;
  bool l1_accumulate = false;
  std::int64_t k_blocks = 0;  ///< of a product in blocks
  TileWork work;              ///< what decides digits: products, reductions, exponentials
  /// A report says that the largest value of a row was not subtracted.
  bool keeps_maximum = false;

  /// The matrix unit multiplied.
  bool multiplies() const { return work.products > 0; }
  bool sums() const { return work.products > 0 || work.reductions > 0; }
};

ProgramFacts facts_of(std::span<const Event> events, std::span<const OpReport> reports);

}  // namespace wattention
