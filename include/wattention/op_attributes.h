#pragma once
// Attributes of ops, generated from op_attributes.inc: the words that callers, ops and devices share.
#include <wattention/activation.h>
#include <wattention/device.h>
#include <wattention/dims.h>
#include <wattention/program_config.h>
#include <wattention/sharding.h>
#include <wattention/tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wattention {

/// Where attention's queries stand among the keys: query 0 at key 0, or the last query at the last key.
enum class CausalAlignment { top_left, bottom_right };
std::string_view to_string(CausalAlignment alignment);
/// "top_left", "bottom_right". Throws Error{bad_input} for any other word.
CausalAlignment parse_causal_alignment(std::string_view word);

/// All optional: unset means the op's usual case, or what the device's release does by itself.
/// matmul(a, b, {.core_grid = CoreGrid{8, 8}, .fidelity = Fidelity::hifi4})
struct OpAttributes {
#define WATTENTION_ATTRIBUTE(name, type, role, meaning) std::optional<type> name = std::nullopt;
#include <wattention/op_attributes.inc>
#undef WATTENTION_ATTRIBUTE
  friend bool operator==(const OpAttributes&, const OpAttributes&) = default;
};

enum class AttributeRole {
  what,  ///< changes what is computed: every device takes it
  how    ///< changes how: a device takes it only where its capabilities say so
};

struct AttributeRow {
  Attribute attribute;
  std::string_view name;
  AttributeRole role;
  bool is_flag;  ///< true or false
  std::string_view meaning;
};

/// In the list's order; attribute_rows()[i] is the attribute of value i.
std::span<const AttributeRow> attribute_rows();
inline const AttributeRow& row_of(Attribute attribute) {
  return attribute_rows()[static_cast<std::size_t>(attribute)];
}
std::string_view to_string(Attribute attribute);

/// Calls visit(Attribute, std::optional<T>&) for each attribute, set or not.
template <class Attributes, class Visit>
void for_each_attribute(Attributes&& attributes, Visit visit) {
#define WATTENTION_ATTRIBUTE(name, type, role, meaning) visit(Attribute::name, attributes.name);
#include <wattention/op_attributes.inc>
#undef WATTENTION_ATTRIBUTE
}

AttributeSet set_attributes(const OpAttributes& attributes);
/// The value's word, as parse_attribute takes it: "8x8", "hifi4", "true", "[1, 0]"; "unset".
std::string text_of(const OpAttributes& attributes, Attribute attribute);
/// Sets one from a person's word. Throws Error{bad_input} for a word that is no such value.
void parse_attribute(OpAttributes& attributes, Attribute attribute, std::string_view word);

/// Options of a whole attention as one prepared object (FusedAttention).
struct AttentionOptions {
  /// Use scores = x (Wq^T Wk) x^T when that saves work: one projection less per forward, other rounding.
  bool fold_projections = false;
};

}  // namespace wattention
