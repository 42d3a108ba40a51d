#pragma once
// An open software Wormhole, and tensors to put on it.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backends/wormhole/wormhole.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"
#include "device/value_less.h"

namespace wattention::wormhole {

inline std::shared_ptr<WormholeBackend> open(DeviceOptions options = {}) {
  if (options.threads == 0) options.threads = 1;
  return std::static_pointer_cast<WormholeBackend>(open_wormhole(options));
}

/// Normal values, the same for the same shape and seed.
inline Tensor random_tensor(const Shape& shape, unsigned seed = 1, DType dtype = DType::f32) {
  Tensor tensor = Tensor::empty(shape);
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  for (float& value : tensor.mutable_values<float>()) value = normal(engine);
  return tensor.to(dtype);
}

inline std::vector<std::uint16_t> bits(const Tensor& host) {
  std::vector<std::uint16_t> patterns;
  for (const bfloat16 value : host.values<bfloat16>()) patterns.push_back(value.bits);
  return patterns;
}

inline Placement in_l1() {
  return {.memory = Memory::l1};
}

/// The Error that `function` throws; its kind and sentence are the test's to judge.
template <class Function>
Error error_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected an error; found none";
  return Error(ErrorKind::io, "");
}

inline void expect_says(const Error& error, ErrorKind kind, const std::string& part) {
  EXPECT_EQ(error.kind(), kind) << error.what();
  EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
}

/// Bytes per bank that tensors take, both memories.
struct Balance {
  std::int64_t l1, dram;
  friend bool operator==(const Balance&, const Balance&) = default;
};
inline Balance balance(const WormholeBackend& device) {
  return {device.memory_use(Memory::l1).allocated_bytes,
          device.memory_use(Memory::dram).allocated_bytes};
}

}  // namespace wattention::wormhole
