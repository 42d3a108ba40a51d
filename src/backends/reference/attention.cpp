#include "backends/reference/families.h"
#include "base/interrupt.h"
#include "base/threads.h"
#include "device/attention_formula.h"

namespace wattention::reference {

void attention(const OpCall& call, double* out, int threads) {
  const AttentionView view(call);
  const std::int64_t rows = view.batch * view.heads * view.queries;
  parallel(threads, [&](int thread) {
    const Share share = share_of(rows, thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      interruption_point();
      const std::int64_t query = i % view.queries, head = i / view.queries % view.heads;
      const std::int64_t batch = i / view.queries / view.heads;
      attend_by_formula(view, batch, head, query,
                        out + view.context_strides.offset(batch, head, query));
    }
  });
}

}  // namespace wattention::reference
