#include "backends/cpu/product.h"

#include <algorithm>
#include <atomic>

#include "backends/cpu/useful_threads.h"

namespace wattention::cpu {
namespace {

double multiply_adds(const Product& product) {
  return static_cast<double>(product.m) * static_cast<double>(product.b.n) *
         static_cast<double>(product.b.k);
}

// A packed B, and what each thread needs beside it.
struct Layout {
  std::int64_t b_bytes, a_bytes, own_bytes;

  Layout(const GemmKernel& kernel, const PlainB& b)
      : b_bytes(round_up(packed_b_bytes(kernel, b.k, b.n), page_bytes)),
        a_bytes(round_up(packed_a_bytes(kernel, strips_per_block(kernel), b.k), page_bytes)),
        own_bytes(round_up(a_bytes + chunk_floats(kernel) * 4, page_bytes)) {}

  Scratch scratch(std::byte* own) const { return {own, reinterpret_cast<float*>(own + a_bytes)}; }
};

void pack(const Engine& engine, const PlainB& b, std::byte* packed, int thread, int threads) {
  const Share share = share_of(panel_count(*engine.gemm, b.n), thread, threads);
  for (std::int64_t panel = share.begin; panel < share.end; ++panel)
    pack_panel(engine, b, panel, packed);
}

void multiply_packed(const Engine& engine, const Product& product, const std::byte* packed,
                     const Scratch& scratch, int thread, int threads) {
  const Section section{{packed, product.b.k, product.b.n}, product.out, product.out_row_bytes};
  multiply_rows(engine, product.a, part_of(*engine.gemm, product.m, thread, threads), {&section, 1},
                scratch);
}

Rows further(const Rows& rows, std::int64_t bytes) {
  return {static_cast<const std::byte*>(rows.data) + bytes, rows.row_bytes};
}

Product product_of(const Product& first, const Batch& batch, std::int64_t index) {
  Product product = first;
  product.a = further(first.a, index * batch.a_bytes);
  product.b.rows = further(first.b.rows, index * batch.b_bytes);
  product.out += index * batch.out_bytes;
  return product;
}

// Each thread packs and multiplies whole products: one fork for all of them. The next one is whoever's is free, so
// that a thread which the system holds up leaves the rest to the others.
void multiply_whole(const Engine& engine, const Product& first, const Batch& batch,
                    Buffer& workspace, int threads) {
  const Layout layout(*engine.gemm, first.b);
  workspace.require(threads * (layout.b_bytes + layout.own_bytes));
  std::atomic<std::int64_t> next{0};
  parallel(threads, [&](int thread) {
    std::byte* packed = workspace.data() + thread * (layout.b_bytes + layout.own_bytes);
    for (std::int64_t i = next++; i < batch.count; i = next++) {
      const Product product = product_of(first, batch, i);
      pack(engine, product.b, packed, 0, 1);
      multiply_packed(engine, product, packed, layout.scratch(packed + layout.b_bytes), 0, 1);
    }
  });
}

}  // namespace

void multiply_matrices(const Engine& engine, const Product& product, Buffer& workspace,
                       int threads) {
  const Layout layout(*engine.gemm, product.b);
  const int used = useful_threads(multiply_adds(product), least_multiply_adds, threads);
  workspace.require(layout.b_bytes + used * layout.own_bytes);
  parallel(used, [&](int thread) { pack(engine, product.b, workspace.data(), thread, used); });
  parallel(used, [&](int thread) {
    std::byte* own = workspace.data() + layout.b_bytes + thread * layout.own_bytes;
    multiply_packed(engine, product, workspace.data(), layout.scratch(own), thread, used);
  });
}

void multiply_batch(const Engine& engine, const Product& first, const Batch& batch,
                    Buffer& workspace, int threads) {
  const double one = multiply_adds(first), all = one * static_cast<double>(batch.count);
  // Products in turn, each on all the threads that it is worth, or whole products side by side: what employs more.
  const auto side_by_side = static_cast<int>(
      std::min<std::int64_t>(batch.count, useful_threads(all, least_multiply_adds, threads)));
  const bool in_turn =
      batch.count == 1 || useful_threads(one, least_multiply_adds, threads) >= side_by_side;
  if (!in_turn) return multiply_whole(engine, first, batch, workspace, side_by_side);
  for (std::int64_t i = 0; i < batch.count; ++i)
    multiply_matrices(engine, product_of(first, batch, i), workspace, threads);
}

}  // namespace wattention::cpu
