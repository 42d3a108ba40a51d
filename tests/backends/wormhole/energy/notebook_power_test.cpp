// The notebook's power table from its manual readings, and what they say of the card.
#include "backends/wormhole/energy/notebook_power.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include "backends/wormhole/energy/estimate.h"
#include "backends/wormhole/timing/forward_events.h"

namespace wattention::wormhole {
namespace {

TEST(NotebookPower, JoulesPerForwardFollowFromTheReadings) {
  const auto readings = notebook_wall_readings();
  ASSERT_EQ(readings.size(), 3u);
  // Watts times milliseconds per forward: 740 x 11.6655, 535 x 11.0242, 537 x 8.1635; net with the deltas.
  const double expected[3][2] = {{8.6325, 3.4297}, {5.8980, 1.2127}, {4.3838, 0.7592}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(readings[i].gross_j(), expected[i][0], 5e-5) << readings[i].config;
    EXPECT_NEAR(readings[i].net_j(), expected[i][1], 5e-5) << readings[i].config;
  }
}

TEST(NotebookPower, TheModelsIntervalHoldsTheCardsShare) {
  const Interval share = card_share_j(notebook_wall_readings());
  const Interval model = estimate_run(resident_forward({}, true), {}).card_j;
  EXPECT_LE(model.low, share.value);
  EXPECT_GE(model.high, share.value);
  // And the model's best guess is one that the readings allow.
  EXPECT_GE(model.value, share.low);
  EXPECT_LE(model.value, share.high);
}

TEST(NotebookPower, TheShareIsTheDifferenceOfTheDeltas) {
  const Interval share = card_share_j(notebook_wall_readings());
  EXPECT_NEAR(share.value, (19.5 + 110 - 93) * 11.024227e-3, 1e-6);
  EXPECT_NEAR(share.low, 19 * 11.024227e-3, 1e-6);  // 17 W less 21 W of drift: idle at least
  EXPECT_THROW(card_share_j({}), Error);
}

TEST(NotebookPower, TheVerdictNamesTheDrift) {
  EXPECT_NE(wall_meter_verdict().find("21 W"), std::string_view::npos);
}

}  // namespace
}  // namespace wattention::wormhole
