// calibrate-host: measures this machine once and keeps its rates for `estimate --host FILE`.
#include <fmt/format.h>
#include <wattention/cost.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/atomic_file.h"
#include "cli/command.h"
#include "cli/host_profile.h"
#include "cli/output.h"

namespace wattention::cli {
namespace {

struct CalibrateChoice {
  std::string out = "out/host.json";
  bool json = false;
};

void print(const HostRates& host) {
  print_out("{}: {}\n", host.name, host.source);
  const auto per_element = [](const char* work, double seconds) {
    print_out("  {:<28} {:8.3f} ns per element\n", work, 1e9 * seconds);
  };
  per_element("f32 to bf16", host.cast_s);
  per_element("tilize", host.tilize_s);
  per_element("untilize", host.untilize_s);
  per_element("transpose", host.transpose_s);
  per_element("divide by a number", host.scale_s);
  per_element("uniform draw", host.uniform_s);
  per_element("normal draw", host.normal_s);
  print_out("  {:<28} {:8.3f} GB/s\n", "copy", 1e-9 * host.copy_bytes_per_s);
  print_out("  {:<28} {:8.3f} GFLOP/s\n", "f32 product", 1e-9 * host.gemm_flops_per_s);
}

void calibrate(const CalibrateChoice& choice) {
  const std::string folder = std::filesystem::path(choice.out).parent_path().string();
  if (!folder.empty()) make_folder("calibrate-host", folder);
  expect_writable(choice.out);
  const HostRates host = measure_host();
  const Json json = to_json(host);
  write_file_atomically(choice.out, json.dump(2) + "\n");
  if (choice.json) {
    print_json(json);
    return;
  }
  print(host);
  print_out("Written: {}\n", choice.out);
}

}  // namespace

void add_calibrate_host(Command& program, int&) {
  Command* command = program.add_subcommand(
      "calibrate-host", "measure this machine's conversion rates for estimate; takes some seconds");
  const auto choice = std::make_shared<CalibrateChoice>();
  command->add_option("--out", choice->out, "file for the host profile")->capture_default_str();
  command->add_flag("--json", choice->json, "print the profile as JSON, too");
  command->footer(
      "Examples:\n"
      "  wattention calibrate-host\n"
      "  wattention calibrate-host --out quiet.json && wattention estimate --host quiet.json");
  command->callback([choice] { calibrate(*choice); });
}

}  // namespace wattention::cli
