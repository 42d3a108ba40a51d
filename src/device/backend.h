#pragma once
// What a device must do. Ops have checked a call before any device sees it; a device says what it does not take by
// refusal(), never with another answer.
#include <wattention/device.h>
#include <wattention/tensor.h>

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "device/call_observer.h"
#include "device/ceiling_meter.h"
#include "device/cost_model.h"
#include "device/events.h"
#include "device/held_buffers.h"
#include "device/op_call.h"

namespace wattention {

/// A module's weights packed for one device; owned by FusedAttention.
class PreparedAttention {
 public:
  virtual ~PreparedAttention() = default;
  /// context is [T, head_dim], host memory, in output_dtype().
  virtual void forward(const Tensor& tokens, Tensor& context) = 0;
  /// The same for many, one after the other; a device with memory of its own has several on their way at once.
  virtual void forward_all(std::span<const Tensor> tokens, std::span<Tensor> contexts);
  /// tokens [T, embed_dim] or [B, T, embed_dim] in the device's own memory -> the context there. Throws
  /// Error{unsupported} where the device has none.
  virtual Tensor forward_there(const Tensor& tokens);
  virtual DType output_dtype() const = 0;
  virtual std::int64_t embed_dim() const = 0;
  virtual std::int64_t head_dim() const = 0;
};

class AttentionParts;

class Backend : public std::enable_shared_from_this<Backend> {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;
  virtual const Capabilities& capabilities() const = 0;
  virtual bool is_open() const { return true; }
  virtual void close() {}
  virtual std::vector<OpReport> take_reports() { return {}; }
  /// Host threads that it was opened with; what a program does on the host beside it takes as many.
  virtual int host_threads() const = 0;
  /// What the device did, for time and energy models; null where nothing is recorded.
  virtual EventLog* event_log() { return nullptr; }
  virtual DeviceCounts counts() const { return {}; }
  /// Its model of time and energy; null where there is none.
  virtual const CostModel* cost_model() const { return nullptr; }
  /// What it reaches at most with operands of this dtype; null where nothing measures that.
  virtual std::unique_ptr<CeilingMeter> ceiling_meter(DType, CeilingOf) const { return nullptr; }
  /// Keep built programs from now on, or not; called where capabilities() has programs.
  virtual void set_program_cache(bool) {}

  /// From now on ops and transfers go by way of the observer, which outlives its stay here; null: straight to the
  /// device. Set while no call is on its way.
  void observe(CallObserver* observer) { observer_ = observer; }
  CallObserver* observer() const { return observer_; }
  /// How the digits of this call are known, as reports say it; empty where nothing needs to be said.
  virtual std::string_view evidence(const OpCall&) const { return {}; }
  /// What download() gives, without a trace in the log.
  virtual Tensor peek(const Tensor& tensor) { return download(tensor); }

  /// The buffers that live; none where it has no memory of its own.
  virtual HeldBuffers held() const { return {}; }
  /// Of a tensor of this device in its banks; nothing where it has no addresses.
  virtual std::optional<std::int64_t> address_of(const Tensor&) const { return std::nullopt; }

  /// The placement is one that capabilities() has, as far as it is set.
  virtual Tensor upload(const Tensor& host, const Placement& placement) = 0;
  virtual Tensor download(const Tensor& tensor) = 0;

  /// Why this device does not run the call; nothing where it does. Attributes first: those of role `how` that
  /// capabilities() lacks.
  std::optional<Refusal> refusal(const OpCall& call) const;
  /// Runs a call that refusal() has let pass. Throws Error{out_of_memory} where its memory does not hold it, and
  /// Error{closed} when it was closed meanwhile.
  virtual Tensor run(const OpCall& call) = 0;
  /// All results of an op that has several, in its row's order; run() gives the first of them.
  virtual std::vector<Tensor> run_all(const OpCall& call) { return {run(call)}; }

  /// Optional: throws Error{unsupported} where there is no fused kernel.
  virtual std::unique_ptr<PreparedAttention> prepare_attention(const Tensor& query_weight,
                                                               const Tensor& key_weight,
                                                               const Tensor& value_weight,
                                                               const AttentionOptions& options);

  /// Optional: attention over keys that come in parts, for queries as this checked call has them. Throws
  /// Error{unsupported} where the device has none.
  virtual std::unique_ptr<AttentionParts> attention_parts(const OpCall& call);

 private:
  /// What the call's operands and attributes make impossible here.
  virtual std::optional<Refusal> refusal_here(const OpCall& call) const = 0;

  std::atomic<CallObserver*> observer_ = nullptr;
};

}  // namespace wattention
