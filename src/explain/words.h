#pragma once
// A row in words, as the table and the page show it.
#include <wattention/explain.h>

namespace wattention {

/// "64x32, 32x64 l1 -> 64x64": bf16 in DRAM where nothing else is said.
std::string shapes_of(const ExplainedOp& op);
/// "permute (transpose) x5".
std::string name_of(const ExplainedOp& op);
/// "lofi fp32"; empty where nothing multiplies.
std::string arithmetic_of(const ExplainedOp& op);
/// "3.1 %", "4 infinite", "0", "-".
std::string error_text(const std::optional<ErrorFigures>& figures);
/// As many digits as its nines need.
std::string pcc_text(const std::optional<ErrorFigures>& figures);
/// "row 2, model.py:7 matmul".
std::string place_of(const ExplainedOp& op, std::size_t index);

}  // namespace wattention
