#pragma once
// Ops: free functions, tensors first, attributes last. The tensors' device runs them (host tensors: the CPU).
// All throw Error{bad_input} `[op] expected ...; found ...` for shapes, dtypes or devices that do not fit, and
// Error{unsupported} or {unverified} for what their device does not take.
#include <wattention/device.h>
#include <wattention/error.h>
#include <wattention/op_attributes.h>
#include <wattention/op_table.h>
#include <wattention/tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace wattention {

/// Of family norm; each may be left out. weight and bias have one element for each of the last dimension.
struct NormParameters {
  Tensor weight = {};    ///< what the normalised rows are multiplied by
  Tensor bias = {};      ///< what is added then
  Tensor residual = {};  ///< of the input's shape: added to it first
};

// Families whose ops share one signature are declared by the table: op_table.inc says what each computes.
// Ops of family move stand below; run_op() takes their other attributes, as `memory`, too.
// A number beside a tensor is rounded to f32 on every device but reference, as torch and TT-NN do.
#define WATTENTION_DECLARE_product(name) \
  Tensor name(const Tensor& a, const Tensor& b, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_binary(name)                                               \
  Tensor name(const Tensor& a, const Tensor& b, const OpAttributes& attributes = {}); \
  Tensor name(const Tensor& a, double number, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_unary(name) \
  Tensor name(const Tensor& input, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_ternary(name)                         \
  Tensor name(const Tensor& a, const Tensor& b, const Tensor& c, \
              const OpAttributes& attributes = {});  // an undefined one is left out
#define WATTENTION_DECLARE_softmax(name) \
  Tensor name(const Tensor& input, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_reduce(name) \
  Tensor name(const Tensor& input, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_attention(name)  // attention.h
#define WATTENTION_DECLARE_search(name)     // each in its own way, below
#define WATTENTION_DECLARE_gather(name) \
  Tensor name(const Tensor& ids, const Tensor& weight, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_norm(name)                                     \
  Tensor name(const Tensor& input, const NormParameters& parameters = {}, \
              const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_rotary(name)                                  \
  Tensor name(const Tensor& input, const Tensor& cos, const Tensor& sin, \
              const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_move(name)  // each moves in its own way, below
#define WATTENTION_OP(name, family, ...) WATTENTION_DECLARE_##family(name)
#include <wattention/op_table.inc>
#undef WATTENTION_OP
#undef WATTENTION_DECLARE_product
#undef WATTENTION_DECLARE_binary
#undef WATTENTION_DECLARE_unary
#undef WATTENTION_DECLARE_ternary
#undef WATTENTION_DECLARE_softmax
#undef WATTENTION_DECLARE_reduce
#undef WATTENTION_DECLARE_search
#undef WATTENTION_DECLARE_attention
#undef WATTENTION_DECLARE_gather
#undef WATTENTION_DECLARE_norm
#undef WATTENTION_DECLARE_rotary
#undef WATTENTION_DECLARE_move

/// With a bias [out_features] as the third tensor.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias,
              const OpAttributes& attributes = {});
/// The transformation [..., 32, 32] turns each 32 columns of the input.
Tensor rotary_embedding_llama(const Tensor& input, const Tensor& cos, const Tensor& sin,
                              const Tensor& transformation, const OpAttributes& attributes = {});
/// The same numbers in another dtype. To an integer reference and cpu drop the fraction and stop at its bounds; the
/// Wormhole does as its release.
Tensor typecast(const Tensor& input, DType dtype);
/// Where the largest element lies along a dimension, or among all: uint32. Of equals the first.
Tensor argmax(const Tensor& input, std::optional<int> dim = std::nullopt, bool keepdim = false);
struct TopK {
  Tensor values;
  Tensor indices;  ///< uint32; uint16 on the Wormhole
};
/// The k largest elements along a dimension, the largest first, or the smallest.
TopK topk(const Tensor& input, int k, int dim = -1, bool smallest = false);
/// mask [batch, 1, ..., rows, width]: its first row for all of the batch's rows, or with `causal` a row for each.
Tensor scale_mask_softmax(const Tensor& input, const Tensor& mask, const OpAttributes& attributes);
/// Swaps the last two dimensions.
Tensor transpose(const Tensor& input);
Tensor permute(const Tensor& input, std::span<const int> dims);
Tensor reshape(const Tensor& input, const Shape& shape);
/// Between rows and tiles, on the device. Throws Error{unsupported} where tensors have one layout only.
Tensor to_layout(const Tensor& input, Layout layout);
/// At another place of the device: `memory`, or shards there.
Tensor to_memory(const Tensor& input, Memory memory);
Tensor to_memory(const Tensor& input, const Sharding& sharding);
/// Of each dimension the elements begin, begin + step, ... below end; negative ones count from the end.
Tensor slice(const Tensor& input, const Dims& begins, const Dims& ends, const Dims& steps = {});
/// One after the other along a dimension; the others are equal.
Tensor concat(std::span<const Tensor> tensors, int dim);
/// `value` before and after the elements of each dimension.
Tensor pad(const Tensor& input, const Dims& before, const Dims& after, double value = 0);
/// The whole tensor repeats[d] times along dimension d; a rank below that of `repeats` gets dimensions of 1 in front.
Tensor repeat(const Tensor& input, const Dims& repeats);
/// Each element repeats[d] times in a row along dimension d.
Tensor repeat_interleave(const Tensor& input, const Dims& repeats);
/// The shape, dtype and layout of the input, each element `value`.
Tensor full_like(const Tensor& input, double value);
/// A copy in memory of its own.
Tensor clone(const Tensor& input);

/// Which heads of a fused projection: its columns are those of all query heads, all key heads, all value heads.
struct HeadSplit {
  enum class Part { query, key, value };
  int heads = 1;                               ///< of the query; 0: key and value only
  std::optional<int> kv_heads = std::nullopt;  ///< unset: as many; 0: the query only
  Part part = Part::query;
  bool transposed = false;  ///< each head [head_dim, tokens]
};
/// [B, T, width] or [B, 1, T, width] -> [B, heads, T, head_dim].
Tensor split_heads(const Tensor& input, const HeadSplit& split);
/// [B, heads, T, head_dim] -> [B, T, heads * head_dim].
Tensor concatenate_heads(const Tensor& input);
/// Writes input [1, heads, T, head_dim] over the first T rows of the cache's batch: in place. The cache comes back.
Tensor fill_cache(const Tensor& cache, const Tensor& input, int batch);
/// Writes row b + batch of input [1, heads, rows, head_dim] over row `index` of each batch b of the cache: in place.
Tensor update_cache(const Tensor& cache, const Tensor& input, int index, int batch = 0);

/// What a call of any op brings.
struct OpArguments {
  std::vector<Tensor> tensors;
  std::optional<double> number = std::nullopt;  ///< in the second tensor's place
  OpAttributes attributes = {};
};

/// Any op of the table: all functions above are this one. Of several results the first.
Tensor run_op(Op op, OpArguments arguments);
/// The same with all results, in the row's order.
std::vector<Tensor> run_op_all(Op op, OpArguments arguments);
/// Why run_op would refuse the call, without running it; nothing where it would not.
std::optional<Error> refusal_of(Op op, OpArguments arguments);

class PreparedAttention;

/// One-headed self-attention with its weights packed once: softmax(q k^T / sqrt(head_dim)) v,
/// with q = x Wq^T and so on. Forwards allocate nothing after the first one of a size.
class FusedAttention {
 public:
  /// Weights [head_dim, embed_dim], f32 or bf16; their dtype is the arithmetic's input type.
  FusedAttention(const Tensor& query_weight, const Tensor& key_weight, const Tensor& value_weight,
                 const Device& device, const AttentionOptions& options = {});
  /// tokens [T, embed_dim], f32 or bf16 -> [T, head_dim] in the weights' dtype. Tokens that lie in the memory of the
  /// module's own device, as to_device puts them there, may be [B, T, embed_dim]; then the context stays there, too.
  Tensor operator()(const Tensor& tokens) const;
  /// The same into an existing tensor [T, head_dim]; both on the host.
  void forward(const Tensor& tokens, Tensor& context) const;
  /// Many of them, one after the other: contexts[i] of tokens[i]. A device with memory of its own sends and fetches
  /// some while it computes others.
  void forward_all(std::span<const Tensor> tokens, std::span<Tensor> contexts) const;

 private:
  Tensor context_there(const Tensor& tokens) const;

  Device device_;
  std::shared_ptr<PreparedAttention> prepared_;
};

}  // namespace wattention
