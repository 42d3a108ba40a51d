// Times forwards of the fused attention: bench_attention --dtype bf16 --tokens 1024 --embed-dim 2048
// [--head-dim D] [--threads 2] [--kernel avx2] [--fold] [--cpu-clock] [--repeats 11]. One JSON line: the times in ms,
// sorted (--cpu-clock: this process's CPU time, for one thread on a busy machine), the kernel that ran, GFLOP counted for the plain formula. tools read it (compare_torch.py).
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <wattention/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "backends/cpu/cpu.h"
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
  c.device.explain = true;
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

double now_ms(bool cpu_clock) {
  timespec time{};
  clock_gettime(cpu_clock ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return double(time.tv_sec) * 1e3 + double(time.tv_nsec) * 1e-6;
}

double milliseconds(PreparedAttention& attention, const Tensor& tokens, Tensor& context,
                    bool cpu_clock) {
  const double start = now_ms(cpu_clock);
  attention.forward(tokens, context);
  return now_ms(cpu_clock) - start;
}

void run(const Case& c) {
  const std::shared_ptr<Backend> cpu = open_cpu(c.device);
  const Shape weight_shape{c.head_dim, c.embed_dim};
  const float scale = 1.0f / std::sqrt(static_cast<float>(c.embed_dim));
  const auto attention = cpu->prepare_attention(
      random(weight_shape, c.dtype, scale, 1), random(weight_shape, c.dtype, scale, 2),
      random(weight_shape, c.dtype, scale, 3), c.attention);
  const Tensor tokens = random({c.tokens, c.embed_dim}, c.dtype, 1.0f, 4);
  Tensor context = Tensor::empty({c.tokens, c.head_dim}, c.dtype);
  for (int i = 0; i < 3; ++i) milliseconds(*attention, tokens, context, c.cpu_clock);
  const OpReport report = cpu->take_reports().back();
  std::vector<double> times;
  for (int i = 0; i < c.repeats; ++i)
    times.push_back(milliseconds(*attention, tokens, context, c.cpu_clock));
  std::sort(times.begin(), times.end());
  const double t = double(c.tokens), e = double(c.embed_dim), d = double(c.head_dim);
  const double gflop = (6 * t * e * d + 4 * t * t * d) * 1e-9;
  fmt::print(
      "{{\"kernel\": \"{}\", \"tokens\": {}, \"embed_dim\": {}, \"dtype\": \"{}\", \"gflop\": "
      "{:.4f}, "
      "\"median_ms\": {:.4f}, \"min_ms\": {:.4f}, \"gflop_per_s\": {:.1f}, \"times_ms\": "
      "[{:.4f}]}}\n",
      report.kernel, c.tokens, c.embed_dim, to_string(c.dtype), gflop, times[times.size() / 2],
      times.front(), gflop / times[times.size() / 2] * 1e3, fmt::join(times, ", "));
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
