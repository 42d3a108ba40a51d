#pragma once
// Inputs that attention meets, each hard in its own way, by name.
#include <wattention/tensor.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace wattention {

/// "normal": randn. "outliers": every 97th element 100 times larger, as activations of trained models have.
/// "ties": only three different tokens, so scores repeat exactly. "large": 30 times randn, so that softmax is
/// nearly one-hot and an unprotected exp overflows.
std::span<const std::string_view> input_names();

/// [tokens, embed_dim] in f32, the same for the same seed. Throws Error{bad_input} for another name.
Tensor make_input(std::string_view name, std::int64_t tokens, std::int64_t embed_dim,
                  std::uint64_t seed);

}  // namespace wattention
