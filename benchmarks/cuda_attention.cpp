// Times the fused attention on the device cuda:
//   bench_cuda_attention [--tokens 1024] [--embed-dim 2048] [--head-dim 2048] [--dtype bf16] [--fold] [--batch 1]
//                        [--rounds 11] [--forwards 200] [--host] [--joules] [--algorithms]
//   bench_cuda_attention --heads 16 --batch 4 --tokens 4096 --head-dim 128
// One JSON line. `resident_ms`: a tensor, tokens and context in the GPU's memory; the median of the rounds, each of so
// many forwards over 16 different inputs. `host_ms` (--host): 64 tensors from host to host with overlap, per tensor,
// page-locked and not, and one at a time. `joules` (--joules): per tensor, by the board's own counter, resident.
// With --heads it is cuDNN's attention alone, as the device calls it.
// `algorithms` (--algorithms): each algorithm that was tried for each product, with its time.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <wattention/energy.h>
#include <wattention/ops.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/cuda/memory.h"
#include "backends/cuda/products.h"
#include "backends/cuda/sdpa.h"
#include "backends/cuda/transfers.h"

namespace {

using namespace wattention;

struct Case {
  std::int64_t tokens = 1024, embed_dim = 2048, head_dim = 2048, batch = 1, heads = 0;
  int rounds = 11, forwards = 200;
  bool host = false, joules = false, algorithms = false;
  DType dtype = DType::bf16;
  AttentionOptions attention;
};

Case parse(int argc, char** argv) {
  Case c;
  std::map<std::string, std::string> values;
  const std::map<std::string, bool*> flags{{"--fold", &c.attention.fold_projections},
                                           {"--host", &c.host},
                                           {"--joules", &c.joules},
                                           {"--algorithms", &c.algorithms}};
  for (int i = 1; i < argc; ++i) {
    if (const auto flag = flags.find(argv[i]); flag != flags.end())
      *flag->second = true;
    else if (i + 1 < argc)
      values[argv[i]] = argv[i + 1], ++i;
  }
  const auto number = [&values](const char* key, std::int64_t otherwise) {
    return values.count(key) ? std::atoll(values[key].c_str()) : otherwise;
  };
  c.tokens = number("--tokens", c.tokens);
  c.embed_dim = number("--embed-dim", c.embed_dim);
  c.head_dim = number("--head-dim", c.head_dim);
  c.batch = number("--batch", c.batch);
  c.heads = number("--heads", c.heads);
  c.rounds = static_cast<int>(number("--rounds", c.rounds));
  c.forwards = static_cast<int>(number("--forwards", c.forwards));
  if (values.count("--dtype")) c.dtype = parse_dtype(values["--dtype"]);
  return c;
}

Tensor random(const Shape& shape, float scale, unsigned seed) {
  Tensor tensor = Tensor::empty(shape);
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  // Drawn for the first million, then repeated from another place: seconds would go by otherwise.
  const std::span<float> values = tensor.mutable_values<float>();
  const std::size_t drawn = std::min<std::size_t>(values.size(), 1u << 20);
  for (std::size_t i = 0; i < drawn; ++i) values[i] = normal(engine);
  for (std::size_t i = drawn; i < values.size(); ++i) values[i] = values[i - drawn];
  return tensor;
}

double now_ms() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Waits for the GPU: one element comes back after all that was queued.
void wait_for(const Tensor& context) {
  to_host(slice(reshape(context, {context.numel()}), Dims{0}, Dims{1}));
}

struct Weights {
  Tensor query, key, value;
};

class Bench {
 public:
  explicit Bench(const Case& c)
      : case_(c),
        device_(open_device("cuda")),
        weights_{weight(1), weight(2), weight(3)},
        attention_(weights_.query, weights_.key, weights_.value, device_, c.attention) {}

  void run() {
    fmt::print(
        "{{\"tokens\": {}, \"embed_dim\": {}, \"head_dim\": {}, \"batch\": {}, \"dtype\": \"{}\", "
        "\"fold\": {}",
        case_.tokens, case_.embed_dim, case_.head_dim, case_.batch, to_string(case_.dtype),
        case_.attention.fold_projections);
    resident();
    if (case_.joules) joules();
    if (case_.host) host();
    if (case_.algorithms) algorithms();
    fmt::print("}}\n");
  }

