// Heads of queries, keys and values that fit each other: scaled_dot_product_attention.
#include <wattention/attention.h>

#include <algorithm>
#include <utility>

#include "ops/accepted_op.h"
#include "ops/families.h"
#include "ops/parted_attention.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

constexpr std::int64_t largest_head_dim = 512;
constexpr double least_softcap = 1e-30;  // a float
constexpr std::int64_t most_keys = 2147483647;

// Of 3 dimensions the width holds the heads; a cache of 4 may serve a query of 3.
void expect_heads(const OpCall& call, const Tensor& tensor, std::string_view name, int heads) {
  const int rank = call.a().rank();
  expect(tensor.rank() == rank || (rank > 2 && (tensor.rank() == 3 || tensor.rank() == 4)),
         "[{}] expected a {} of the query's {} dimensions; found {}", call.name(), name, rank,
         tensor.shape());
  expect(tensor.rank() == 4 || tensor.size(-1) % heads == 0,
         "[{}] expected a {} whose width is a multiple of {} heads; found {}", call.name(), name,
         heads, tensor.shape());
}

// The rank says how heads lie: [B, H, rows, columns], or [B, rows, H * columns] with `heads`.
void expect_ranks(const OpCall& call) {
  const Tensor& query = call.a();
  const OpAttributes& attributes = call.attributes;
  expect(
      query.rank() >= 2 && query.rank() <= 4,
      "[{}] expected a query [batch, heads, queries, head_dim], [batch, queries, heads * head_dim] "
      "or [queries, head_dim]; found {}",
      call.name(), query.shape());
  const int heads = attributes.heads.value_or(1), kv_heads = attributes.kv_heads.value_or(heads);
  expect(query.rank() == 3 || (heads == 1 && kv_heads == 1),
         "[{}] expected heads for a query of 3 dimensions only; found {}", call.name(),
         query.shape());
  expect(call.b().rank() == call.third()->rank(),
         "[{}] expected a key and a value of the same dimensions; found {} and {}", call.name(),
         call.b().shape(), call.third()->shape());
  expect(call.b().rank() != 4 || !attributes.kv_heads || query.rank() == 4 ||
             call.b().size(1) == kv_heads,
         "[{}] expected a key of {} heads; found {}", call.name(), kv_heads, call.b().shape());
  expect(heads >= 1 && kv_heads >= 1, "[{}] expected at least 1 head; found {} and {}", call.name(),
         heads, kv_heads);
  expect_heads(call, query, "query", heads);
  expect_heads(call, call.b(), "key", kv_heads);
  expect_heads(call, *call.third(), "value", kv_heads);
}

std::int64_t heads_of(const OpCall& call, const Tensor& tensor, bool is_query) {
  if (tensor.rank() == 4) return tensor.size(1);
  const int heads = call.attributes.heads.value_or(1);
  return is_query ? heads : call.attributes.kv_heads.value_or(heads);
}

std::int64_t columns_of(const Tensor& tensor, std::int64_t heads) {
  return tensor.rank() == 4 ? tensor.size(-1) : tensor.size(-1) / heads;
}

void expect_sizes(const OpCall& call, std::int64_t heads, std::int64_t kv_heads) {
  const Tensor &query = call.a(), &key = call.b(), &value = *call.third();
  for (const Tensor* other : {&key, &value})
    expect(query.rank() == 2 || other->size(0) == query.size(0),
           "[{}] expected one batch size; found {}, {} and {}", call.name(), query.shape(),
           key.shape(), value.shape());
  expect(value.rank() != 4 || value.size(1) == kv_heads,
         "[{}] expected as many heads of values as of keys; found {} and {}", call.name(),
         key.shape(), value.shape());
  expect(kv_heads > 0 && heads % kv_heads == 0,
         "[{}] expected query heads that are a multiple of the key's; found {} and {}", call.name(),
         heads, kv_heads);
  expect(key.size(-2) <= most_keys && query.size(-2) <= most_keys,
         "[{}] expected at most {} queries and keys; found {} and {}", call.name(), most_keys,
         query.size(-2), key.size(-2));
  expect(value.size(-2) == key.size(-2), "[{}] expected a value for each key; found {} and {}",
         call.name(), key.shape(), value.shape());
  const std::int64_t head_dim = columns_of(query, heads), value_dim = columns_of(value, kv_heads);
  expect(columns_of(key, kv_heads) == head_dim,
         "[{}] expected keys of the query's head_dim; found {} and {}", call.name(), query.shape(),
         key.shape());
  expect(std::max(head_dim, value_dim) <= largest_head_dim && std::min(head_dim, value_dim) >= 1,
         "[{}] expected a head_dim of 1 to {}; found {} and {}", call.name(), largest_head_dim,
         head_dim, value_dim);
}

