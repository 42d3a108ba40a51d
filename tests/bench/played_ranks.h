#pragma once
// Ranks of a benchmark, played by threads of one process.
#include <wattention/bench.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace wattention::test {

// The place where they meet.
class Table {
 public:
  explicit Table(int size) : words_(static_cast<std::size_t>(size)) {}

  std::vector<std::string> meet(int rank, const std::string& own) {
    std::unique_lock lock(lock_);
    const int round = round_;
    words_[static_cast<std::size_t>(rank)] = own;
    if (++come_ == static_cast<int>(words_.size())) {
      shown_ = words_;
      come_ = 0;
      ++round_;
      changed_.notify_all();
    }
    changed_.wait(lock, [&] { return round_ > round; });
    return shown_;
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<std::string> words_, shown_;
  int come_ = 0, round_ = 0;
};

class PlayedRank final : public BenchTeam {
 public:
  PlayedRank(Table& table, int rank, std::vector<std::string> hosts)
      : table_(table), rank_(rank), hosts_(std::move(hosts)) {}
  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(hosts_.size()); }
  std::string host(int rank) const override { return hosts_[static_cast<std::size_t>(rank)]; }
  std::vector<std::string> gather(const std::string& own, const std::function<bool()>&) override {
    return table_.meet(rank_, own);
  }

 private:
  Table& table_;
  int rank_;
  std::vector<std::string> hosts_;
};

// body(team) on a thread for each of the hosts' ranks; what each returns.
template <class Result>
std::vector<Result> on_ranks(const std::vector<std::string>& hosts,
                             const std::function<Result(BenchTeam&)>& body) {
  Table table(static_cast<int>(hosts.size()));
  std::vector<Result> results(hosts.size());
  std::vector<std::thread> threads;
  for (std::size_t rank = 0; rank < hosts.size(); ++rank)
    threads.emplace_back([&, rank] {
      PlayedRank team(table, static_cast<int>(rank), hosts);
      results[rank] = body(team);
    });
  for (std::thread& thread : threads) thread.join();
  return results;
}

}  // namespace wattention::test
