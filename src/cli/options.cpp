#include "cli/options.h"

#include <fmt/format.h>

#include <functional>

#include "base/fail.h"
#include "device/card.h"

namespace wattention::cli {

std::string release_names(std::string_view separator) {
  std::vector<std::string> names;
  for (const ReleaseInfo& release : list_releases()) names.push_back(release.name);
  return fmt::format("{}", fmt::join(names, separator));
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
  command.add_option("--kernel", options.kernel,
                     "force a kernel or instruction set by name, like avx2");
  const std::function<void(const std::string&)> set_mode = [&options](const std::string& word) {
    options.mode = parse_mode(word);
  };
  command.add_option("--mode", set_mode, "wormhole: exact (bits), or shape (no values, any size)")
      ->default_str("exact");
  command
      .add_option("--release,--release-profile", options.release_profile,
                  "wormhole: the TT-NN release to follow (WATTENTION_RELEASE does it, too): " +
                      release_names(", "))
      ->default_str(list_releases().front().name);
  command.add_flag(
      "--program-cache", [&options](std::int64_t) { options.program_cache = true; },
      "wormhole: keep compiled programs");
  command.add_flag(
      "--strict", options.strict,
      "wormhole: refuse ops whose digits are unverified (WATTENTION_STRICT=1 does it, too)");
  command.add_flag("--explain", options.explain,
                   "say which kernel or program ran, and why the others did not");
}

Device open(const DeviceChoice& choice) {
  const DeviceOptions& options = choice.options;
  expect(options.threads >= 0, "[threads] expected 0 or more; found {}", options.threads);
  return open_device(choice.device, options);
}

void expect_values(const DeviceChoice& choice, std::string_view purpose) {
  expect(choice.options.mode == Mode::exact, "[mode] expected exact {}; found shape", purpose);
}

void add_attention_options(Command& command, AttentionChoice& choice) {
  command.add_option("--variant", choice.variant,
                     "reference, fused, naive or resident (default: naive on wormhole, for verify "
                     "resident; else reference, for run on cpu fused)");
  command.add_option("--dtype", choice.dtype,
                     "f32 or bf16 (default: f32; wormhole computes in bf16)");
  command.add_option("--core-grid", choice.core_grid,
                     "wormhole, resident: rows x columns, like 8x8");
  command.add_option("--fidelity", choice.fidelity, "wormhole: lofi, hifi2, hifi3 or hifi4");
  command.add_flag("--fold-projections", choice.fold_projections,
                   "cpu, fused: scores = x (Wq^T Wk) x^T when that saves work; rounds differently");
}

AttentionConfig to_config(const AttentionChoice& choice, const Device& device,
                          const DefaultVariants& defaults) {
  const Variant fallback = is_card(device) ? defaults.on_card : defaults.on_host;
  const Variant variant = choice.variant.empty() ? fallback : parse_variant(choice.variant);
  return {.variant = variant,
          .dtype = choose_dtype(choice.dtype, device),
          .core_grid = optional_core_grid(choice.core_grid),
          .fidelity = optional_fidelity(choice.fidelity),
          .fold_projections = choice.fold_projections};
}

void add_heads_options(Command& command, HeadsCase& heads) {
  command
      .add_option("--heads", heads.heads,
                  "heads of MultiHeadAttention, whose head-dim is embed-dim / heads")
      ->group("Heads");
  command.add_option("--kv-heads", heads.kv_heads, "heads of keys and values (default: as many)")
      ->group("Heads");
  command
      .add_flag(
          "--causal", [&heads](std::int64_t) { heads.is_causal = true; },
          "a token sees none after it")
      ->group("Heads");
  command.add_option("--batch", heads.batch, "sequences of the forward")
      ->capture_default_str()
      ->group("Heads");
  command.add_option("--past", heads.past, "drawn tokens in the cache before the forward's")
      ->capture_default_str()
      ->group("Heads");
}

void expect_heads(const HeadsCase& heads) {
  expect(
      heads.heads >= 0 && heads.kv_heads >= 0 && heads.batch >= 1 && heads.past >= 0,
      "[heads] expected heads, kv-heads and past of at least 0, batch of at least 1; found {}, {}, "
      "{} and {}",
      heads.heads, heads.kv_heads, heads.past, heads.batch);
  expect(heads.heads > 0 || heads == HeadsCase{},
         "[heads] expected heads beside kv-heads, causal, batch and past; found none");
}

bool is_card(const Device& device) {
  return wattention::is_card(device.capabilities());
}

DType choose_dtype(std::string_view word, const Device& device) {
  if (!word.empty()) return parse_float_dtype(word);
  return is_card(device) ? device.capabilities().computes_in : DType::f32;
}

std::optional<CoreGrid> optional_core_grid(std::string_view word) {
  return word.empty() ? std::nullopt : std::optional(parse_core_grid(word));
}

std::optional<Fidelity> optional_fidelity(std::string_view word) {
  return word.empty() ? std::nullopt : std::optional(parse_fidelity(word));
}

}  // namespace wattention::cli
