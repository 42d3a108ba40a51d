#pragma once
// What several commands write: JSON, and the reports behind --explain.
#include <wattention/device.h>

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "cli/standard_output.h"

namespace wattention::cli {

using Json = nlohmann::ordered_json;

/// Nested arrays of the exact values; what JSON has no number for (infinity, not-a-number) is null.
Json to_json(const Tensor& tensor);
Json to_json(std::span<const OpReport> reports);

/// The folder, made where it is not there. Throws Error{io} in the command's name.
void make_folder(std::string_view command, const std::string& path);

/// Refuses before the work what writing a file would refuse after it; an empty path is no file. Throws Error{io}.
void expect_writable(const std::string& path);

/// Throws Error{bad_input} where two results, each named by its option, would take one place, however it is spelt.
void expect_two_places(const std::string& out, const std::string& trace);

/// To stdout, indented, with a newline.
void print_json(const Json& json);
/// One block per op: kernel, attributes, and what was refused with its reason.
void print_reports(std::span<const OpReport> reports);

}  // namespace wattention::cli
