#include "backends/cpu/product.h"

#include <algorithm>

namespace wattention::cpu {
namespace {

// One thread more per this many multiply-adds: 5 to 10 microseconds of work, several times a fork and join.
constexpr double work_per_thread = 2e5;

int useful_threads(double multiply_adds, int threads) {
  return static_cast<int>(std::clamp(multiply_adds / work_per_thread, 1.0, double(threads)));
}

}  // namespace

void multiply(const Engine& engine, const Rows& a, std::int64_t m, const PlainB& b, std::byte* out,
              std::int64_t out_row_bytes, Buffer& workspace, int threads) {
  const GemmKernel& kernel = *engine.gemm;
  const std::int64_t panels = panel_count(kernel, b.n);
  const std::int64_t a_bytes =
      round_up(packed_a_bytes(kernel, strips_per_block(kernel), b.k), page_bytes);
  const std::int64_t own_bytes = round_up(a_bytes + chunk_floats(kernel) * 4, page_bytes);
  const std::int64_t b_bytes = round_up(packed_b_bytes(kernel, b.k, b.n), page_bytes);
  const int used = useful_threads(double(m) * double(b.n) * double(b.k), threads);
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
