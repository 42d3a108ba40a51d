#pragma once
// A call in float64: the reference device's formula on host tensors.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device/backend.h"

namespace wattention {

class ExactRun {
 public:
  ExactRun();

  /// Why there is no formula for the call; nothing where there is one.
  std::optional<std::string> refusal(const OpCall& call) const;
  /// The call's results with these in the place of its tensors: host tensors of doubles, or of integers. What the call
  /// writes over is copied first.
  std::vector<Tensor> run(const OpCall& call, std::vector<Tensor> operands) const;
  int threads() const { return device_->host_threads(); }

 private:
  std::shared_ptr<Backend> device_;
};

}  // namespace wattention
