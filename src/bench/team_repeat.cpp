#include "bench/team_repeat.h"

#include <algorithm>

#include "base/threads.h"

namespace wattention {

std::int64_t share_of_rank(std::int64_t count, int rank, int size) {
  const Share share = share_of(count, rank, size);
  return share.end - share.begin;
}

std::vector<RankRepeat> exchange_repeats(TeamRounds& rounds, const RankRepeat& own) {
  const BenchRepeat& repeat = own.repeat;
  std::vector<RankRepeat> all;
  for (const Json& words : rounds.meet({repeat.forwards, repeat.prepare_ms, repeat.first_forward_ms,
                                        repeat.forwards_ms, repeat.forwards_cpu_ms, own.case_s}))
    all.push_back(
        {{entry(words, 0), entry(words, 1), entry(words, 2), entry(words, 3), entry(words, 4)},
         entry(words, 5)});
  return all;
}

BenchRepeat joint_repeat(const std::vector<RankRepeat>& ranks, std::int64_t count) {
  if (ranks.size() == 1) return ranks[0].repeat;
  const int size = static_cast<int>(ranks.size());
  BenchRepeat joint;
  double whole_ms = 0;
  for (int rank = 0; rank < size; ++rank) {
    const BenchRepeat& own = ranks[static_cast<std::size_t>(rank)].repeat;
    joint.forwards += own.forwards;
    joint.forwards_cpu_ms += own.forwards_cpu_ms;
    joint.prepare_ms = std::max(joint.prepare_ms, own.prepare_ms);
    joint.first_forward_ms = std::max(joint.first_forward_ms, own.first_forward_ms / size);
    whole_ms = std::max(whole_ms, forwards_ms_of(own, share_of_rank(count, rank, size)));
  }
  joint.forwards_ms = whole_ms;
  if (joint.forwards >= count) return joint;
  // The inverse of forwards_ms_of().
  const auto timed = static_cast<double>(joint.forwards), rest = static_cast<double>(count) - timed;
  joint.forwards_ms = (whole_ms * (timed - 1) + joint.first_forward_ms * rest) / (timed + rest - 1);
  return joint;
}

}  // namespace wattention
