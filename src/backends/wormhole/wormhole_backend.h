#pragma once
// The device as ops see it. One command queue: ops of several threads run one after the other.
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backends/wormhole/device_storage.h"
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/layout.h"
#include "backends/wormhole/memory/bank_memory.h"
#include "backends/wormhole/program_cache.h"
#include "backends/wormhole/spec/release.h"
#include "base/fork.h"
#include "device/backend.h"

namespace wattention::wormhole {

class WormholeBackend final : public Backend {
 public:
  WormholeBackend(const DeviceOptions& options, HostOptions host);

  std::string_view name() const override { return "wormhole"; }
  bool is_open() const override { return open_; }
  void close() override;
  bool is_accelerator() const override { return true; }
  std::vector<OpReport> take_reports() override;
  EventLog* event_log() override { return &events_; }
  DeviceCounts counts() const override;
  const CostModel* cost_model() const override;
  void set_program_cache(bool enabled) override;

  Tensor upload(const Tensor& host, const Placement& placement) override;
  Tensor download(const Tensor& tensor) override;

  Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) override;
  Tensor softmax(const Tensor& input, const SoftmaxOptions& options) override;
  Tensor multiply(const Tensor& input, double scalar) override;
  Tensor multiply(const Tensor& a, const Tensor& b) override;
  Tensor divide(const Tensor& input, double scalar) override;
  Tensor add(const Tensor& a, const Tensor& b) override;
  Tensor subtract(const Tensor& a, const Tensor& b) override;
  Tensor permute(const Tensor& input, std::span<const int> dims) override;
  Tensor reshape(const Tensor& input, const Shape& shape) override;
  Tensor to_layout(const Tensor& input, Layout layout) override;

  /// Per bank.
  MemoryUse memory_use(Memory memory) const;

 private:
  using Lock = std::unique_lock<ForkAwareMutex>;

  // device_tensors.cpp
  Lock enter(std::string_view op);
  Tensor allocate(const Shape& shape, DType dtype, Layout layout, Memory memory);
  const DeviceStorage& storage_of(std::string_view op, const Tensor& tensor,
                                  std::string_view off_device) const;
  Bits* bits_of(const Tensor& tensor) const;
  MatrixView stacked(const Tensor& tensor) const;
  void expect_tile(std::string_view op, const Tensor& tensor, std::string_view not_tiled) const;
  void expect_bf16(std::string_view op, const Tensor& tensor) const;
  bool has_values() const { return mode_ == Mode::exact; }

  // command_queue.cpp
  Program enqueue(const std::string& key, Program fresh, Reuse reuse);
  std::int64_t lowest_l1_address() const;
  void transferred(TransferEvent::Step step, std::int64_t elements, std::int64_t bytes,
                   Memory memory);

  // One file per op.
  Tensor transpose(const Tensor& input);
  Tensor run_matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options);
  void compute_matmul(const Tensor& a, const Tensor& b, const MatmulNumerics& numerics,
                      const Tensor& out) const;
  Tensor scale(std::string_view op, const Tensor& input, float scalar);
  using TensorOp = void (*)(std::span<const Bits> a, std::span<const Bits> b, Fidelity fidelity,
                            std::span<Bits> out, HostOptions host);
  Tensor combine(std::string_view op, const Tensor& a, const Tensor& b, TensorOp compute);
  Tensor move_elements(std::string_view op, std::string_view program, std::string_view kernel,
                       const Tensor& input, const Shape& shape, std::span<const int> dims);

  const Mode mode_;
  const bool explain_;
  const HostOptions host_;
  const Release& release_;
  std::shared_ptr<BankMemory> l1_;
  std::shared_ptr<BankMemory> dram_;
  std::shared_ptr<LiveStorages> live_;
  std::atomic<bool> open_{true};

  mutable ForkAwareMutex queue_mutex_{"the device wormhole"};  // guards what follows
  ProgramCache cache_;
  EventLog events_;
  std::vector<OpReport> reports_;
  std::int64_t programs_ = 0;
  std::int64_t kernels_compiled_ = 0;
};

}  // namespace wattention::wormhole
