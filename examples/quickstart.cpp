// Six tokens through self-attention with torch's weights for seed 789: on the CPU and on the software Wormhole.
#include <wattention/format.h>
#include <wattention/nn.h>

#include <iostream>

namespace wa = wattention;

int main() {
  wa::Generator generator(789);                        // torch.manual_seed(789)
  const wa::SelfAttention attention(3, 2, generator);  // weights as nn.Linear draws them
  const wa::Tensor tokens{{0.43f, 0.15f, 0.89f}, {0.55f, 0.87f, 0.66f}, {0.57f, 0.85f, 0.64f},
                          {0.22f, 0.58f, 0.33f}, {0.77f, 0.25f, 0.10f}, {0.05f, 0.80f, 0.55f}};
  std::cout << wa::format_torch(attention(tokens)) << "\n";  // [6, 3] -> [6, 2], on the CPU

  const wa::Device card = wa::open_device("wormhole");  // an n150d in software
  const wa::SelfAttention on_card = attention.to(card, wa::Variant::naive);
  std::cout << wa::format_torch(on_card(tokens)) << "\n";
}
