#pragma once
// What a reader in a hurry takes home: one sentence and a few large numbers, each with what it stands on.
#include <wattention/bench.h>

#include <string>
#include <vector>

#include "notebook/power.h"

namespace wattention::report {

struct Headline {
  std::string value;  ///< "5 % faster"
  std::string words;  ///< than what, and the source
};

/// The notebook's question answered in one sentence; without the card's records or readings, what was measured.
std::string verdict(const BenchRun& run, const NotebookPower* power);

/// At most four.
std::vector<Headline> headlines(const BenchRun& run, const NotebookPower* power);

}  // namespace wattention::report
