// What attention would take on an n150d that is not here: modelled times and joules, each with its interval.
#include <wattention/cost.h>
#include <wattention/ops.h>

#include <cstdio>
#include <string>

namespace wa = wattention;

void print(const char* what, const wa::Interval& time_s, const wa::Interval& card_j) {
  std::printf("%s: %.2f ms (%.2f to %.2f), %.2f J (%.2f to %.2f)\n", what, 1e3 * time_s.value,
              1e3 * time_s.low, 1e3 * time_s.high, card_j.value, card_j.low, card_j.high);
}

int main() {
  // A module by its sizes: x [1024, 2048], weights [2048, 2048] in the card's L1.
  const wa::ForwardCase sizes{.tokens = 1024, .embed_dim = 2048, .head_dim = 2048};
  const wa::ForwardEstimate forward = wa::estimate_forward(sizes);
  print("a forward", forward.steady.time_s, forward.steady.card_j);
  for (const wa::PhaseEstimate& phase : forward.steady.phases)
    std::printf("  %-9s %5.2f ms\n", std::string(to_string(phase.phase)).c_str(),
                1e3 * phase.time_s);
  print("a module and 1000 forwards", forward.time_s(1000), forward.card_j(1000));

  const wa::ForwardEstimate faster = wa::estimate_forward(sizes, {.host_speedup = 2});
  print("a forward in a host twice as fast", faster.steady.time_s, faster.steady.card_j);

  // Any other work: run it on a device that computes no values, and ask what the device did.
  const wa::Device card = wa::open_device("wormhole", {.mode = wa::Mode::shape});
  const wa::Tensor square = to_device(wa::Tensor::zeros({4096, 4096}), card);
  wa::start_events(card);
  matmul(square, square, {.fidelity = wa::Fidelity::hifi4});
  const wa::RunEstimate product = wa::estimate(card);
  const wa::TimedStep& op = product.steps.back();
  std::printf("%s, %s, on %s cores: %.2f ms, bound by %s\n", op.name.c_str(), op.program.c_str(),
              to_string(op.grid).c_str(), 1e3 * op.duration_s,
              std::string(to_string(op.bound)).c_str());
}