 private:
  Tensor weight(unsigned seed) const {
    const float scale = 1.0f / std::sqrt(static_cast<float>(case_.embed_dim));
    return random({case_.head_dim, case_.embed_dim}, scale, seed).to(case_.dtype);
  }

  Shape tokens_shape() const {
    if (case_.batch == 1) return {case_.tokens, case_.embed_dim};
    return {case_.batch, case_.tokens, case_.embed_dim};
  }

  void send_inputs() {
    const std::int64_t inputs = case_.batch == 1 ? 16 : 1;
    for (std::int64_t i = 0; i < inputs; ++i)
      inputs_.push_back(to_device(random(tokens_shape(), 1, 10 + static_cast<unsigned>(i)), device_,
                                  {.dtype = case_.dtype}));
  }

  Tensor forwards(int count) {
    Tensor context;
    for (int i = 0; i < count; ++i)
      context = attention_(inputs_[static_cast<std::size_t>(i) % inputs_.size()]);
    return context;
  }

  void resident() {
    send_inputs();
    wait_for(forwards(case_.forwards));
    std::vector<double> times;
    for (int round = 0; round < case_.rounds; ++round) {
      const double start = now_ms();
      wait_for(forwards(case_.forwards));
      times.push_back((now_ms() - start) / case_.forwards / static_cast<double>(case_.batch));
    }
    const double time_ms = median(times);
    const double e = static_cast<double>(case_.embed_dim), d = static_cast<double>(case_.head_dim),
                 t = static_cast<double>(case_.tokens);
    const double gflop = 2e-9 * (3 * t * e * d + 2 * t * t * d);
    fmt::print(
        ", \"resident_ms\": {:.5f}, \"min_ms\": {:.5f}, \"max_ms\": {:.5f}, \"tflop_per_s\": "
        "{:.1f}",
        time_ms, *std::ranges::min_element(times), *std::ranges::max_element(times),
        gflop / time_ms);
  }

  void joules() {
    const auto meter = open_meter("nvml");
    const EnergyMeasurement found = measure_energy(
        *meter, [&] { wait_for(forwards(case_.forwards)); }, 20);
    const double tensors = static_cast<double>(case_.forwards) * static_cast<double>(case_.batch);
    if (const auto joules = found.per_repeat())
      fmt::print(", \"joules\": {:.6f}, \"watts\": {:.1f}, \"window_s\": {:.2f}",
                 joules->value / tensors, found.reading.gross->value / found.reading.window_s,
                 found.reading.window_s);
    else
      fmt::print(", \"joules_reason\": \"{}\"", found.reading.reason);
  }

  static Tensor pinned(const std::shared_ptr<cuda::Gpu>& gpu, const Shape& shape, DType dtype) {
    const auto memory = std::make_shared<cuda::PinnedMemory>(gpu, cuda::bytes_of(shape, dtype));
    return Tensor::borrow(memory->get(), shape, dtype, memory);
  }

  // 64 tensors in f32, as they are drawn; contexts in the module's dtype.
  void host() {
    constexpr std::size_t count = 64, different = 16;
    const auto gpu = std::make_shared<cuda::Gpu>();
    const Shape in{case_.tokens, case_.embed_dim}, out{case_.tokens, case_.head_dim};
    for (const bool locked : {false, true}) {
      std::vector<Tensor> tokens, contexts;
      for (std::size_t i = 0; i < count; ++i) {
        if (i >= different) {
          tokens.push_back(tokens[i - different]);
          contexts.push_back(contexts[i - different]);
          continue;
        }
        const Tensor drawn = random(in, 1, 100 + static_cast<unsigned>(i));
        tokens.push_back(locked ? pinned(gpu, in, DType::f32) : drawn);
        if (locked)
          std::ranges::copy(drawn.values<float>(), tokens.back().mutable_values<float>().begin());
        contexts.push_back(locked ? pinned(gpu, out, case_.dtype)
                                  : Tensor::zeros(out, case_.dtype));
      }
      const auto time_of = [&](const auto& work) {
        work();
        std::vector<double> times;
        for (int round = 0; round < 7; ++round) {
          const double start = now_ms();
          work();
          times.push_back((now_ms() - start) / count);
        }
        return median(times);
      };
      const double together = time_of([&] { attention_.forward_all(tokens, contexts); });
      const double one_by_one = time_of([&] {
        for (std::size_t i = 0; i < count; ++i) attention_.forward(tokens[i], contexts[i]);
      });
      fmt::print(", \"host_{0}_ms\": {1:.4f}, \"host_{0}_one_by_one_ms\": {2:.4f}",
                 locked ? "locked" : "pageable", together, one_by_one);
    }
  }

