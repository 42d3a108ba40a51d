#include "cli/options.h"

#include <charconv>

#include "base/fail.h"
#include "device/backend.h"

namespace wattention::cli {
namespace {

// A whole number of at least 1 that fills the whole text.
std::optional<int> positive(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

std::string release_names() {
  std::string names;
  for (const ReleaseInfo& release : list_releases())
    names += (names.empty() ? "" : ", ") + release.name;
  return names;
}

// An option that would change nothing is refused: who gives it expects a change.
void expect_applicable(const AttentionChoice& choice, const Device& device, Variant variant) {
  expect(choice.core_grid.empty() || variant == Variant::resident,
         "[core_grid] expected variant resident; found {}", wattention::to_string(variant));
  expect(choice.fidelity.empty() || is_card(device),
         "[fidelity] expected device wormhole; found {}", device.name());
  expect(!choice.fold_projections || variant == Variant::fused,
         "[fold_projections] expected variant fused; found {}", wattention::to_string(variant));
}

}  // namespace

CoreGrid parse_core_grid(std::string_view word) {
  const std::size_t cross = word.find('x');
  const auto y = positive(word.substr(0, cross));
  const auto x = cross == word.npos ? y : positive(word.substr(cross + 1));
  expect(y && x, "[core_grid] expected rows x columns, like 8x8; found '{}'", word);
  return {*y, *x};
}

std::string to_string(CoreGrid grid) {
  return fmt::format("{}x{}", grid.y, grid.x);
}

Memory parse_memory(std::string_view word) {
  expect(word == "dram" || word == "l1", "[memory] expected dram or l1; found '{}'", word);
  return word == "l1" ? Memory::l1 : Memory::dram;
}

Mode parse_mode(std::string_view word) {
  expect(word == "exact" || word == "shape", "[mode] expected exact or shape; found '{}'", word);
  return word == "shape" ? Mode::shape : Mode::exact;
}

void add_device_options(Command& command, DeviceChoice& choice) {
  DeviceOptions& options = choice.options;
  command
      .add_option("--device,-d", choice.device,
                  "reference, cpu or wormhole (see: wattention devices)")
      ->capture_default_str();
  command
      .add_option("--threads", options.threads, "host threads; 0: all that this process may use")
      ->capture_default_str();
  command.add_option("--kernel", options.kernel, "force a kernel or ISA by name, like avx2");
  command
      .add_option("--mode", choice.mode, "wormhole: exact (bits), or shape (no values, any size)")
      ->capture_default_str();
  command.add_option(
      "--release-profile", options.release_profile,
      "wormhole: the TT-NN release to follow, of " + release_names() + " (the first by default)");
  command.add_flag("--program-cache", options.program_cache, "wormhole: keep compiled programs");
  command.add_flag("--explain", options.explain,
                   "say which kernel or program ran, and why not others");
}

Device open(const DeviceChoice& choice) {
  DeviceOptions options = choice.options;
  expect(options.threads >= 0, "[threads] expected 0 or more; found {}", options.threads);
  options.mode = parse_mode(choice.mode);
  Device device = open_device(choice.device, options);
  expect(options.mode == Mode::exact || device.backend().is_simulated(),
         "[mode] expected exact on {}; found shape", device.name());
  const bool like_a_card =
      options.program_cache || options.release_profile != DeviceOptions().release_profile;
  expect(!like_a_card || is_card(device),
         "[open_device] expected no program cache or release profile on {}; found one",
         device.name());
  return device;
}

void expect_values(const DeviceChoice& choice, std::string_view purpose) {
  expect(parse_mode(choice.mode) == Mode::exact, "[mode] expected exact {}; found shape", purpose);
}

void add_attention_options(Command& command, AttentionChoice& choice) {
  command.add_option("--variant", choice.variant,
                     "reference, fused, naive or resident (default: reference; on wormhole naive, "
                     "for verify resident)");
  command.add_option("--dtype", choice.dtype,
                     "f32 or bf16 (default: f32; wormhole computes in bf16)");
  command.add_option("--core-grid", choice.core_grid,
                     "wormhole, resident: rows x columns, like 8x8");
  command.add_option("--fidelity", choice.fidelity, "wormhole: lofi, hifi2, hifi3 or hifi4");
  command.add_flag("--fold-projections", choice.fold_projections,
                   "cpu, fused: scores = x (Wq^T Wk) x^T when that saves work; rounds differently");
}

AttentionConfig to_config(const AttentionChoice& choice, const Device& device, Variant on_card) {
  const Variant fallback = is_card(device) ? on_card : Variant::reference;
  const Variant variant = choice.variant.empty() ? fallback : parse_variant(choice.variant);
  expect_applicable(choice, device, variant);
  return {.variant = variant,
          .dtype = choose_dtype(choice.dtype, device),
          .core_grid = optional_core_grid(choice.core_grid),
          .fidelity = optional_fidelity(choice.fidelity),
          .fold_projections = choice.fold_projections};
}

bool is_card(const Device& device) {
  return device.backend().is_accelerator();
}

DType choose_dtype(std::string_view word, const Device& device) {
  const DType computed = is_card(device) ? DType::bf16 : DType::f32;
  const DType dtype = word.empty() ? computed : parse_dtype(word);
  expect(dtype == computed || !is_card(device), "[dtype] expected bf16 on {}; found {}",
         device.name(), wattention::to_string(dtype));
  return dtype;
}

std::optional<CoreGrid> optional_core_grid(std::string_view word) {
  return word.empty() ? std::nullopt : std::optional(parse_core_grid(word));
}

std::optional<Fidelity> optional_fidelity(std::string_view word) {
  return word.empty() ? std::nullopt : std::optional(parse_fidelity(word));
}

}  // namespace wattention::cli
