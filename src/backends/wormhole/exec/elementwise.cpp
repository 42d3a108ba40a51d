// Elementwise ops and transpose: threads own stretches of the output.
#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/exec/elementwise_choice.h"
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "base/fail.h"

namespace wattention::wormhole {

namespace {

constexpr std::int64_t line = 32;  // elements of a 64-byte cache line, so that threads share none

void expect_equal(std::size_t a, std::size_t b) {
  expect(a == b, "[elementwise] expected operands of equal length; found {} and {}", a, b);
}

/// In each thread's share: vectors(kernels, begin, count) for whole vectors, one(i) for the rest or for all.
template <class Vectors, class One>
void for_each_element(std::size_t count, std::span<Bits> out, HostOptions host, Vectors vectors,
                      One one) {
  expect_equal(count, out.size());
  const ElementwiseKernels* kernels = elementwise_kernels(resolve_isa(host.isa));
  const int threads =
      useful_threads(static_cast<double>(count), least_elements, resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(static_cast<std::int64_t>(count), thread, threads, line);
    const std::int64_t whole = kernels == nullptr ? 0 : (share.end - share.begin) / 16 * 16;
    if (whole > 0) vectors(*kernels, share.begin, whole);
    for (std::int64_t i = share.begin + whole; i < share.end; ++i)
      out[static_cast<std::size_t>(i)] = one(static_cast<std::size_t>(i));
  });
}

}  // namespace

void multiply_scalar(std::span<const Bits> input, Bits scalar, Fidelity fidelity,
                     std::span<Bits> out, HostOptions host) {
  const int phases = static_cast<int>(fidelity);
  for_each_element(
      input.size(), out, host,
      [&](const ElementwiseKernels& kernels, std::int64_t begin, std::int64_t count) {
        kernels.multiply_scalar(input.data() + begin, scalar, count, phases, out.data() + begin);
      },
      [&](std::size_t i) { return kernels::multiply(input[i], scalar, phases); });
}

void multiply(std::span<const Bits> a, std::span<const Bits> b, Fidelity fidelity,
              std::span<Bits> out, HostOptions host) {
  expect_equal(a.size(), b.size());
  const int phases = static_cast<int>(fidelity);
  for_each_element(
      a.size(), out, host,
      [&](const ElementwiseKernels& kernels, std::int64_t begin, std::int64_t count) {
        kernels.multiply(a.data() + begin, b.data() + begin, count, phases, out.data() + begin);
      },
      [&](std::size_t i) { return kernels::multiply(a[i], b[i], phases); });
}

namespace {

void add_flipped(std::span<const Bits> a, std::span<const Bits> b, Bits b_flip, std::span<Bits> out,
                 HostOptions host) {
  expect_equal(a.size(), b.size());
  for_each_element(
      a.size(), out, host,
      [&](const ElementwiseKernels& kernels, std::int64_t begin, std::int64_t count) {
        kernels.add(a.data() + begin, b.data() + begin, b_flip, count, out.data() + begin);
      },
      [&](std::size_t i) {
        return b_flip == 0 ? kernels::add(a[i], b[i]) : kernels::subtract(a[i], b[i]);
      });
}

}  // namespace

void add(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out, HostOptions host) {
  add_flipped(a, b, 0, out, host);
}

void subtract(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out,
              HostOptions host) {
  add_flipped(a, b, 0x8000, out, host);
}

namespace {

// Columns [first, last) of one matrix become rows of out.
void transpose_columns(MatrixView input, std::int64_t first, std::int64_t last, Bits* out) {
  for (std::int64_t row_tile = 0; row_tile < input.rows; row_tile += line)
    for (std::int64_t col = first; col < last; ++col)
      for (std::int64_t row = row_tile; row < std::min(input.rows, row_tile + line); ++row)
        out[col * input.rows + row] = kernels::copy(input.bits[row * input.cols + col]);
}

}  // namespace

void transpose(MatrixView input, std::int64_t matrices, Bits* out, HostOptions host) {
  const int threads = useful_threads(static_cast<double>(input.rows * input.cols), least_elements,
                                     resolve_threads(host.threads));
  const MatrixView one{input.bits, input.rows / matrices, input.cols};
  const std::int64_t lines = (one.cols + line - 1) / line;
  parallel(threads, [&](int thread) {
    const Share share = share_of(matrices * lines, thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const std::int64_t offset = i / lines * one.rows * one.cols, first = i % lines * line;
      transpose_columns({one.bits + offset, one.rows, one.cols}, first,
                        std::min(first + line, one.cols), out + offset);
    }
  });
}

void pack_in_place(std::span<Bits> values, HostOptions host) {
  const auto count = static_cast<std::int64_t>(values.size());
  const int threads =
      useful_threads(static_cast<double>(count), least_elements, resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads, line);
    for (Bits& value : values.subspan(static_cast<std::size_t>(share.begin),
                                      static_cast<std::size_t>(share.end - share.begin)))
      value = kernels::copy(value);
  });
}

}  // namespace wattention::wormhole
