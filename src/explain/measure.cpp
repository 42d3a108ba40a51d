#include "explain/measure.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/threads.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

// By blocks of one size, merged in their order: the same for any number of threads.
constexpr std::int64_t block = 1 << 16;
// What is widened at a time stays in the first level of caches.
constexpr std::int64_t at_once = 1 << 10;

const double* widened_part(const Tensor& host, std::int64_t begin, std::int64_t count,
                           double* room) {
  if (host.dtype() == DType::f64) return host.values<double>().data() + begin;
  widen(host, begin, count, room);
  return room;
}

ErrorSums block_sums(const Tensor& values, const Tensor& exact, std::int64_t begin,
                     std::int64_t end) {
  double value_room[at_once], exact_room[at_once];
  ErrorSums sums;
  for (; begin < end; begin += at_once) {
    const std::int64_t count = std::min(at_once, end - begin);
    add_errors(widened_part(values, begin, count, value_room),
               widened_part(exact, begin, count, exact_room), count, values.dtype(), sums);
  }
  return sums;
}

ErrorSums all_sums(const Tensor& values, const Tensor& exact, int threads) {
  const std::int64_t count = exact.numel();
  threads = threads_for(count, threads);
  std::vector<ErrorSums> parts(static_cast<std::size_t>((count + block - 1) / block));
  parallel(threads, [&](int thread) {
    const Share share = share_of(static_cast<std::int64_t>(parts.size()), thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i)
      parts[static_cast<std::size_t>(i)] =
          block_sums(values, exact, i * block, std::min(count, (i + 1) * block));
  });
  ErrorSums all;
  for (const ErrorSums& part : parts) all.merge(part);
  return all;
}

}  // namespace

int threads_for(std::int64_t elements, int threads) {
  constexpr double least_elements = 5e4;  // several times a fork and join
  return useful_threads(static_cast<double>(elements), least_elements, threads);
}

Measured measured_of(const ErrorSums& sums) {
  Measured measured;
  ErrorFigures& figures = measured.figures;
  figures.relative_l2 = sums.relative_l2();
  figures.max_abs = sums.max_abs;
  figures.max_ulp = sums.max_ulp;
  // What is infinite correlates with nothing: no bound on a PCC is reached then.
  figures.pcc = sums.not_finite > 0 ? 0 : sums.pcc();
  figures.bias = sums.bias();
  figures.not_finite = sums.not_finite;
  measured.rounding_l2 = sums.rounding_l2();
  measured.equal = sums.is_exact();
  return measured;
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return std::memcmp(a.storage()->host_bytes(), b.storage()->host_bytes(),
                     static_cast<std::size_t>(a.numel()) * size_of(a.dtype())) == 0;
}

Measured measure(const Tensor& values, const Tensor& exact, int threads) {
  // Those of integers need no look.
  if (values.dtype() == exact.dtype() && is_integer(exact.dtype()) && same_bytes(values, exact))
    return unmoved();
  Measured measured = measured_of(all_sums(values, exact, threads));
  // A block format's rounding hangs on neighbours.
  if (is_block(values.dtype()) && exact.numel() > 0)
    measured.rounding_l2 =
        measured_of(all_sums(exact.to(DType::f32).to(values.dtype()), exact, threads))
            .figures.relative_l2;
  return measured;
}

Tensor widened(const Tensor& host, int threads) {
  if (host.dtype() == DType::f64 || is_integer(host.dtype())) return host;
  Tensor wide = Tensor::empty(host.shape(), DType::f64);
  double* const to = wide.mutable_values<double>().data();
  threads = threads_for(host.numel(), threads);
  parallel(threads, [&](int thread) {
    const Share part = share_of(host.numel(), thread, threads);
    widen(host, part.begin, part.end - part.begin, to + part.begin);
  });
  return wide;
}

}  // namespace wattention
