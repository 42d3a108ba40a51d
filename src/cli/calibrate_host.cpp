// calibrate-host: measures this machine once and keeps its rates for `estimate --host FILE`.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "cli/command.h"
#include "cli/host_profile.h"

namespace wattention::cli {
namespace {

struct CalibrateChoice {
  std::string out = "out/host.json";
  bool json = false;
};

void print(const HostRates& host) {
  fmt::print("{}: {}\n", host.name, host.source);
  const auto per_element = [](const char* work, double seconds) {
    fmt::print("  {:<28} {:8.3f} ns per element\n", work, 1e9 * seconds);
  };
  per_element("f32 to bf16", host.cast_s);
  per_element("tilize", host.tilize_s);
  per_element("untilize", host.untilize_s);
  per_element("transpose", host.transpose_s);
  per_element("divide by a number", host.scale_s);
  per_element("uniform draw", host.uniform_s);
  per_element("normal draw", host.normal_s);
  fmt::print("  {:<28} {:8.3f} GB/s\n", "copy", 1e-9 * host.copy_bytes_per_s);
  fmt::print("  {:<28} {:8.3f} GFLOP/s\n", "f32 product", 1e-9 * host.gemm_flops_per_s);
}

void make_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error)
    fail(ErrorKind::io, "[calibrate-host] expected to make the folder of '{}'; found: {}", path,
         error.message());
}

void calibrate(const CalibrateChoice& choice) {
  make_folder_of(choice.out);
  expect_writable(choice.out);
  const HostRates host = measure_this_host();
  const Json json = to_json(host);
  write_file_atomically(choice.out, json.dump(2) + "\n");
  if (choice.json) {
    print_json(json);
    return;
  }
  print(host);
  fmt::print("Written: {}\n", choice.out);
}

}  // namespace

void add_calibrate_host(CLI::App& program, int&) {
  CLI::App* command = program.add_subcommand(
      "calibrate-host", "measure this machine's conversion rates for estimate, in seconds");
  const auto choice = std::make_shared<CalibrateChoice>();
  command->add_option("--out", choice->out, "the host profile")->capture_default_str();
  command->add_flag("--json", choice->json, "print the profile as JSON, too");
  command->footer(
      "Examples:\n"
      "  wattention calibrate-host\n"
      "  wattention calibrate-host --out quiet.json && wattention estimate --host quiet.json");
  command->callback([choice] { calibrate(*choice); });
}

}  // namespace wattention::cli
