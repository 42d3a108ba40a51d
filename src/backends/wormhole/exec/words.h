#pragma once
// Functions of elements of up to 32 bits, tensor by tensor: each element as a word, whatever its dtype.
#include <wattention/dtype.h>

#include <cstddef>
#include <cstring>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/useful_threads.h"

namespace wattention::wormhole {

/// An element as the vector unit loads it: a bf16 in the upper half, others in the low bits.
inline Word load_word(const std::byte* elements, std::int64_t i, DType dtype) {
  const auto at = static_cast<std::size_t>(i);
  if (size_of(dtype) == 4) {
    Word word;
    std::memcpy(&word, elements + at * 4, 4);
    return word;
  }
  Bits bits;
  std::memcpy(&bits, elements + at * 2, 2);
  return dtype == DType::bf16 ? widen(bits) : bits;
}

/// A bf16 comes in the low bits.
inline void store_word(std::byte* elements, std::int64_t i, DType dtype, Word word) {
  const auto at = static_cast<std::size_t>(i);
  const auto half = static_cast<Bits>(word);
  if (size_of(dtype) == 4)  // two sizes that the compiler knows: a move each
    std::memcpy(elements + at * 4, &word, 4);
  else
    std::memcpy(elements + at * 2, &half, 2);
}

/// Calls body(share) with the shares of `count` elements on as many threads as they are worth: `least` for each.
template <class Body>
void for_each_share(std::int64_t count, HostOptions host, Body body,
                    double least = least_elements) {
  constexpr std::int64_t line = 32;  // elements, so that no cache line is shared
  const int threads =
      useful_threads(static_cast<double>(count), least, resolve_threads(host.threads));
  parallel(threads, [&](int thread) { body(share_of(count, thread, threads, line)); });
}

/// body(i) for each of `count` elements.
template <class Body>
void for_each_word(std::int64_t count, HostOptions host, Body body) {
  for_each_share(count, host, [body](Share share) {
    for (std::int64_t i = share.begin; i < share.end; ++i) body(i);
  });
}

}  // namespace wattention::wormhole
