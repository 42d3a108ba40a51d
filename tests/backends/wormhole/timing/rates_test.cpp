// Every constant of the model has a unit and a source, and the chip's are the chip's.
#include "backends/wormhole/timing/rates.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include "backends/wormhole/energy/power_rates.h"
#include "backends/wormhole/timing/csv.h"
#include "backends/wormhole/timing/embedded.h"

namespace wattention::wormhole {
namespace {

TEST(Rates, EachNumberHasAUnitAndASource) {
  for (const Facts* facts :
       {&n150d_timing_facts(), &p150_timing_facts(), &default_host_facts(), &power_facts()}) {
    EXPECT_GE(facts->all().size(), 7u);
    for (const auto& [name, fact] : facts->all()) {
      EXPECT_GE(fact.source.size(), 20u) << name;
      if (std::holds_alternative<double>(fact.value)) {
        EXPECT_FALSE(fact.unit.empty()) << name;
        EXPECT_GT(std::get<double>(fact.value), 0) << name;
      }
    }
  }
}

TEST(Rates, ANumberWithoutASourceIsRefused) {
  EXPECT_THROW(Facts(R"({"sources": {}, "facts": {"x": {"value": 1, "unit": "s"}}})"), Error);
  EXPECT_THROW(
      Facts(R"({"sources": {"a": ""}, "facts": {"x": {"value": 1, "unit": "s", "source": "a"}}})"),
      Error);
}

TEST(Rates, EachCalibrationTableNamesItsSource) {
  for (const auto text : {embedded_gemm(), embedded_exp_dram(), embedded_exp_l1(), embedded_noc()})
    EXPECT_GE(parse_csv(text).source.size(), 20u);
}

TEST(Rates, AgreeWithTheChipsOwnFacts) {
  const Facts chip(embedded_n150d());
  const CardRates& rates = card_rates("n150d");
  EXPECT_EQ(rates.nominal_clock_hz, chip.number("clock_hz"));
  EXPECT_EQ(rates.math_cycles_per_phase, chip.number("fpu_cycles_per_tile_and_phase"));
  EXPECT_EQ(rates.tile_bytes_bfp8, chip.number("tile_bytes_bfp8"));
  // What is achieved stays below what the hardware can do.
  EXPECT_LT(rates.effective_clock_hz, rates.nominal_clock_hz);
  EXPECT_LT(rates.unpack_bytes_per_cycle, chip.number("unpacker_bytes_per_cycle"));
  EXPECT_LT(rates.inject_bytes_per_cycle, chip.number("noc_flit_bytes"));
  EXPECT_LT(rates.dram_read_bytes_per_s, 288e9);
}

TEST(Rates, ACardThatIsNotKnownIsRefused) {
  EXPECT_THROW(card_rates("n300"), Error);
}

}  // namespace
}  // namespace wattention::wormhole