void expect_mask(const OpCall& call, const Tensor& mask, const Shape& scores) {
  bool fits = mask.rank() <= 4;
  for (int from_end = 1; fits && from_end <= mask.rank(); ++from_end)
    fits = mask.size(-from_end) == 1 || mask.size(-from_end) == scores[-from_end];
  expect(fits, "[{}] expected a mask that broadcasts to {}; found {}", call.name(), scores,
         mask.shape());
  expect(mask.dtype() == DType::uint8 || mask.dtype() == call.a().dtype() ||
             (!is_integer(mask.dtype()) && !is_block(mask.dtype())),
         "[{}] expected a mask of uint8 (1 where a key is seen) or of floats; found {}",
         call.name(), to_string(mask.dtype()));
}

void expect_lengths(const OpCall& call, const Tensor& lengths, const Shape& scores) {
  expect(lengths.rank() == 1 && lengths.size(0) == scores[0],
         "[{}] expected a key length for each of {} batches; found {}", call.name(), scores[0],
         lengths.shape());
  expect(lengths.dtype() == DType::int32 || lengths.dtype() == DType::uint32,
         "[{}] expected key lengths of int32 or uint32; found {}", call.name(),
         to_string(lengths.dtype()));
  if (!lengths.on_host()) return;  // such a device has no kernel for it
  for (std::int64_t b = 0; b < scores[0]; ++b) {
    const auto at = static_cast<std::size_t>(b);
    const std::int64_t length = lengths.dtype() == DType::int32
                                    ? lengths.values<std::int32_t>()[at]
                                    : std::int64_t{lengths.values<std::uint32_t>()[at]};
    expect(length >= 0 && length <= scores[-1],
           "[{}] expected key lengths of 0 to {} keys; found {}", call.name(), scores[-1], length);
  }
}

void expect_options(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  expect(!attributes.position || !attributes.alignment,
         "[{}] expected a position or an alignment; found both", call.name());
  const double softcap = attributes.softcap.value_or(0);
  expect(softcap == 0 || softcap >= least_softcap,
         "[{}] expected a softcap of 0 or at least {}; found {}", call.name(), least_softcap,
         softcap);
  for (const auto& window : {attributes.window_left, attributes.window_right})
    expect(window.value_or(0) >= 0, "[{}] expected a window of at least 0 keys; found {}",
           call.name(), window.value_or(0));
}

OpArguments attention_arguments(const Tensor& query, const Tensor& key, const Tensor& value,
                                const ScaledDotProductAttentionOptions& options) {
  OpArguments arguments{.tensors = {query, key, value, options.mask, options.key_lengths}};
  OpAttributes& attributes = arguments.attributes;
  attributes = options.how;
  if (options.is_causal) attributes.is_causal = true;
  attributes.alignment = options.alignment;
  attributes.position = options.position;
  attributes.scale = options.scale;
  if (options.softcap != 0) attributes.softcap = options.softcap;
  attributes.window_left = options.window_left;
  attributes.window_right = options.window_right;
  attributes.heads = options.heads;
  attributes.kv_heads = options.kv_heads;
  return arguments;
}

}  // namespace

void check_attention(OpCall& call) {
  expect_ranks(call);
  const Tensor &query = call.a(), &key = call.b(), &value = *call.third();
  expect_same_dtype(call.name(), query, key);
  expect_same_dtype(call.name(), query, value);
  const std::int64_t heads = heads_of(call, query, true), kv_heads = heads_of(call, key, false);
  expect_sizes(call, heads, kv_heads);
  expect_options(call);
  const Shape scores{query.rank() == 2 ? 1 : query.size(0), heads, query.size(-2), key.size(-2)};
  if (const Tensor* mask = call.operand(3)) expect_mask(call, *mask, scores);
  if (const Tensor* lengths = call.operand(4)) expect_lengths(call, *lengths, scores);
  const std::int64_t value_dim = columns_of(value, kv_heads);
  if (query.rank() == 4) {
    call.shape = Shape{scores[0], heads, scores[2], value_dim};
  } else if (query.rank() == 3) {
    call.shape = Shape{scores[0], scores[2], heads * value_dim};
  } else {
    call.shape = Shape{scores[2], value_dim};
  }
}

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const ScaledDotProductAttentionOptions& options) {
  return run_op(Op::scaled_dot_product_attention, attention_arguments(query, key, value, options));
}

PartedAttention::PartedAttention(const Tensor& query, const Tensor& key, const Tensor& value,
                                 const ScaledDotProductAttentionOptions& options)
    : query_(query) {
  OpArguments arguments = attention_arguments(query, key, value, options);
  const auto [call, backend] = accepted_op(Op::scaled_dot_product_attention, arguments);
  parts_ = backend->attention_parts(call);
}

void PartedAttention::attend(const Tensor& key, const Tensor& value,
                             const ScaledDotProductAttentionOptions& options) {
  OpArguments arguments = attention_arguments(query_, key, value, options);
  parts_->attend(accepted_op(Op::scaled_dot_product_attention, arguments).call);
}

}  // namespace wattention
