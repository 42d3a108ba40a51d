#pragma once
// Kernels that take a row or a line at a time: threads own whole ones.
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

/// body(i) for each of `count` lines, of `elements` in all, on as many threads as they are worth.
template <class Body>
void for_each_line(std::int64_t count, std::size_t elements, HostOptions host, Body body) {
  const int threads = useful_threads(static_cast<double>(elements), least_softmax_elements,
                                     resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      interruption_point();
      body(i);
    }
  });
}

}  // namespace wattention::wormhole
