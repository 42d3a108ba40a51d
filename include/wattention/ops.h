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

// Families whose ops share one signature are declared by the table: op_table.inc says what each computes.
// A number beside a tensor is rounded to f32 on every device but reference, as torch and TT-NN do.
#define WATTENTION_DECLARE_product(name) \
  Tensor name(const Tensor& a, const Tensor& b, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_binary(name)          \
  Tensor name(const Tensor& a, const Tensor& b); \
  Tensor name(const Tensor& a, double number);
#define WATTENTION_DECLARE_unary(name) \
  Tensor name(const Tensor& input, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_softmax(name) \
  Tensor name(const Tensor& input, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_reduce(name) \
  Tensor name(const Tensor& input, const OpAttributes& attributes = {});
#define WATTENTION_DECLARE_move(name)  // each moves in its own way, below
#define WATTENTION_OP(name, family, ...) WATTENTION_DECLARE_##family(name)
#include <wattention/op_table.inc>
#undef WATTENTION_OP
#undef WATTENTION_DECLARE_product
#undef WATTENTION_DECLARE_binary
#undef WATTENTION_DECLARE_unary
#undef WATTENTION_DECLARE_softmax
#undef WATTENTION_DECLARE_reduce
#undef WATTENTION_DECLARE_move

/// With a bias [out_features] as the third tensor.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias,
              const OpAttributes& attributes = {});
/// Swaps the last two dimensions.
Tensor transpose(const Tensor& input);
Tensor permute(const Tensor& input, std::span<const int> dims);
Tensor reshape(const Tensor& input, const Shape& shape);
/// Between rows and tiles, on the device. Throws Error{unsupported} where tensors have one layout only.
Tensor to_layout(const Tensor& input, Layout layout);

/// What a call of any op brings.
struct OpArguments {
  std::vector<Tensor> tensors;
  std::optional<double> number = std::nullopt;  ///< in the second tensor's place
  OpAttributes attributes = {};
};

/// Any op of the table: all functions above are this one.
Tensor run_op(Op op, OpArguments arguments);
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
  /// tokens [T, embed_dim], f32 or bf16 -> [T, head_dim] in the weights' dtype.
  Tensor operator()(const Tensor& tokens) const;
  /// The same into an existing tensor [T, head_dim].
  void forward(const Tensor& tokens, Tensor& context) const;

 private:
  std::shared_ptr<PreparedAttention> prepared_;
};

}  // namespace wattention
