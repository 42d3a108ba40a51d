#pragma once
// What several commands write: JSON, and the reports behind --explain.
#include <wattention/device.h>

#include <nlohmann/json.hpp>
#include <span>

namespace wattention::cli {

using Json = nlohmann::ordered_json;

/// Nested arrays of the exact values; what JSON has no number for (infinity, not-a-number) is null.
Json to_json(const Tensor& tensor);
Json to_json(std::span<const OpReport> reports);

/// To stdout, indented, with a newline.
void print_json(const Json& json);
/// One block per op: kernel, attributes, and what was refused with its reason.
void print_reports(std::span<const OpReport> reports);

}  // namespace wattention::cli
