#pragma once
// Ops: free functions, tensors first, options last. The tensors' device runs them (host tensors: the CPU).
// All throw Error{bad_input} `[op] expected ...; found ...` for shapes, dtypes or devices that do not fit.
#include <wattention/device.h>
#include <wattention/op_options.h>
#include <wattention/tensor.h>

#include <cstdint>
#include <memory>
#include <span>

namespace wattention {

/// [..., M, K] x [..., K, N] -> [..., M, N].
Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options = {});
/// torch's functional linear without bias: input [..., K], weight [N, K] -> input @ weight^T [..., N].
Tensor linear(const Tensor& input, const Tensor& weight, const MatmulOptions& options = {});
Tensor softmax(const Tensor& input, const SoftmaxOptions& options = {});
/// A scalar is rounded to f32 on every device but reference, as torch and TT-NN do.
Tensor multiply(const Tensor& input, double scalar);
Tensor multiply(const Tensor& a, const Tensor& b);
Tensor divide(const Tensor& input, double scalar);
Tensor add(const Tensor& a, const Tensor& b);
Tensor subtract(const Tensor& a, const Tensor& b);
/// Swaps the last two dimensions.
Tensor transpose(const Tensor& input);
Tensor permute(const Tensor& input, std::span<const int> dims);
Tensor reshape(const Tensor& input, const Shape& shape);
/// Between rows and tiles, on the device. Throws Error{unsupported} where tensors have one layout only.
Tensor to_layout(const Tensor& input, Layout layout);

class PreparedAttention;

/// One-headed self-attention with its weights packed once: softmax(q k^T / sqrt(head_dim)) v,
/// with q = x Wq^T and so on. Forwards allocate nothing after the first one of a size.
class FusedAttention {
 public:
  /// Weights [head_dim, embed_dim], f32 or bf16; their dtype is the arithmetic's input type.
  FusedAttention(const Tensor& query_weight, const Tensor& key_weight, const Tensor& value_weight,
                 const Device& device, const AttentionOptions& options = {});
  /// tokens [T, embed_dim], f32 or bf16 -> [T, head_dim] in the weights' dtype.
  Tensor operator()(const Tensor& tokens) const;
  /// The same into an existing tensor [T, head_dim].
  void forward(const Tensor& tokens, Tensor& context) const;

 private:
  std::shared_ptr<PreparedAttention> prepared_;
};

}  // namespace wattention
