// What reports of the memory's layout are made of.
#include <gtest/gtest.h>
#include <wattention/explain.h>
#include <wattention/ops.h>

#include <nlohmann/json.hpp>

#include "oracle.h"

namespace wattention {
namespace {

using Json = nlohmann::json;

class Journaled : public ::testing::Test {
 protected:
  Journaled() {
    explainer.keep_journal();
    explainer.watch(card);
  }
  Json calls() const { return Json::parse(explainer.journal_json()).at("calls"); }

  Device card = open_device("wormhole");
  Explainer explainer;
};

TEST_F(Journaled, ProgramsSayWhereTheirBuffersLie) {
  const Tensor x = to_device(testing::uniform_tensor({64, 64}, 1), card);
  matmul(x, x);
  const Json made = calls();
  ASSERT_EQ(made.size(), 2u);
  EXPECT_TRUE(made[0].at("programs").empty());  // a transfer
  ASSERT_EQ(made[1].at("programs").size(), 1u);
  const Json& said = made[1].at("programs")[0].at("attributes");
  EXPECT_NE(said.at("circular_buffers_each").get<std::string>().find("in0 "), std::string::npos);
  EXPECT_TRUE(said.at("circular_buffers_at").get<std::string>().starts_with("97248, "));
}

TEST_F(Journaled, MemoryGivenBackIsACallWithoutTime) {
  Tensor x = to_device(testing::uniform_tensor({64, 64}, 1), card);
  const std::size_t before = calls().back().at("buffers").size();
  explainer.releasing(x);
  x = Tensor();
  explainer.released(card);
  const Json last = calls().back();
  EXPECT_EQ(last.at("op"), "deallocate");
  EXPECT_EQ(last.at("timed"), false);
  EXPECT_EQ(last.at("operands"), calls().front().at("results"));
  EXPECT_EQ(last.at("buffers").size(), before - 1);
  EXPECT_EQ(explainer.explanation().ops.size(), 1u);  // the doctor's rows are those of the device
}

TEST_F(Journaled, ShardsAreWholeWords) {
  const Tensor x = to_device(testing::uniform_tensor({64, 64}, 1), card);
  to_memory(x, parse_sharding("height:32x64:0,0-0,1"));
  const Json made = Json::parse(explainer.journal_json());
  const std::size_t result = made.at("calls").back().at("results")[0];
  EXPECT_EQ(made.at("tensors")[result].at("sharding"), "height:32x64:0,0-0,1");
}

}  // namespace
}  // namespace wattention
