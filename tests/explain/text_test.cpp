// The table, the verdict and the JSON of a small program.
#include <gtest/gtest.h>
#include <wattention/explain.h>
#include <wattention/ops.h>

#include <nlohmann/json.hpp>

#include "oracle.h"

namespace wattention {
namespace {

Explanation program() {
  const Device card = open_device("wormhole");
  Explainer explainer;
  explainer.watch(card);
  int line = 0;
  explainer.locate([&] { return CallSite{"folder/model.py", ++line, "ttnn.transformer.word"}; });
  const Tensor x = to_device(testing::uniform_tensor({32, 64}, 1), card);
  const Tensor y = matmul(x, x, {.transpose_b = true, .fidelity = Fidelity::lofi});
  to_host(softmax(y));
  return explainer.explanation();
}

TEST(Text, NamesRowsAndWhatCostsMost) {
  const std::string text = to_text(program());
  for (const char* part : {"model.py:2", "matmul (word)", "32x64, 32x64 -> 32x32", "lofi",
                           "Accuracy", "Time", "Energy", "row 3, model.py:3 softmax (word)",
                           "of what was read back", "Modelled on an n150d"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_EQ(to_text(Explanation()), "no op ran on a device\n");
}

TEST(Json, HoldsWhatTheTableSays) {
  const Explanation made = program();
  const auto json = nlohmann::json::parse(to_json(made));
  ASSERT_EQ(json["ops"].size(), 4U);
  EXPECT_EQ(json["ops"][1]["site"], "model.py:2");
  EXPECT_EQ(json["ops"][1]["fidelity"], "lofi");
  EXPECT_EQ(json["ops"][1]["cause"], "slices_dropped");
  EXPECT_EQ(json["ops"][1]["own"]["relative_l2"], made.ops[1].own->relative_l2);
  EXPECT_EQ(json["outputs"]["pcc"], made.outputs->pcc);
  EXPECT_EQ(json["worst"]["error"][0], made.worst_by_error()[0]);
}

}  // namespace
}  // namespace wattention
