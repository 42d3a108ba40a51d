#pragma once
// Options that several commands share, and the words they are spelt with.
#include <wattention/cost.h>
#include <wattention/nn.h>

#include <optional>
#include <string>
#include <string_view>

#include "cli/command_line.h"

namespace wattention::cli {

/// Which device, and how it is opened.
struct DeviceChoice {
  std::string device = "cpu";
  DeviceOptions options;
};
void add_device_options(Command& command, DeviceChoice& choice);
/// Of TT-NN, that a card can follow.
std::string release_names(std::string_view separator);
Device open(const DeviceChoice& choice);
/// Throws Error{bad_input} in mode shape, which has no values for the `purpose`, "to print values".
void expect_values(const DeviceChoice& choice, std::string_view purpose);

/// How the attention module runs there. Empty words mean the device's default.
struct AttentionChoice {
  std::string variant;  ///< the command's, see to_config
  std::string dtype;    ///< f32; bf16 on a card, which has nothing else
  std::string core_grid;
  std::string fidelity;
  bool fold_projections = false;
};
void add_attention_options(Command& command, AttentionChoice& choice);
/// What runs where no variant is named.
struct DefaultVariants {
  Variant on_card = Variant::naive;
  Variant on_host = Variant::reference;
};
AttentionConfig to_config(const AttentionChoice& choice, const Device& device,
                          const DefaultVariants& defaults = {});

/// --heads and what goes with it; expect_heads() refuses the rest without it.
void add_heads_options(Command& command, HeadsCase& heads);
void expect_heads(const HeadsCase& heads);

/// A device that has memory of its own: the Wormhole.
bool is_card(const Device& device);
/// The dtype's word; empty: f32, or what a card computes in.
DType choose_dtype(std::string_view word, const Device& device);
/// An option that may be absent.
std::optional<CoreGrid> optional_core_grid(std::string_view word);
std::optional<Fidelity> optional_fidelity(std::string_view word);

}  // namespace wattention::cli
