#include <wattention/cluster.h>

#include <sys/utsname.h>

#include <mutex>
#include <utility>

#include "base/alike_ranks.h"
#include "base/fail.h"
#include "base/launcher.h"
#include "cluster/mpi_library.h"
#include "cluster/state.h"

namespace wattention {
namespace {

std::string host_name() {
  utsname system{};
  uname(&system);
  return system.nodename;
}

// What ranks tell each other first: the version before all else, so that any version reads it.
constexpr const char* own_version = WATTENTION_VERSION;
constexpr char line_end = '\n';

struct Cards {
  std::vector<std::string> versions, hosts;
};

Cards exchange_cards(Courier& courier) {
  Cards cards;
  const std::string own = std::string(own_version) + line_end + host_name();
  for (const std::string& card : gather_words(courier, own, {})) {
    const std::size_t end = card.find(line_end);
    cards.versions.push_back(card.substr(0, end));
    cards.hosts.push_back(end == card.npos ? "an unnamed host" : card.substr(end + 1));
  }
  return cards;
}

}  // namespace

Cluster Cluster::join(const ClusterOptions& options) {
  expect(options.time_limit_s > 0, "[cluster] expected a time limit above 0 s; found {}",
         options.time_limit_s);
  static std::mutex lock;
  static std::weak_ptr<State> joined;
  static bool started = false;
  const std::lock_guard guard(lock);
  if (auto state = joined.lock()) return Cluster(std::move(state));
  auto state = std::make_shared<State>();
  state->hosts = {host_name()};
  if (launch().size > 1) {
    expect(!std::exchange(started, true),
           "[cluster] expected one join at a time and MPI once in a process; found it ended");
    state->courier = std::make_unique<Courier>(load_mpi(), options.time_limit_s);
    state->rank = state->courier->rank();
    state->size = state->courier->size();
    Cards cards = exchange_cards(*state->courier);
    expect_alike("cluster", "version of wattention", cards.versions,
                 [&](int rank) { return cards.hosts[static_cast<std::size_t>(rank)]; });
    state->hosts = std::move(cards.hosts);
  }
  joined = state;
  return Cluster(std::move(state));
}

int Cluster::rank() const {
  return state_->rank;
}

int Cluster::size() const {
  return state_->size;
}

const std::string& Cluster::host(int rank) const {
  expect(rank >= 0 && rank < size(), "[cluster] expected a rank from 0 to {}; found {}", size() - 1,
         rank);
  return state_->hosts[static_cast<std::size_t>(rank)];
}

std::vector<std::string> Cluster::gather(std::string_view own, const std::function<bool()>& stop) {
  if (!state_->courier) return {std::string(own)};
  return gather_words(*state_->courier, own, stop);
}

const std::vector<ClusterStep>& Cluster::steps() const {
  return state_->steps;
}

}  // namespace wattention
