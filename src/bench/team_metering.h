#pragma once
// Meters of several hosts. On each host the lowest rank reads them, while all of the host's ranks work and rest alike.
#include <wattention/bench.h>

#include "bench/metering.h"
#include "bench/team_rounds.h"

namespace wattention {

class TeamMetering {
 public:
  TeamMetering(TeamRounds& rounds, const MeterChoice& choice, const Device& device);

  /// Whether this rank has work to do: no rank has where no meter answers.
  bool reads() const { return reads_; }
  /// The work as Metering::run() takes it, of this rank alone. All ranks call it.
  void run(const MeteredWork& work);
  /// One per meter: per forward, over all hosts. A host that has no figure leaves none; who is alone keeps its own.
  std::vector<SensorRecord> joint_records(const std::vector<BenchRank>& ranks) const;
  /// Of a rank's own host; empty where another rank reads it.
  const std::vector<SensorRecord>& records_of(int rank) const {
    return records_[static_cast<std::size_t>(rank)];
  }

 private:
  int reader_of(int rank) const;
  bool is_reader() const { return reader_of(rounds_.rank()) == rounds_.rank(); }
  std::string told_by_reader(const std::string& own);
  void end_round();
  void follow(const MeteredWork& work);
  void finish();
  void exchange_records();
  void expect_same_sensors() const;

  TeamRounds& rounds_;
  Metering metering_;
  bool reads_ = false;
  bool all_done_ = false, one_works_ = false;
  std::vector<std::vector<SensorRecord>> records_;
};

}  // namespace wattention
