#include "backends/wormhole/exec/unary.h"

#include "backends/wormhole/exec/pattern_table.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t line = 32;  // elements of a 64-byte cache line, so that threads share none

template <class Element, class Function>
void apply_each(std::span<const Element> in, std::span<Element> out, int threads,
                Function function) {
  parallel(threads, [&](int thread) {
    const Share share = share_of(static_cast<std::int64_t>(in.size()), thread, threads, line);
    for (auto i = static_cast<std::size_t>(share.begin); i < static_cast<std::size_t>(share.end);
         ++i)
      out[i] = function(in[i]);
  });
}

int threads_for(std::size_t count, double least, HostOptions host) {
  return useful_threads(static_cast<double>(count), least, resolve_threads(host.threads));
}

void expect_equal(std::size_t in, std::size_t out) {
  expect(in == out, "[unary] expected operands of equal length; found {} and {}", in, out);
}

}  // namespace

UnaryTables::Use& UnaryTables::use_of(const UnaryFunction& function) {
  // Few programs differ in their numbers. A caller that changes one all the time gets no more memory than this.
  constexpr std::size_t most_tables = 64;
  const std::pair key(function.kernels.bf16, function.numbers);
  if (uses_.size() >= most_tables && !uses_.contains(key)) uses_.clear();
  return uses_[key];
}

// A kernel takes 10 ns to 6 us an element, a look-up less than 1 ns: from a quarter of the patterns on, in one tensor
// or in several, the table is made, since the next tensor will want it.
void UnaryTables::apply(const UnaryFunction& function, std::span<const Bits> in,
                        std::span<Bits> out, HostOptions host) {
  expect_equal(in.size(), out.size());
  Use& use = use_of(function);
  if (use.table.empty() && use.elements + in.size() < bf16_patterns / 4) {
    use.elements += in.size();
    return apply_each<Bits>(in, out, threads_for(in.size(), least_kernel_elements, host), function);
  }
  if (use.table.empty()) {
    std::vector<Bits> all(bf16_patterns);
    for (std::size_t i = 0; i < bf16_patterns; ++i) all[i] = static_cast<Bits>(i);
    apply_each<Bits>(all, all, threads_for(bf16_patterns, least_kernel_elements, host), function);
    use.table = std::move(all);
  }
  apply_each<Bits>(in, out, threads_for(in.size(), least_elements, host),
                   [results = use.table.data()](Bits value) { return results[value]; });
}

void apply(const UnaryFunction& function, std::span<const Word> in, std::span<Word> out,
           HostOptions host) {
  expect_equal(in.size(), out.size());
  apply_each<Word>(in, out, threads_for(in.size(), least_kernel_elements, host), function);
}

}  // namespace wattention::wormhole
