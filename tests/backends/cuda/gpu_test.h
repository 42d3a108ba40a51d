#pragma once
// A test that needs the device cuda.
#include <gtest/gtest.h>
#include <wattention/device.h>

#include <algorithm>

namespace wattention::testing {

class GpuTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto devices = list_devices();
    const auto cuda = std::ranges::find(devices, "cuda", &DeviceInfo::name);
    if (!cuda->available) GTEST_SKIP() << cuda->reason;
    device_ = open_device("cuda");
  }
  Device device_;
};

}  // namespace wattention::testing
