#include "device/backend.h"

#include <algorithm>

#include "device/attention_parts.h"

namespace wattention {
namespace {

// Every device takes those.
AttributeSet attributes_of_role_what() {
  AttributeSet set;
  for (const AttributeRow& row : attribute_rows())
    if (row.role == AttributeRole::what) set = set | row.attribute;
  return set;
}

std::optional<Refusal> refuse_attributes(const OpCall& call, const Backend& device) {
  static const AttributeSet what = attributes_of_role_what();
  const AttributeSet refused =
      set_attributes(call.attributes) - what - device.capabilities().attributes;
  if (refused.empty()) return std::nullopt;
  const AttributeRow& row = row_of(refused.first());
  return refuse(ErrorKind::unsupported, "[{}] expected no {} on {}, which takes none; found {}",
                call.name(), row.name, device.name(), text_of(call.attributes, row.attribute));
}

std::optional<Refusal> refuse_layout(const OpCall& call, const Backend& device) {
  const auto& layouts = device.capabilities().layouts;
  const auto& asked = call.attributes.layout;
  if (!asked || std::ranges::find(layouts, *asked) != layouts.end()) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected layout {} on {}, which has no other; found {}", call.name(),
                to_string(layouts.front()), device.name(), to_string(*asked));
}

}  // namespace

void PreparedAttention::forward_all(std::span<const Tensor> tokens, std::span<Tensor> contexts) {
  for (std::size_t i = 0; i < tokens.size(); ++i) forward(tokens[i], contexts[i]);
}

Tensor PreparedAttention::forward_there(const Tensor& tokens) {
  fail(ErrorKind::unsupported, "[attention] expected host tensors; found tokens on {}",
       tokens.device_name());
}

std::optional<Refusal> Backend::refusal(const OpCall& call) const {
  if (auto refusal = refuse_attributes(call, *this)) return refusal;
  if (auto refusal = refuse_layout(call, *this)) return refusal;
  return refusal_here(call);
}

std::unique_ptr<PreparedAttention> Backend::prepare_attention(const Tensor&, const Tensor&,
                                                              const Tensor&,
                                                              const AttentionOptions&) {
  fail(ErrorKind::unsupported, "[attention] expected a device with a fused kernel; found {}",
       name());
}

std::unique_ptr<AttentionParts> Backend::attention_parts(const OpCall& call) {
  fail(ErrorKind::unsupported,
       "[{}] expected a device that merges parts of the keys, as cpu does; found {}", call.name(),
       name());
}

}  // namespace wattention
