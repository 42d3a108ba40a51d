// Elementwise ops and transpose: threads own stretches of the output.
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/oracle_softmax.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention::wormhole {

namespace {

constexpr std::int64_t line = 32;  // elements of a 64-byte cache line, so that threads share none

/// out[i] = f(i), in shares.
template <class Function>
void for_each_element(std::size_t count, std::span<Bits> out, HostOptions host, Function f) {
  expect(count == out.size(), "[elementwise] expected operands of equal length; found {} and {}",
         count, out.size());
  resolve_isa(host.isa);
  const int threads = resolve_threads(host.threads);
  parallel(threads, [&](int thread) {
    const Share share = share_of(static_cast<std::int64_t>(count), thread, threads, line);
    for (auto i = static_cast<std::size_t>(share.begin); i < static_cast<std::size_t>(share.end);
         ++i)
      out[i] = f(i);
  });
}

void expect_equal(std::size_t a, std::size_t b) {
  expect(a == b, "[elementwise] expected operands of equal length; found {} and {}", a, b);
}

}  // namespace

void multiply_scalar(std::span<const Bits> input, Bits scalar, Fidelity fidelity,
                     std::span<Bits> out, HostOptions host) {
  for_each_element(input.size(), out, host, [&](std::size_t i) {
    return oracle::multiply(input[i], scalar, static_cast<int>(fidelity));
  });
}

void multiply(std::span<const Bits> a, std::span<const Bits> b, Fidelity fidelity,
              std::span<Bits> out, HostOptions host) {
  expect_equal(a.size(), b.size());
  for_each_element(a.size(), out, host, [&](std::size_t i) {
    return oracle::multiply(a[i], b[i], static_cast<int>(fidelity));
  });
}

void add(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out, HostOptions host) {
  expect_equal(a.size(), b.size());
  for_each_element(a.size(), out, host, [&](std::size_t i) { return oracle::add(a[i], b[i]); });
}

void subtract(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out,
              HostOptions host) {
  expect_equal(a.size(), b.size());
  for_each_element(a.size(), out, host,
                   [&](std::size_t i) { return oracle::subtract(a[i], b[i]); });
}

void transpose(MatrixView input, Bits* out, HostOptions host) {
  const int threads = resolve_threads(host.threads);
  parallel(threads, [&](int thread) {
    const Share share = share_of(input.cols, thread, threads, line);
    for (std::int64_t row = 0; row < input.rows; ++row)
      for (std::int64_t col = share.begin; col < share.end; ++col)
        out[col * input.rows + row] = oracle::copy(input.bits[row * input.cols + col]);
  });
}

}  // namespace wattention::wormhole
