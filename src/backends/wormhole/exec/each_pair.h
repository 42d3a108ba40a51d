#pragma once
// A function of two elements on tensors: threads own stretches of the result.
#include <span>

#include "backends/wormhole/exec/words.h"

namespace wattention::wormhole {

/// out[i] = function(a[i], b[i]); all of one length. A thread gets at least `least` of them.
template <class Element, class Function>
void for_each_pair(std::span<const Element> a, std::span<const Element> b, std::span<Element> out,
                   double least, HostOptions host, Function function) {
  const auto body = [&](Share share) {
    for (auto i = static_cast<std::size_t>(share.begin); i < static_cast<std::size_t>(share.end);
         ++i)
      out[i] = function(a[i], b[i]);
  };
  for_each_share(static_cast<std::int64_t>(out.size()), host, body, least);
}

}  // namespace wattention::wormhole
