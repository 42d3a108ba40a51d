// The notebook's power table from its manual readings, and what they say of the card.
#include "notebook/power.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include "device/backend.h"
#include "notebook/runs.h"

namespace wattention {
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

NotebookPower with_the_card() {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  return notebook_power(card.backend().cost_model()->idle_w());
}

TEST(NotebookPower, TheModelsIntervalHoldsTheCardsShare) {
  const Interval share = with_the_card().card_share_j;
  const Interval model = predicted_forward("resident", {}).steady.card_j;
  EXPECT_LE(model.low, share.value);
  EXPECT_GE(model.high, share.value);
  // And the model's best guess is one that the readings allow.
  EXPECT_GE(model.value, share.low);
  EXPECT_LE(model.value, share.high);
}

TEST(NotebookPower, TheShareIsTheDifferenceOfTheDeltas) {
  const Interval share = with_the_card().card_share_j;
  EXPECT_NEAR(share.value, (19.5 + 110 - 93) * 11.024227e-3, 1e-6);
  EXPECT_NEAR(share.low, 19 * 11.024227e-3, 1e-6);  // 17 W less 21 W of drift: idle at least
  EXPECT_NEAR(share.high, (20 + 110 - 93 + 21) * 11.024227e-3, 1e-6);
  EXPECT_THROW(notebook_power({}, {}), Error);
}

TEST(NotebookPower, TheVerdictNamesTheDrift) {
  const NotebookPower power = with_the_card();
  EXPECT_EQ(power.baseline_spread_w(), 21);
  EXPECT_NE(power.verdict.find("21 W"), std::string::npos);
}

// Watts may be off by the baselines' spread, in gross as in net.
TEST(NotebookPower, JoulesAreAsWideAsTheBaselinesAreApart) {
  const NotebookPower power = with_the_card();
  for (const WallReading& reading : power.readings) {
    const double off_j = 21 * reading.forward_s();
    const Interval gross = power.gross_j(reading.config), net = power.net_j(reading.config);
    EXPECT_NEAR(gross.value, reading.gross_j(), 1e-12);
    EXPECT_NEAR(net.value, reading.net_j(), 1e-12);
    for (const Interval& joules : {gross, net}) {
      EXPECT_NEAR(joules.value - joules.low, off_j, 1e-12);
      EXPECT_NEAR(joules.high - joules.value, off_j, 1e-12);
    }
  }
  EXPECT_THROW(power.net_j("gpu"), Error);
}

// 10,000 forwards, for the table of times and again for the power table.
TEST(NotebookPower, TheLongestJobWasRunTwice) {
  const Interval cpu = notebook_forward_ms("cpu"), card = notebook_forward_ms("resident");
  EXPECT_DOUBLE_EQ(cpu.low, 11.589556);
  EXPECT_DOUBLE_EQ(cpu.high, 11.665543);
  EXPECT_DOUBLE_EQ(card.low, 10.990744);
  EXPECT_DOUBLE_EQ(card.high, 11.024227);
  EXPECT_EQ(cpu.value, cpu.low);
  EXPECT_EQ(card.value, card.low);
  EXPECT_THROW(notebook_forward_ms("naive"), Error);
}

}  // namespace
}  // namespace wattention
