#pragma once
// One function on each element, in f32, on as many threads as the elements are worth.
#include "backends/cpu/useful_threads.h"
#include "base/threads.h"
#include "device/op_call.h"

namespace wattention::cpu {

/// Calls body(share) on as many threads as the elements are worth.
template <class Body>
void for_shares(std::int64_t count, int threads, Body body) {
  constexpr std::int64_t grain = 64;
  const int used = useful_threads(static_cast<double>(count), least_moved_elements, threads);
  parallel(used, [&](int thread) { body(share_of(count, thread, used, grain)); });
}

/// Calls body(Element{}) with the call's element type: float or bfloat16.
template <class Body>
void with_element(const OpCall& call, Body body) {
  if (call.a().dtype() == DType::f32)
    body(float{});
  else
    body(bfloat16{});
}

}  // namespace wattention::cpu
