#pragma once
// Who sees whom, in the numbers of two ranks' own tokens.
#include <wattention/attention.h>

#include <optional>

namespace wattention {

/// Query i of rank `own` is token i * size + own, key j of rank `other` is token j * size + other. What the options of
/// the whole sequence say of these tokens, as options of the two ranks' part; nothing where no query sees a key.
///
/// A query sees from -left to +right tokens around it (causal: right is 0):
///   i * size + own - left <= j * size + other <= i * size + own + right
///   i + ceil((own - other - left) / size) <= j <= i + floor((own - other + right) / size)
std::optional<ScaledDotProductAttentionOptions> ring_options(
    const ScaledDotProductAttentionOptions& whole, int own, int other, int size);

}  // namespace wattention
