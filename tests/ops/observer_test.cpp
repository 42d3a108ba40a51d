// An observer stands between ops and a device, and changes nothing.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <string>
#include <vector>

#include "device/backend.h"
#include "oracle.h"

namespace wattention {
namespace {

class Diary final : public CallObserver {
 public:
  std::vector<Tensor> run(Backend& device, const OpCall& call) override {
    lines.emplace_back(call.name());
    return device.run_all(call);
  }
  Tensor upload(Backend& device, const Tensor& host, const Placement& placement) override {
    lines.emplace_back("upload");
    return device.upload(host, placement);
  }
  Tensor download(Backend& device, const Tensor& tensor) override {
    lines.emplace_back("download");
    return device.download(tensor);
  }
  void happened(const Event& event) override { events.push_back(event); }
  void reported(const OpReport& report) override { programs.push_back(report.kernel); }

  std::vector<std::string> lines, programs;
  std::vector<Event> events;
};

TEST(Observer, SeesOpsTransfersEventsAndPrograms) {
  const Device device = open_device("wormhole");
  EventLog& log = *device.backend().event_log();
  log.start();
  Diary diary;
  device.backend().observe(&diary);
  const Tensor sent = to_device(testing::uniform_tensor({32, 32}, 1), device);
  const Tensor twice = add(sent, sent);
  const TopK most = topk(to_device(testing::uniform_tensor({32, 64}, 1), device), 32);
  const Tensor back = to_host(twice);
  device.backend().observe(nullptr);
  to_host(twice);
  EXPECT_EQ(diary.lines, (std::vector<std::string>{"upload", "add", "upload", "topk", "download"}));
  EXPECT_EQ(diary.programs.size(), 2U);
  const std::vector<Event> all = log.take();
  ASSERT_GT(all.size(), diary.events.size());
  EXPECT_TRUE(std::equal(diary.events.begin(), diary.events.end(), all.begin()));
  EXPECT_EQ(most.indices.dtype(), DType::uint16);
  for (std::int64_t i = 0; i < back.numel(); ++i)
    ASSERT_EQ(back.values<bfloat16>()[i], to_host(twice).values<bfloat16>()[i]);
}

TEST(Observer, APeekLeavesNoEvent) {
  const Device device = open_device("wormhole");
  const Tensor sent = to_device(testing::uniform_tensor({32, 32}, 1), device);
  EventLog& log = *device.backend().event_log();
  log.start();
  const Tensor seen = device.backend().peek(sent);
  EXPECT_TRUE(log.take().empty());
  EXPECT_EQ(seen.values<bfloat16>()[5], to_host(sent).values<bfloat16>()[5]);
}

}  // namespace
}  // namespace wattention
