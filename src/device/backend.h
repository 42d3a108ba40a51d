#pragma once
// What a device must do. Ops have validated shapes, dtypes and devices before any of these is
// called; a backend refuses what it cannot do with Error{unsupported} or {unverified}, never with
// another answer.
#include <wattention/device.h>
#include <wattention/op_options.h>
#include <wattention/tensor.h>

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "device/cost_model.h"
#include "device/events.h"

namespace wattention {

/// A module's weights packed for one device; owned by FusedAttention.
class PreparedAttention {
 public:
  virtual ~PreparedAttention() = default;
  /// context is [T, head_dim], host memory, in output_dtype().
  virtual void forward(const Tensor& tokens, Tensor& context) = 0;
  virtual DType output_dtype() const = 0;
  virtual std::int64_t embed_dim() const = 0;
  virtual std::int64_t head_dim() const = 0;
};

class Backend : public std::enable_shared_from_this<Backend> {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;
  virtual bool is_open() const { return true; }
  virtual void close() {}
  virtual std::vector<OpReport> take_reports() { return {}; }
  /// True when the device computes in host memory: plain host tensors may then join its ops as they
  /// are.
  virtual bool uses_host_memory() const { return false; }
  /// True when it has memory of its own that tensors are sent to (the naive and resident variants
  /// need it).
  virtual bool is_accelerator() const { return false; }
  /// True when a software model computes: wall time then tells nothing of the chip. A real card
  /// says false.
  virtual bool is_simulated() const { return is_accelerator(); }
  /// Host threads that it was opened with; what a program does on the host beside it takes as many.
  virtual int host_threads() const = 0;
  /// What the device did, for time and energy models; null where nothing is recorded.
  virtual EventLog* event_log() { return nullptr; }
  virtual DeviceCounts counts() const { return {}; }
  /// Its model of time and energy; null where there is none.
  virtual const CostModel* cost_model() const { return nullptr; }
  /// Energy meters (wattention/energy.h) that see the chip which computes, the closest first. A software model has
  /// none: what this machine draws is not the card's.
  virtual std::vector<std::string_view> sensors() const;
  /// Keep built programs from now on, or not; devices without programs have nothing to keep.
  virtual void set_program_cache(bool) {}

  virtual Tensor upload(const Tensor& host, const Placement& placement) = 0;
  virtual Tensor download(const Tensor& tensor) = 0;

  virtual Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) = 0;
  virtual Tensor softmax(const Tensor& input, const SoftmaxOptions& options) = 0;
  virtual Tensor multiply(const Tensor& input, double scalar) = 0;
  virtual Tensor multiply(const Tensor& a, const Tensor& b) = 0;
  virtual Tensor divide(const Tensor& input, double scalar) = 0;
  virtual Tensor add(const Tensor& a, const Tensor& b) = 0;
  virtual Tensor subtract(const Tensor& a, const Tensor& b) = 0;
  virtual Tensor permute(const Tensor& input, std::span<const int> dims) = 0;
  virtual Tensor reshape(const Tensor& input, const Shape& shape) = 0;
  /// Throws Error{unsupported} where tensors have one layout only.
  virtual Tensor to_layout(const Tensor& input, Layout layout);

  /// Optional: throws Error{unsupported} where there is no fused kernel.
  virtual std::unique_ptr<PreparedAttention> prepare_attention(const Tensor& query_weight,
                                                               const Tensor& key_weight,
                                                               const Tensor& value_weight,
                                                               const AttentionOptions& options);
};

}  // namespace wattention
