#include "explain/shadows.h"

#include <utility>

namespace wattention {

void Shadows::set(const Tensor& tensor, Shadow shadow) {
  entries_[tensor.storage().get()] = {tensor.storage(), std::move(shadow)};
  drop_dead();
}

void Shadows::set_exact(const Tensor& tensor) {
  set(tensor, {});
}

// A walk costs as much as there are entries: one at each call, however few are dead, so that no large one lingers.
void Shadows::drop_dead() {
  std::erase_if(entries_, [](const auto& entry) { return entry.second.storage.expired(); });
}

std::optional<Shadows::Shadow> Shadows::find(const Tensor& tensor) const {
  const auto found = entries_.find(tensor.storage().get());
  if (found == entries_.end() || found->second.storage.expired()) return std::nullopt;
  Shadow shadow = found->second.shadow;
  if (!shadow.values.defined() || shadow.values.shape() == tensor.shape()) return shadow;
  if (shadow.values.numel() != tensor.numel()) return std::nullopt;  // a view of a part
  shadow.values = shadow.values.view(tensor.shape());
  return shadow;
}

}  // namespace wattention
