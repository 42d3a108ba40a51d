// Attention by heads: each rank gets all tokens of its heads, computes them as one machine would, and gives the context
// back to the tokens' ranks.
#include <cstring>
#include <vector>

#include "base/fail.h"
#include "cluster/rows.h"
#include "cluster/shared_attention.h"
#include "device/attention_view.h"

namespace wattention {
namespace {

// Where heads and tokens lie in a tensor [B, heads, tokens, columns] or [B, tokens, heads * columns].
struct Lie {
  Lie(const Tensor& tensor, std::int64_t all_heads)
      : bytes(tensor.storage()->host_bytes()),
        element(static_cast<std::int64_t>(size_of(tensor.dtype()))),
        heads(all_heads),
        tokens(tensor.size(-2)),
        columns(tensor.rank() == 4 ? tensor.size(3) : tensor.size(-1) / heads),
        batch(tensor.size(0)),
        strides(tensor.rank() == 4
                    ? HeadStrides{heads * tokens * columns, tokens * columns, columns}
                    : HeadStrides{tokens * heads * columns, columns, heads * columns}) {}
  std::byte* at(std::int64_t b, std::int64_t head, std::int64_t token) const {
    return bytes + strides.offset(b, head, token) * element;
  }

  std::byte* bytes;
  std::int64_t element, heads, tokens, columns, batch;
  HeadStrides strides;
};

// Some heads, and each `step`-th token from the first.
struct Part {
  std::int64_t first_head = 0, first_token = 0, step = 1;
};

// As many heads and tokens as the smaller of both has.
void copy(const Lie& from, const Part& source, const Lie& to, const Part& target,
          std::int64_t heads, std::int64_t tokens) {
  const auto bytes = static_cast<std::size_t>(to.columns * to.element);
  for (std::int64_t b = 0; b < to.batch; ++b)
    for (std::int64_t token = 0; token < tokens; ++token)
      for (std::int64_t head = 0; head < heads; ++head)
        std::memcpy(to.at(b, target.first_head + head, target.first_token + token * target.step),
                    from.at(b, source.first_head + head, source.first_token + token * source.step),
                    bytes);
}

Tensor packed(std::int64_t batch, std::int64_t tokens, std::int64_t width, DType dtype) {
  return Tensor::empty({batch, tokens, width}, dtype);
}

class HeadExchange {
 public:
  explicit HeadExchange(const SharedAttention& attention)
      : attention_(attention), rank_(attention.rank()), size_(attention.size()) {}

  /// This rank's tokens with all heads -> all tokens [B, tokens, heads / size * columns] of this rank's heads.
  Tensor to_heads(const Tensor& own, std::int64_t heads, std::int64_t tokens, Subject subject) {
    const Lie mine(own, heads);
    const std::int64_t few = heads / size_, width = few * mine.columns;
    std::vector<Tensor> out, in;
    for (int rank = 0; rank < size_; ++rank) {
      out.push_back(packed(mine.batch, mine.tokens, width, own.dtype()));
      in.push_back(packed(mine.batch, stripe(tokens, rank, size_), width, own.dtype()));
      copy(mine, {.first_head = rank * few}, Lie(out.back(), few), {}, few, mine.tokens);
    }
    swap(out, in, subject);
    Tensor all = packed(mine.batch, tokens, width, own.dtype());
    for (int rank = 0; rank < size_; ++rank) {
      const Lie part(in[static_cast<std::size_t>(rank)], few);
      copy(part, {}, Lie(all, few), {.first_token = rank, .step = size_}, few, part.tokens);
    }
    return all;
  }

  /// The way back, into a tensor of this rank's tokens with all heads.
  void to_tokens(const Tensor& all, Tensor& own, std::int64_t heads) {
    const std::int64_t few = heads / size_;
    const Lie mine(own, heads), whole(all, few);
    std::vector<Tensor> out, in;
    for (int rank = 0; rank < size_; ++rank) {
      const std::int64_t theirs = stripe(whole.tokens, rank, size_), width = few * whole.columns;
      out.push_back(packed(mine.batch, theirs, width, own.dtype()));
      in.push_back(packed(mine.batch, mine.tokens, width, own.dtype()));
      copy(whole, {.first_token = rank, .step = size_}, Lie(out.back(), few), {}, few, theirs);
    }
    swap(out, in, Subject::context);
    for (int rank = 0; rank < size_; ++rank)
      copy(Lie(in[static_cast<std::size_t>(rank)], few), {}, mine, {.first_head = rank * few}, few,
           mine.tokens);
  }

  std::int64_t sent_bytes() const { return sent_bytes_; }

 private:
  // What is for this rank stays here.
  void swap(std::vector<Tensor>& out, std::vector<Tensor>& in, Subject subject) {
    std::vector<Courier::Receipt> receipts;
    for (int rank = 0; rank < size_; ++rank) {
      const auto place = static_cast<std::size_t>(rank);
      if (rank == rank_) {
        in[place] = out[place];
        continue;
      }
      receipts.push_back(
          attention_.courier.receive(bytes_of(in[place]), in[place].storage(), rank, subject));
      receipts.push_back(
          attention_.courier.send(bytes_of(out[place]), out[place].storage(), rank, subject));
      sent_bytes_ += static_cast<std::int64_t>(bytes_of(out[place]).size());
    }
    for (const auto& receipt : receipts) attention_.courier.wait(receipt);
  }

  const SharedAttention& attention_;
  int rank_, size_;
  std::int64_t sent_bytes_ = 0;
};

}  // namespace

Tensor attend_by_heads(const SharedAttention& attention) {
  const double start_s = now_s();
  const auto ms_now = [start_s] { return 1e3 * (now_s() - start_s); };
  const Tensor &query = attention.query, &key = attention.key;
  const int size = attention.size();
  const std::int64_t heads =
      query.rank() == 4 ? query.size(1) : attention.options.heads.value_or(1);
  const std::int64_t kv_heads =
      key.rank() == 4 ? key.size(1) : attention.options.kv_heads.value_or(static_cast<int>(heads));
  expect(heads % size == 0 && kv_heads % size == 0,
         "[cluster] expected heads and kv_heads that {} ranks can share evenly; found {} and {}",
         size, heads, kv_heads);
  HeadExchange exchange(attention);
  const Tensor all_query = exchange.to_heads(query, heads, attention.queries, Subject::query);
  const Tensor all_key = exchange.to_heads(key, kv_heads, attention.keys, Subject::key);
  const Tensor all_value =
      exchange.to_heads(attention.value, kv_heads, attention.keys, Subject::value);
  ScaledDotProductAttentionOptions options = attention.options;
  options.heads = static_cast<int>(heads / size);
  options.kv_heads = static_cast<int>(kv_heads / size);
  const double computing_ms = ms_now();
  const Tensor context = scaled_dot_product_attention(all_query, all_key, all_value, options);
  const double computed_ms = ms_now();
  const std::int64_t columns = context.size(-1) / *options.heads, tokens = query.size(-2);
  Tensor own = query.rank() == 4
                   ? Tensor::empty({query.size(0), heads, tokens, columns}, query.dtype())
                   : packed(context.size(0), tokens, heads * columns, query.dtype());
  exchange.to_tokens(context, own, heads);
  attention.steps.push_back({.keys_from = attention.rank(),
                             .start_ms = computing_ms,
                             .computed_ms = computed_ms,
                             .exchanged_ms = ms_now(),
                             .sent_bytes = exchange.sent_bytes()});
  return own;
}

}  // namespace wattention
