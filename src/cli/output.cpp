#include "cli/output.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/fail.h"

namespace wattention::cli {
namespace {

Json nested(std::span<const double> values, std::span<const std::int64_t> sizes) {
  if (sizes.empty()) return std::isfinite(values[0]) ? Json(values[0]) : Json(nullptr);
  Json rows = Json::array();
  const std::size_t rest =
      values.size() / static_cast<std::size_t>(std::max<std::int64_t>(sizes[0], 1));
  for (std::int64_t i = 0; i < sizes[0]; ++i)
    rows.push_back(
        nested(values.subspan(static_cast<std::size_t>(i) * rest, rest), sizes.subspan(1)));
  return rows;
}

Json to_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json object = Json::object();
  for (const auto& [name, value] : pairs) object[name] = value;
  return object;
}

}  // namespace

Json to_json(const Tensor& tensor) {
  const Tensor exact = tensor.to(DType::f64);
  return nested(exact.values<double>(), exact.shape().sizes());
}

Json to_json(std::span<const OpReport> reports) {
  Json array = Json::array();
  for (const OpReport& report : reports)
    array.push_back({{"op", report.op},
                     {"kernel", report.kernel},
                     {"attributes", to_json(report.attributes)},
                     {"refused", to_json(report.refused)}});
  return array;
}

void make_folder(std::string_view command, const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    fail(ErrorKind::io, "[{}] expected a folder, or room for one, at '{}'; found: {}", command,
         path, error.message());
}

void expect_writable(const std::string& path) {
  if (path.empty()) return;
  std::error_code unknown;
  const auto kind = std::filesystem::status(path, unknown).type();
  const bool pipe =
      kind == std::filesystem::file_type::fifo;  // its reader would take the probe for the end
  if (!pipe) AtomicFile{path};
}

void expect_two_places(const std::string& out, const std::string& trace) {
  if (out.empty() || trace.empty()) return;
  const auto plain = [](const std::string& path) {
    std::error_code unknown;
    return std::filesystem::weakly_canonical(path, unknown);
  };
  expect(plain(out) != plain(trace),
         "[output] expected two files for --out and --trace; found '{}' and '{}'", out, trace);
}

void print_json(const Json& json) {
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  write_out(text + "\n");
}

void print_reports(std::span<const OpReport> reports) {
  for (const OpReport& report : reports) {
    print_out("{}: {}\n", report.op, report.kernel);
    for (const auto& [name, value] : report.attributes) print_out("  {}: {}\n", name, value);
    for (const auto& [kernel, reason] : report.refused) print_out("  not {}: {}\n", kernel, reason);
  }
}

}  // namespace wattention::cli
