#pragma once
// A call in float64: the reference device's formula on host tensors.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device/backend.h"
#include "device/row_formula.h"

namespace wattention {

/// What is computed, without how and where.
OpCall exact_call(const OpCall& call);

class ExactRun {
 public:
  explicit ExactRun(int threads);

  /// Why there is no formula for the call; nothing where there is one.
  std::optional<std::string> refusal(const OpCall& call) const;
  /// The call's results with these in the place of its tensors: host tensors of doubles, or of integers. What the call
  /// writes over is copied first.
  std::vector<Tensor> run(const OpCall& call, std::vector<Tensor> operands) const;
  /// Its formula row by row, of the call as exact_call() has it; null where there is none.
  std::unique_ptr<const RowFormula> row_formula(const OpCall& call) const;
  int threads() const { return device_->host_threads(); }

 private:
  std::shared_ptr<Backend> device_;
};

}  // namespace wattention
