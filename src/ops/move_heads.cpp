// Moves of attention: heads out of a fused projection and back, and caches of keys and values.
#include "ops/move.h"

namespace wattention {
namespace {

// What the columns of a fused projection hold, in this order.
struct Columns {
  std::int64_t query_heads, kv_heads, head_dim;

  std::int64_t heads_of(int part) const { return part == 0 ? query_heads : kv_heads; }
  std::int64_t first_of(int part) const {
    return head_dim * (part == 0 ? 0 : query_heads + (part - 1) * kv_heads);
  }
};

Columns checked_columns(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  const int heads = attributes.heads.value_or(1), kv_heads = attributes.kv_heads.value_or(heads);
  const int part = attributes.part.value_or(0);
  expect(heads >= 0 && kv_heads >= 0, "[split_heads] expected no negative heads; found {} and {}",
         heads, kv_heads);
  expect(part >= 0 && part <= 2, "[split_heads] expected part 0, 1 or 2; found {}", part);
  const std::int64_t all = heads + 2 * std::int64_t{kv_heads}, width = call.a().size(-1);
  expect(
      all > 0 && width % all == 0,
      "[split_heads] expected a width that {} query and 2 x {} other heads share; found shape {}",
      heads, kv_heads, call.a().shape());
  const Columns columns{heads, kv_heads, width / all};
  expect(columns.heads_of(part) > 0, "[split_heads] expected heads in part {}; found none", part);
  return columns;
}

// [B, heads, rows, head_dim] both, with rows that the cache has.
void expect_cache(const OpCall& call) {
  const Tensor &cache = call.a(), &input = call.b();
  expect_same_dtype(call.name(), cache, input);
  expect(cache.rank() == 4 && input.rank() == 4 && input.size(0) == 1 &&
             input.size(1) == cache.size(1) && input.size(3) == cache.size(3),
         "[{}] expected a cache [batches, heads, rows, head_dim] and input [1, heads, rows, "
         "head_dim]; found {} and {}",
         call.name(), cache.shape(), input.shape());
  expect(cache.storage() != input.storage(), "[{}] expected two tensors; found one in both places",
         call.name());
}

void write_in_place(OpCall& call) {
  call.shape = call.a().shape();
  call.plan.in_place = true;
  call.plan.boxes.emplace_back().operand = 1;
}

}  // namespace

void plan_split_heads(OpCall& call) {
  const Tensor& input = call.a();
  expect(input.rank() == 3 || (input.rank() == 4 && input.size(1) == 1),
         "[split_heads] expected [batches, tokens, width] or [batches, 1, tokens, width]; found "
         "shape {}",
         input.shape());
  const Columns columns = checked_columns(call);
  const int part = call.attributes.part.value_or(0);
  const bool transposed = call.attributes.transposed.value_or(false);
  const std::int64_t heads = columns.heads_of(part), head_dim = columns.head_dim;
  const std::int64_t batches = input.size(0), tokens = input.size(-2), width = input.size(-1);
  call.shape = transposed ? Shape({batches, heads, head_dim, tokens})
                          : Shape({batches, heads, tokens, head_dim});
  StridedBox& box = call.plan.boxes.emplace_back();
  box.source_offset = columns.first_of(part);
  box.add(batches, tokens * width, heads * tokens * head_dim);
  box.add(heads, head_dim, tokens * head_dim);
  box.add(tokens, width, transposed ? 1 : head_dim);
  box.add(head_dim, 1, transposed ? tokens : 1);
}

void plan_concatenate_heads(OpCall& call) {
  const Tensor& input = call.a();
  expect(input.rank() == 4,
         "[concatenate_heads] expected [batches, heads, tokens, head_dim]; found shape {}. Input "
         "tensor must have rank 4.",
         input.shape());
  const std::int64_t heads = input.size(1), tokens = input.size(2), head_dim = input.size(3);
  call.shape = {input.size(0), tokens, heads * head_dim};
  StridedBox& box = call.plan.boxes.emplace_back();
  box.add(input.size(0), heads * tokens * head_dim, heads * tokens * head_dim);
  box.add(heads, tokens * head_dim, head_dim);
  box.add(tokens, head_dim, heads * head_dim);
  box.add(head_dim, 1, 1);
}

void plan_fill_cache(OpCall& call) {
  expect_cache(call);
  const Tensor &cache = call.a(), &input = call.b();
  const int batch = call.attributes.batch.value_or(0);
  expect(batch >= 0 && batch < cache.size(0), "[fill_cache] expected a batch in [0, {}); found {}",
         cache.size(0), batch);
  expect(input.size(2) <= cache.size(2), "[fill_cache] expected at most {} rows; found {}",
         cache.size(2), input.size(2));
  write_in_place(call);
  StridedBox& box = call.plan.boxes.back();
  const Strides from = strides_of(input.shape()), to = strides_of(cache.shape());
  box.destination_offset = batch * to[0];
  for (std::size_t dim = 1; dim < 4; ++dim)
    box.add(input.size(static_cast<int>(dim)), from[dim], to[dim]);
}

void plan_update_cache(OpCall& call) {
  expect_cache(call);
  const Tensor &cache = call.a(), &input = call.b();
  const int index = call.attributes.index.value_or(0), batch = call.attributes.batch.value_or(0);
  expect(index >= 0 && index < cache.size(2),
         "[update_cache] expected an index in [0, {}); found {}", cache.size(2), index);
  expect(batch >= 0 && batch + cache.size(0) <= input.size(2),
         "[update_cache] expected input with a row for each of {} batches from row {} on; found {} "
         "rows",
         cache.size(0), batch, input.size(2));
  write_in_place(call);
  StridedBox& box = call.plan.boxes.back();
  const Strides from = strides_of(input.shape()), to = strides_of(cache.shape());
  box.source_offset = batch * from[2];
  box.destination_offset = index * to[2];
  box.add(cache.size(0), from[2], to[0]);
  box.add(cache.size(1), from[1], to[1]);
  box.add(cache.size(3), from[3], to[3]);
}

}  // namespace wattention
