#pragma once
// A function of two elements on tensors: threads own stretches of the result.
#include <span>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/useful_threads.h"

namespace wattention::wormhole {

/// out[i] = function(a[i], b[i]); all of one length. A thread gets at least `least` of them.
template <class Element, class Function>
void for_each_pair(std::span<const Element> a, std::span<const Element> b, std::span<Element> out,
                   double least, HostOptions host, Function function) {
  constexpr std::int64_t line =
      64 / sizeof(Element);  // of a cache line, so that threads share none
  const auto count = static_cast<std::int64_t>(out.size());
  const int threads =
      useful_threads(static_cast<double>(count), least, resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads, line);
    for (auto i = static_cast<std::size_t>(share.begin); i < static_cast<std::size_t>(share.end);
         ++i)
      out[i] = function(a[i], b[i]);
  });
}

}  // namespace wattention::wormhole
