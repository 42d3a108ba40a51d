#pragma once
// A function of one bf16 pattern over many elements: there are 65,536 patterns, so long tensors read a table.
#include <span>
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/useful_threads.h"

namespace wattention::wormhole {

/// out[i] = function(input[i]); `out` may be the input.
template <class Function>
void apply_to_patterns(std::span<const Bits> input, Function function, std::span<Bits> out,
                       HostOptions host) {
  constexpr std::size_t patterns = 65536;
  const auto count = static_cast<std::int64_t>(input.size());
  std::vector<Bits> table;
  if (input.size() > patterns) {
    table.resize(patterns);
    for (std::size_t i = 0; i < patterns; ++i) table[i] = function(static_cast<Bits>(i));
  }
  const int threads =
      useful_threads(static_cast<double>(count), least_elements, resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    constexpr std::int64_t line = 32;  // elements of a cache line, so that threads share none
    const Share share = share_of(count, thread, threads, line);
    for (auto i = static_cast<std::size_t>(share.begin); i < static_cast<std::size_t>(share.end);
         ++i)
      out[i] = table.empty() ? function(input[i]) : table[input[i]];
  });
}

}  // namespace wattention::wormhole
