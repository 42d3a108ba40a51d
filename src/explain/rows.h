#pragma once
// Calls folded into rows: calls of one line that are alike share one.
#include <wattention/explain.h>

#include <map>

namespace wattention {

/// What a row says of a tensor.
ExplainedTensor facts_of(const Tensor& tensor);

class Rows {
 public:
  /// The row that the call went into.
  std::size_t add(ExplainedOp call);
  const std::vector<ExplainedOp>& all() const { return rows_; }

 private:
  std::vector<ExplainedOp> rows_;
  std::map<std::string, std::size_t> by_call_;   ///< place, op, operands and programs -> row
  std::map<std::string, std::int64_t> by_line_;  ///< the same without shapes -> its rows
};

}  // namespace wattention
