#pragma once
// Records made by hand: a measured one, an extrapolated one, a simulated one, a skipped one.
#include "bench/record.h"

namespace wattention {

inline BenchRecord measured_record(std::int64_t count = 2) {
  BenchRecord record;
  record.axes = {.device = "cpu", .dtype = DType::bf16, .count = count, .threads = 2};
  record.kernel = "gemm_bf16+softmax";
  record.isa = "avx512bf16";
  record.threads = 2;
  record.repeats = {{2, 30, 12, 22, 40}, {2, 32, 13, 24, 44}, {2, 31, 12, 23, 42}};
  record.stopped_by = StopReason::spread;
  complete(record, false);
  return record;
}

/// The same with a sensor that answered and one that did not.
inline BenchRecord metered_record() {
  BenchRecord record = measured_record();
  const std::string why = "no platform counter under /sys/class/powercap";
  record.sensors = {{.meter = "rapl-package",
                     .scope = MeterScope::package,
                     .gross_j = Figure::of(Interval{0.75, 0.625, 0.875}, Source::measured),
                     .net_j = Figure::of(0.5, Source::measured),
                     .idle_before_w = 20.5,
                     .idle_after_w = 22,
                     .window_s = 0.625,
                     .forwards = 57},
                    {.meter = "rapl-platform",
                     .scope = MeterScope::platform,
                     .gross_j = Figure::absent(why),
                     .net_j = Figure::absent(why)}};
  record.sensor_comparisons = {"one (package) gives 0.5 times two (wall)"};
  complete(record, false);
  return record;
}

inline BenchRecord simulated_record() {
  BenchRecord record;
  record.axes = {.device = "wormhole",
                 .variant = Variant::resident,
                 .dtype = DType::bf16,
                 .count = 1,
                 .core_grid = CoreGrid{8, 8}};
  record.kernel = "matmul_1d";
  record.threads = 2;
  record.repeats = {{1, 100, 5000, 5000, 9000}};
  record.stopped_by = StopReason::max_time;
  complete(record, true);
  return record;
}

inline BenchRun sample_run() {
  BenchRun run;
  run.context.date = "2026-01-02T03:04:05+00:00";
  run.context.host_name = "bench";
  run.context.command = "wattention bench --count 2,1000";
  run.context.cpu_model = "A CPU";
  run.context.cpu_cores = 2;
  run.context.cpu_mhz = 2600.5;
  run.context.memory_bytes = std::uint64_t{16} << 30;
  run.context.system = "Linux 6.1";
  run.context.compiler = "gcc 12.2.0";
  run.context.compiler_flags = "-O3 -DNDEBUG";
  run.context.build_type = "Release";
  run.context.version = "0.1.0";
  run.records = {measured_record(), measured_record(1000), simulated_record(),
                 skipped_record({.variant = Variant::naive, .dtype = DType::bf16},
                                "[attention] expected a card, or \"one\"; found cpu")};
  return run;
}

}  // namespace wattention
