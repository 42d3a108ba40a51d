// Attention over several machines: `mpirun -n 4 build/examples/cluster` shares the sequence, and started alone the same
// program computes it by itself. Then what more hosts would take, by a model.
#include <wattention/cluster.h>
#include <wattention/random.h>

#include <cstdio>

namespace wa = wattention;

int main() {
  wa::Cluster cluster = wa::Cluster::join();
  const std::int64_t heads = 4, tokens = 1000, head_dim = 32;

  // Each rank holds its own tokens only. Here it cuts them out of a whole that is small.
  wa::Generator generator(789);
  const wa::Tensor whole = wa::randn({1, heads, tokens, head_dim}, generator);
  const wa::Tensor own = cluster.own_tokens(whole);
  const wa::Tensor context =
      wa::scaled_dot_product_attention(cluster, own, own, own, {.is_causal = true});

  // The first rank gets all of it together, and says so.
  const wa::Tensor all = cluster.whole_tokens(context);
  if (cluster.rank() > 0) return 0;
  std::printf("the last token's context begins with %.4f\n",
              all.values<float>()[static_cast<std::size_t>((tokens - 1) * head_dim)]);

  // 131,072 tokens, 8 heads of keys and values of 128 in bf16; a host that needs 21.4 s for it alone.
  for (const double gbit : {25.0, 200.0})
    for (const int hosts : {8, 64, 1024}) {
      const wa::RingModel model{.one_host_s = 21.4,
                                .key_value_bytes = 2.0 * 131072 * 8 * 128 * 2,
                                .link_bytes_per_s = gbit * 1e9 / 8};
      const wa::RingEstimate ring = estimate_ring(model, hosts);
      std::printf("%4d hosts at %3.0f Gbit/s: %.4f s (modelled), each busy for %3.0f %% of it\n",
                  hosts, gbit, ring.time_s, 100 * ring.efficiency);
    }
}
