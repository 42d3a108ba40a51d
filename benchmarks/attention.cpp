// Times forwards of the fused attention:
//   bench_attention --dtype bf16 --tokens 1024 --embed-dim 2048 [--head-dim D] [--threads 2]
//                   [--kernel avx2] [--fold] [--cpu-clock] [--repeats 11]
// One JSON line: the times in ms, sorted; the kernel that ran; GFLOP counted for the plain formula; and the
// ceiling, the kernel's block with its loads from L1, timed between forwards. `of_ceiling` is the median of
// the forwards' rates over it, counting the operations that were done (folded ones where folded).
// --cpu-clock takes this process's CPU time: for one thread on a busy machine.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <wattention/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/cpu/cpu.h"
#include "backends/cpu/kernel_table.h"
#include "backends/cpu/loaded_block.h"
#include "backends/cpu/plan.h"
#include "base/threads.h"
#include "clock.h"
#include "device/backend.h"

namespace {

using namespace wattention;

struct Case {
  std::int64_t tokens = 1024, embed_dim = 2048, head_dim = 0;
  int repeats = 11;
  bool cpu_clock = false;
  DType dtype = DType::f32;
  DeviceOptions device;
  AttentionOptions attention;
};

Case parse(int argc, char** argv) {
  Case c;
  std::map<std::string, std::string> values;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--fold") {
      c.attention.fold_projections = true;
    } else if (word == "--cpu-clock") {
      c.cpu_clock = true;
    } else if (i + 1 < argc) {
      values[word] = argv[++i];
    }
  }
  const auto number = [&values](const char* key, std::int64_t otherwise) {
    return values.count(key) ? std::atoll(values[key].c_str()) : otherwise;
  };
  c.tokens = number("--tokens", c.tokens);
  c.embed_dim = number("--embed-dim", c.embed_dim);
  c.head_dim = number("--head-dim", c.embed_dim);
  c.repeats = static_cast<int>(number("--repeats", c.repeats));
  c.device.threads = static_cast<int>(number("--threads", 0));
  c.device.kernel = values["--kernel"];
  if (values.count("--dtype")) c.dtype = parse_dtype(values["--dtype"]);
  return c;
}

Tensor random(const Shape& shape, DType dtype, float scale, unsigned seed) {
  Tensor tensor = Tensor::empty(shape);
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  for (float& value : tensor.mutable_values<float>()) value = normal(engine);
  return tensor.to(dtype);
}

double seconds(PreparedAttention& attention, const Tensor& tokens, Tensor& context,
               bool cpu_clock) {
  const double start = benchmarks::now_s(cpu_clock);
  attention.forward(tokens, context);
  return benchmarks::now_s(cpu_clock) - start;
}

double ceiling_gflops(cpu::LoadedBlock& block, bool cpu_clock) {
  const double start = benchmarks::now_s(cpu_clock), flop = block.run();
  return flop / (benchmarks::now_s(cpu_clock) - start) * 1e-9;
}

const cpu::GemmKernel& kernel_called(const std::string& name) {
  for (const cpu::GemmKernel& kernel : cpu::gemm_kernels())
    if (name == kernel.name) return kernel;
  throw std::runtime_error("no kernel is called " + name);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Measured {
  std::vector<double> times_ms, ceilings, shares;
};

Measured measure(const Case& c, PreparedAttention& attention, const OpReport& report,
                 const Tensor& tokens, Tensor& context, double gflop_done) {
  cpu::LoadedBlock block(kernel_called(report.kernel), resolve_threads(c.device.threads));
  Measured measured;
  for (int i = 0; i < c.repeats;) {
    // Short forwards follow one another for a while, as in use: the caches stay theirs.
    double span = 0;
    const int first = i;
    for (; i < c.repeats && span < 0.02; ++i) {
      measured.times_ms.push_back(seconds(attention, tokens, context, c.cpu_clock) * 1e3);
      span += measured.times_ms.back() * 1e-3;
    }
    measured.ceilings.push_back(ceiling_gflops(block, c.cpu_clock));
    measured.shares.push_back(gflop_done * (i - first) / span / measured.ceilings.back());
  }
  std::sort(measured.times_ms.begin(), measured.times_ms.end());
  return measured;
}

bool folded(const OpReport& report) {
  return std::find(report.attributes.begin(), report.attributes.end(),
                   std::pair<std::string, std::string>("projections", "folded")) !=
         report.attributes.end();
}

struct Weights {
  Tensor query, key, value;
};

std::unique_ptr<PreparedAttention> prepare(Backend& device, const Weights& weights, const Case& c) {
  return device.prepare_attention(weights.query, weights.key, weights.value, c.attention);
}

// What one forward reports; the timed module keeps no reports.
OpReport explained(const Case& c, const Weights& weights, const Tensor& tokens, Tensor& context) {
  DeviceOptions options = c.device;
  options.explain = true;
  const std::shared_ptr<Backend> device = open_cpu(options);
  prepare(*device, weights, c)->forward(tokens, context);
  return device->take_reports().back();
}

void run(const Case& c) {
  const Shape shape{c.head_dim, c.embed_dim};
  const float scale = 1.0f / std::sqrt(static_cast<float>(c.embed_dim));
  const Weights weights{random(shape, c.dtype, scale, 1), random(shape, c.dtype, scale, 2),
                        random(shape, c.dtype, scale, 3)};
  const Tensor tokens = random({c.tokens, c.embed_dim}, c.dtype, 1.0f, 4);
  Tensor context = Tensor::empty({c.tokens, c.head_dim}, c.dtype);
  const OpReport report = explained(c, weights, tokens, context);
  const auto attention = prepare(*open_cpu(c.device), weights, c);
  for (int i = 0; i < 3; ++i) attention->forward(tokens, context);
  const cpu::ForwardCost cost = cpu::cost_of(c.tokens, c.embed_dim, c.head_dim);
  const double gflop = 2e-9 * cost.plain, gflop_done = folded(report) ? 2e-9 * cost.folded : gflop;
  const Measured measured = measure(c, *attention, report, tokens, context, gflop_done);
  const double time_ms = median(measured.times_ms);
  fmt::print(
      "{{\"kernel\": \"{}\", \"tokens\": {}, \"embed_dim\": {}, \"dtype\": \"{}\", \"gflop\": "
      "{:.4f}, "
      "\"median_ms\": {:.4f}, \"min_ms\": {:.4f}, \"gflop_per_s\": {:.1f}, "
      "\"loaded_gflop_per_s\": {:.1f}, \"of_ceiling\": {:.3f}, \"times_ms\": [{:.4f}]}}\n",
      report.kernel, c.tokens, c.embed_dim, to_string(c.dtype), gflop, time_ms,
      measured.times_ms.front(), gflop / time_ms * 1e3, median(measured.ceilings),
      median(measured.shares), fmt::join(measured.times_ms, ", "));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
