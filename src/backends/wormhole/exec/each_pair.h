#pragma once
// A function of two elements on tensors: threads own stretches of the result.
#include <span>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/useful_threads.h"

namespace wattention::wormhole {

/// body(from, to) for stretches of `count` elements. A thread gets at least `least` of them.
template <class Body>
void for_each_stretch(std::size_t count, double least, HostOptions host, Body body) {
  constexpr std::int64_t line = 64;  // elements of a byte or more, so that threads share no line
  const int threads =
      useful_threads(static_cast<double>(count), least, resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(static_cast<std::int64_t>(count), thread, threads, line);
    body(static_cast<std::size_t>(share.begin), static_cast<std::size_t>(share.end));
  });
}

/// out[i] = function(a[i], b[i]); all of one length.
template <class Element, class Function>
void for_each_pair(std::span<const Element> a, std::span<const Element> b, std::span<Element> out,
                   double least, HostOptions host, Function function) {
  for_each_stretch(out.size(), least, host, [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) out[i] = function(a[i], b[i]);
  });
}

}  // namespace wattention::wormhole
