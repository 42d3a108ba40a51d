// Joules of ranks on several hosts, each with a made-up counter of 10 W or none.
#include "bench/team_metering.h"

#include <gtest/gtest.h>
#include <wattention/device.h>

#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "bench/played_ranks.h"
#include "meters/fake_tree.h"

namespace wattention {
namespace {

constexpr double watts = 10;

class TeamMeters : public testing::Test {
 protected:
  MeterChoice counter_of(const std::string& host) const {
    tree.write(host + "/intel-rapl:0/name", "package-0");
    tree.write(host + "/intel-rapl:0/max_energy_range_uj", 262'143'328'850);
    const auto tick = [this, host, start_s = steady_seconds()] {
      const double now_s = steady_seconds();
      tree.write(host + "/intel-rapl:0/energy_uj", std::llround(watts * (now_s - start_s) * 1e6));
      return now_s;
    };
    tick();
    return {{"rapl-package"}, {.powercap_root = (tree / host).string(), .clock = tick}};
  }

  test::FakeTree tree;
};

struct Metered {
  int blocks = 0;
  SensorRecord joint, own;
};

MeteredWork work_of(Metered& result, double block_s) {
  const auto sleep = [](double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  };
  const auto block = [&result, block_s, sleep] {
    ++result.blocks;
    sleep(block_s);
  };
  return {block, 1, block_s, sleep};
}

// Each host's window has as many blocks, though one host would be done with its own in a tenth of the time; and each
// host's joules are those of the whole window.
TEST_F(TeamMeters, HostsOfDifferentSpeedMeterTheSameBlocks) {
  const std::vector<std::string> hosts{"quick", "slow"};
  const auto results = test::on_ranks<Metered>(hosts, [&](BenchTeam& team) {
    TeamRounds rounds(&team, [] { return false; });
    const std::string host = team.host(team.rank());
    TeamMetering metering(rounds, counter_of(host), open_device("cpu"));
    Metered result;
    metering.run(work_of(result, host == "slow" ? 0.02 : 0.002));
    result.joint = metering.joint_records(
        {{.host = "quick", .forwards = 1}, {.host = "slow", .forwards = 1}})[0];
    result.own = metering.records_of(team.rank())[0];
    return result;
  });
  EXPECT_EQ(results[0].blocks, results[1].blocks);
  for (const Metered& result : results) {
    ASSERT_TRUE(result.own.gross_j.value) << result.own.gross_j.reason;
    EXPECT_NEAR(*result.own.gross_j.value,
                watts * result.own.window_s / static_cast<double>(result.own.forwards),
                0.05 * *result.own.gross_j.value);
    EXPECT_GE(*result.own.gross_j.value, watts * 0.02);
  }
  EXPECT_NEAR(*results[0].joint.gross_j.value,
              std::midpoint(*results[0].own.gross_j.value, *results[1].own.gross_j.value), 1e-9);
}

TEST_F(TeamMeters, AHostWithoutAMeterLeavesItsReasonInPlaceOfASum) {
  const auto results = test::on_ranks<Metered>({"a", "b"}, [&](BenchTeam& team) {
    TeamRounds rounds(&team, [] { return false; });
    const MeterChoice none{{"rapl-package"}, {.powercap_root = "/nowhere"}};
    TeamMetering metering(rounds, team.rank() == 0 ? counter_of("a") : none, open_device("cpu"));
    Metered result;
    metering.run(work_of(result, 0.02));
    result.joint =
        metering.joint_records({{.host = "a", .forwards = 1}, {.host = "b", .forwards = 1}})[0];
    result.own = metering.records_of(team.rank())[0];
    return result;
  });
  EXPECT_TRUE(results[0].own.gross_j.value) << results[0].own.gross_j.reason;
  EXPECT_FALSE(results[1].own.gross_j.value);
  for (const Metered& result : results) {
    EXPECT_FALSE(result.joint.gross_j.value);
    EXPECT_TRUE(result.joint.gross_j.reason.starts_with("b: no package counter under /nowhere"))
        << result.joint.gross_j.reason;
  }
}

}  // namespace
}  // namespace wattention
