#include "cost/processor_roofline.h"

#include <algorithm>
#include <cmath>

namespace wattention {
namespace {

Interval between(double low, double high) {
  return {std::sqrt(low * high), low, high};
}

// At one clock: from full cores to equal shares.
Interval forward_at(const Processor& processor, const OperatingPoint& point,
                    const CpuProgram& program, const CpuWork& work) {
  const int threads =
      program.thread_per_core ? processor.big_cores + processor.small_cores : processor.threads;
  const Interval& flops = program.flop_share;
  const Interval& bytes = program.byte_share;
  return between(
      roofline_s(work, full_flops_per_s(point) * flops.high, processor.bytes_per_s * bytes.high),
      roofline_s(work, equal_flops_per_s(processor, point, threads) * flops.low,
                 processor.bytes_per_s * bytes.low));
}

}  // namespace

double full_flops_per_s(const OperatingPoint& point) {
  return point.big_flops_per_s + point.small_flops_per_s;
}

double equal_flops_per_s(const Processor& processor, const OperatingPoint& point, int threads) {
  if (processor.small_cores == 0) return point.big_flops_per_s;
  // The small cores run one thread each, the big ones share the others.
  const double of_big = point.big_flops_per_s / (threads - processor.small_cores);
  const double of_small = point.small_flops_per_s / processor.small_cores;
  return threads * std::min(of_big, of_small);
}

double roofline_s(const CpuWork& work, double flops_per_s, double bytes_per_s) {
  return std::max(work.flops / flops_per_s, work.bytes / bytes_per_s);
}

Interval forward_s(const Processor& processor, const CpuProgram& program, const CpuWork& work) {
  return between(forward_at(processor, processor.turbo, program, work).low,
                 forward_at(processor, processor.base, program, work).high);
}

Interval package_j(const Processor& processor, const CpuProgram& program, const CpuWork& work) {
  const auto joules = [&](const OperatingPoint& point) {
    const Interval time = forward_at(processor, point, program, work);
    return between(time.low * point.package_w.low, time.high * point.package_w.high);
  };
  const Interval base = joules(processor.base), turbo = joules(processor.turbo);
  return between(std::min(base.low, turbo.low), std::max(base.high, turbo.high));
}

Interval loop_s(const Processor& processor, const CpuProgram& program, const CpuWork& work,
                double count) {
  const Interval prepare = between(program.prepare_cycles.low / processor.turbo.core_hz,
                                   program.prepare_cycles.high / processor.base.core_hz);
  return prepare + forward_s(processor, program, work) * count;
}

}  // namespace wattention
