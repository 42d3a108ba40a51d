#pragma once
// A repeat that several ranks made at once.
#include <wattention/bench.h>

#include "bench/team_rounds.h"

namespace wattention {

/// Of the case's tensors those of one rank.
std::int64_t share_of_rank(std::int64_t count, int rank, int size);

/// One rank's repeat, and what the case has lasted there.
struct RankRepeat {
  BenchRepeat repeat;
  double case_s = 0;
};

/// What each rank's repeat was, by rank.
std::vector<RankRepeat> exchange_repeats(TeamRounds& rounds, const RankRepeat& own);

/// The repeat of all: it ends with the slowest. So that forwards_ms_of() holds of the whole count, too, the first
/// forward's time is shared like all others.
BenchRepeat joint_repeat(const std::vector<RankRepeat>& ranks, std::int64_t count);

}  // namespace wattention
