#pragma once
// The rounds in which the ranks of a BenchTeam meet; a benchmark without a team is a team of one.
#include <wattention/bench.h>

#include <functional>
#include <string>
#include <vector>

#include "bench/json_fields.h"

namespace wattention {

class TeamRounds {
 public:
  TeamRounds(BenchTeam* team, std::function<bool()> stop) : team_(team), stop_(std::move(stop)) {}

  int rank() const { return team_ ? team_->rank() : 0; }
  int size() const { return team_ ? team_->size() : 1; }
  std::string host(int rank) const { return team_ ? team_->host(rank) : ""; }

  /// What every rank says. Throws Error{unsupported} with a rank's own reason where one has failed instead.
  std::vector<Json> meet(const Json& own);
  /// Says that this rank fails; the others learn it in the round that they are in. Nothing after meet() has told it.
  void fail_with(const std::string& reason);
  /// A rank did not come to a round: there are no more.
  bool is_broken() const { return is_broken_; }

 private:
  std::vector<Json> exchange(const Json& own);

  BenchTeam* team_;
  std::function<bool()> stop_;
  bool is_broken_ = false, is_told_ = false;
};

}  // namespace wattention
