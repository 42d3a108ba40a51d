#include "backends/cpu/product.h"

#include "backends/cpu/useful_threads.h"

namespace wattention::cpu {

void multiply_matrices(const Engine& engine, const Rows& a, std::int64_t m, const PlainB& b,
                       std::byte* out, std::int64_t out_row_bytes, Buffer& workspace, int threads) {
  const GemmKernel& kernel = *engine.gemm;
  const std::int64_t panels = panel_count(kernel, b.n);
  const std::int64_t a_bytes =
      round_up(packed_a_bytes(kernel, strips_per_block(kernel), b.k), page_bytes);
  const std::int64_t own_bytes = round_up(a_bytes + chunk_floats(kernel) * 4, page_bytes);
  const std::int64_t b_bytes = round_up(packed_b_bytes(kernel, b.k, b.n), page_bytes);
  const int used =
      useful_threads(static_cast<double>(m) * static_cast<double>(b.n) * static_cast<double>(b.k),
                     least_multiply_adds, threads);
  workspace.require(b_bytes + used * own_bytes);
  parallel(used, [&](int thread) {
    const Share share = share_of(panels, thread, used);
    for (std::int64_t panel = share.begin; panel < share.end; ++panel)
      pack_panel(engine, b, panel, workspace.data());
  });
  const Section section{{workspace.data(), b.k, b.n}, out, out_row_bytes};
  parallel(used, [&](int thread) {
    std::byte* own = workspace.data() + b_bytes + thread * own_bytes;
    multiply_rows(engine, a, part_of(kernel, m, thread, used), {&section, 1},
                  {own, reinterpret_cast<float*>(own + a_bytes)});
  });
}

}  // namespace wattention::cpu
