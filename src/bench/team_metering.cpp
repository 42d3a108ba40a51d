#include "bench/team_metering.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.h"
#include "bench/sensor_json.h"

namespace wattention {
namespace {

// What a reader says in a round: run a block, rest so many seconds, or nothing more to do.
constexpr const char *work_word = "work", *done_word = "done", *none_word = "";
// To meet takes a fraction of a millisecond between hosts, some milliseconds where ranks share processors.
constexpr double least_round_s = 0.05;

/// The weakest of sources says what a sum is.
Source weaker(Source a, Source b) {
  return std::max(a, b);
}

struct HostFigure {
  const Figure* figure;
  double forwards;
  std::string host;
};

// Joules per forward of each host, weighted by its forwards.
Figure joint_figure(const std::vector<HostFigure>& hosts) {
  Interval joules;
  double forwards = 0;
  Source source = Source::measured;
  for (const auto& [figure, count, host] : hosts) {
    if (!figure->value) return Figure::absent(fmt::format("{}: {}", host, figure->reason));
    const Interval each =
        figure->range.value_or(Interval{*figure->value, *figure->value, *figure->value});
    joules = joules + each * count;
    forwards += count;
    source = weaker(source, *figure->source);
  }
  return Figure::of(joules / forwards, source);
}

}  // namespace

TeamMetering::TeamMetering(TeamRounds& rounds, const MeterChoice& choice, const Device& device)
    : rounds_(rounds), metering_(choice, device) {
  for (const Json& one : rounds_.meet(is_reader() && metering_.reads()))
    reads_ = reads_ || one.get<bool>();
  exchange_records();
}

int TeamMetering::reader_of(int rank) const {
  int reader = 0;
  while (rounds_.host(reader) != rounds_.host(rank)) ++reader;
  return reader;
}

// One round: what this rank's reader tells; done once all readers are.
std::string TeamMetering::told_by_reader(const std::string& own) {
  const std::vector<Json> words = rounds_.meet(own);
  all_done_ = std::ranges::all_of(
      words, [](const Json& word) { return word == done_word || word == none_word; });
  one_works_ = std::ranges::find(words, Json(work_word)) != words.end();
  return words[static_cast<std::size_t>(reader_of(rounds_.rank()))];
}

// A host's joules are those until the last rank has done its block.
void TeamMetering::end_round() {
  if (one_works_) rounds_.meet(Json());
}

void TeamMetering::run(const MeteredWork& work) {
  if (rounds_.size() == 1) {
    metering_.run(work);
    return exchange_records();
  }
  // A block ends with the slowest rank's. By its time alone readers agree how many a window takes, so that none rests
  // in another's window.
  std::int64_t forwards = 0;
  double block_s = 0;
  const std::vector<Json> blocks = rounds_.meet(Json{work.forwards, work.block_s});
  for (int rank = 0; rank < rounds_.size(); ++rank) {
    const Json& block = blocks[static_cast<std::size_t>(rank)];
    if (reader_of(rank) == reader_of(rounds_.rank())) forwards += block[0].get<std::int64_t>();
    block_s = std::max(block_s, block[1].get<double>());
  }
  const auto blocks_a_round = std::max(1L, std::lround(least_round_s / std::max(block_s, 1e-6)));
  MeteredWork own = work;
  own.block = [&] {
    for (long i = 0; i < blocks_a_round; ++i) work.block();
  };
  if (is_reader() && metering_.reads()) {
    MeteredWork led = own;
    led.forwards = forwards * blocks_a_round;
    led.block_s = block_s * static_cast<double>(blocks_a_round);
    led.block = [&] {
      told_by_reader(work_word);
      own.block();
      end_round();
    };
    led.rest = [&](double seconds) {
      told_by_reader(std::to_string(seconds));
      work.rest(seconds);
      end_round();
    };
    metering_.run(led);
    finish();
  } else if (is_reader()) {
    finish();
  } else {
    follow(own);
  }
  exchange_records();
}

void TeamMetering::follow(const MeteredWork& work) {
  do {
    const std::string word = told_by_reader(none_word);
    if (word == work_word)
      work.block();
    else if (word != done_word)
      work.rest(std::stod(word));
    end_round();
  } while (!all_done_);
}

void TeamMetering::finish() {
  do {
    told_by_reader(done_word);
    end_round();
  } while (!all_done_);
}

void TeamMetering::exchange_records() {
  if (rounds_.size() == 1) {
    records_ = {metering_.records()};
    return;
  }
  Json own = Json::array();
  if (is_reader())
    for (const SensorRecord& record : metering_.records()) own.push_back(to_json(record));
  records_.clear();
  for (const Json& records : rounds_.meet(own)) {
    records_.emplace_back();
    for (const Json& record : records) records_.back().push_back(sensor_from_json(record));
  }
}

// Sensor by sensor: all readers have the same ones.
void TeamMetering::expect_same_sensors() const {
  for (int reader = 0; reader < rounds_.size(); ++reader) {
    if (reader_of(reader) != reader) continue;
    const std::vector<SensorRecord>& own = records_of(reader);
    const bool same =
        std::ranges::equal(own, records_[0], {}, &SensorRecord::meter, &SensorRecord::meter);
    expect(same, "[cluster] expected the same meters on all ranks; found {} on {} and {} on {}",
           own.size(), rounds_.host(reader), records_[0].size(), rounds_.host(0));
  }
}

std::vector<SensorRecord> TeamMetering::joint_records(const std::vector<BenchRank>& ranks) const {
  std::vector<SensorRecord> joint = records_[0];
  if (rounds_.size() == 1) return joint;
  expect_same_sensors();
  for (std::size_t i = 0; i < joint.size(); ++i) {
    std::vector<HostFigure> gross, net;
    joint[i].forwards = 0;
    for (int reader = 0; reader < rounds_.size(); ++reader) {
      if (reader_of(reader) != reader) continue;
      double forwards = 0;
      for (int rank = 0; rank < rounds_.size(); ++rank)
        if (reader_of(rank) == reader)
          forwards += static_cast<double>(ranks[static_cast<std::size_t>(rank)].forwards);
      const SensorRecord& own = records_of(reader)[i];
      gross.push_back({&own.gross_j, forwards, rounds_.host(reader)});
      net.push_back({&own.net_j, forwards, rounds_.host(reader)});
      joint[i].forwards += own.forwards;
      joint[i].window_s = std::max(joint[i].window_s, own.window_s);
    }
    joint[i].gross_j = joint_figure(gross);
    joint[i].net_j = joint_figure(net);
    if (gross.size() > 1) joint[i].idle_before_w = joint[i].idle_after_w = std::nullopt;
  }
  return joint;
}

}  // namespace wattention