  void algorithms() {
    const auto gpu = std::make_shared<cuda::Gpu>();
    cuda::Products products(gpu);
    const std::int64_t t = case_.tokens, e = case_.embed_dim, d = case_.head_dim;
    const std::int64_t width = case_.attention.fold_projections ? e + d : 3 * d;
    const cuda::ProductShape projection{case_.dtype, case_.dtype, true, t, width,
                                        e,           1,           e,    e, width},
        scores{case_.dtype, DType::f32, true, t, t, d, 1, width, width, t},
        values{case_.dtype, case_.dtype, false, t, d, t, 1, t, width, d};
    fmt::print(", \"algorithms\": {{");
    for (const auto& [name, shape] :
         {std::pair("projection", projection), {"scores", scores}, {"context", values}}) {
      fmt::print("\"{}\": [", name);
      const char* comma = "";
      for (const auto& trial : products.tune(shape)) {
        fmt::print("{}\n  [\"{}\", {:.4f}, {}]", comma, trial.algorithm, trial.time_ms,
                   trial.same_bits);
        comma = ",";
      }
      fmt::print("], ");
    }
    fmt::print("\"of\": \"milliseconds\"}}");
  }

  Case case_;
  Device device_;
  Weights weights_;
  FusedAttention attention_;
  std::vector<Tensor> inputs_;
};

// q, k and v as separate tensors [batch, heads, tokens, head_dim].
void cudnn_alone(const Case& c) {
  const auto gpu = std::make_shared<cuda::Gpu>();
  cuda::SdpaPlans plans(gpu);
  cuda::Transfers transfers(gpu, 4);
  const cuda::SdpaMatrix matrix{c.head_dim, c.tokens * c.head_dim, c.heads * c.tokens * c.head_dim};
  cuda::Sdpa* sdpa = plans.find(
      {c.batch, c.heads, c.tokens, c.tokens, c.head_dim, matrix, matrix, matrix, matrix});
  if (sdpa == nullptr) throw std::runtime_error("cuDNN has no kernel for these heads");
  const Shape shape{c.batch, c.heads, c.tokens, c.head_dim};
  std::vector<cuda::DeviceMemory> memory;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    memory.emplace_back(gpu, cuda::bytes_of(shape, DType::bf16));
    transfers.to_gpu(random(shape, 1, seed), DType::bf16, memory.back().get());
  }
  const auto forwards = [&](int count) {
    for (int i = 0; i < count; ++i)
      sdpa->run({memory[0].get(), memory[1].get(), memory[2].get(), memory[3].get()},
                1 / std::sqrt(static_cast<float>(c.head_dim)));
    gpu->synchronize();
  };
  forwards(20);
  std::vector<double> times;
  for (int round = 0; round < c.rounds; ++round) {
    const double start = now_ms();
    forwards(20);
    times.push_back((now_ms() - start) / 20);
  }
  const double flop = 4.0 * static_cast<double>(shape.numel()) * static_cast<double>(c.tokens);
  fmt::print(
      "{{\"batch\": {}, \"heads\": {}, \"tokens\": {}, \"head_dim\": {}, \"ms\": {:.4f}, "
      "\"tflop_per_s\": {:.1f}}}\n",
      c.batch, c.heads, c.tokens, c.head_dim, median(times), flop * 1e-9 / median(times));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Case c = parse(argc, argv);
    if (c.heads > 0)
      cudnn_alone(c);
    else
      Bench(c).run();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
