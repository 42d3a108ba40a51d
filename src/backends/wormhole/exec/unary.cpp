#include "backends/wormhole/exec/unary.h"

#include "backends/wormhole/exec/useful_threads.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t line = 32;  // elements of a 64-byte cache line, so that threads share none
constexpr std::size_t patterns = 65536;

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

const std::vector<Bits>& UnaryTables::table_of(const UnaryFunction& function, int threads) {
  // Few programs differ in their numbers. A caller that changes one all the time gets no more memory than this.
  constexpr std::size_t most_tables = 64;
  if (tables_.size() >= most_tables) tables_.clear();
  std::vector<Bits> all(patterns);
  for (std::size_t i = 0; i < patterns; ++i) all[i] = static_cast<Bits>(i);
  apply_each<Bits>(all, all, threads, function);
  return tables_[{function.kernels.bf16, function.numbers}] = std::move(all);
}

// A kernel takes 10 ns to 6 us an element, a look-up less than 1 ns: from a quarter of the patterns on the table is
// made, since the next tensor of that size will want it.
void UnaryTables::apply(const UnaryFunction& function, std::span<const Bits> in,
                        std::span<Bits> out, HostOptions host) {
  expect_equal(in.size(), out.size());
  const auto known = tables_.find({function.kernels.bf16, function.numbers});
  if (known == tables_.end() && in.size() < patterns / 4)
    return apply_each<Bits>(in, out, threads_for(in.size(), least_kernel_elements, host), function);
  const std::vector<Bits>& table =
      known != tables_.end()
          ? known->second
          : table_of(function, threads_for(patterns, least_kernel_elements, host));
  const Bits* results = table.data();
  apply_each<Bits>(in, out, threads_for(in.size(), least_elements, host),
                   [results](Bits value) { return results[value]; });
}

void apply(const UnaryFunction& function, std::span<const Word> in, std::span<Word> out,
           HostOptions host) {
  expect_equal(in.size(), out.size());
  apply_each<Word>(in, out, threads_for(in.size(), least_kernel_elements, host), function);
}

}  // namespace wattention::wormhole
