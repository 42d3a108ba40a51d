// Six tokens through self-attention with torch's weights for seed 789: each token's context.
#include <wattention/nn.h>

#include <cstdio>

namespace wa = wattention;

int main() {
  wa::Generator generator(789);
  const wa::SelfAttention attention(3, 2, generator);
  const wa::Tensor tokens{{0.43f, 0.15f, 0.89f}, {0.55f, 0.87f, 0.66f}, {0.57f, 0.85f, 0.64f},
                          {0.22f, 0.58f, 0.33f}, {0.77f, 0.25f, 0.10f}, {0.05f, 0.80f, 0.55f}};
  const wa::Tensor context = attention(tokens);
  const auto values = context.values<float>();
  for (std::size_t i = 0; i < values.size(); i += 2)
    std::printf("%.4f %.4f\n", values[i], values[i + 1]);
}
