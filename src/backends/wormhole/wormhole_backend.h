#pragma once
// The device as ops see it. One command queue: ops of several threads run one after the other.
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backends/wormhole/device_storage.h"
#include "backends/wormhole/exec/blocks.h"
#include "backends/wormhole/exec/element_rows.h"
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/unary.h"
#include "backends/wormhole/kernels/norm_words.h"
#include "backends/wormhole/kernels/pair_rows.h"
#include "backends/wormhole/layout.h"
#include "backends/wormhole/memory/bank_memory.h"
#include "backends/wormhole/move_programs.h"
#include "backends/wormhole/program/broadcast.h"
#include "backends/wormhole/program_cache.h"
#include "backends/wormhole/sharded.h"
#include "backends/wormhole/spec/release.h"
#include "base/fork.h"
#include "device/backend.h"

namespace wattention::wormhole {

namespace kernels {
struct SoftmaxSet;
}  // namespace kernels
struct AttentionImages;
struct AttentionProblem;
struct ReducePlan;
struct ReduceStep;

class WormholeBackend final : public Backend {
 public:
  WormholeBackend(const DeviceOptions& options, HostOptions host, Release release);

  std::string_view name() const override { return "wormhole"; }
  bool is_open() const override { return open_; }
  void close() override;
  const Capabilities& capabilities() const override { return capabilities_; }
  int host_threads() const override { return host_.threads; }
  std::vector<OpReport> take_reports() override;
  EventLog* event_log() override { return &events_; }
  DeviceCounts counts() const override;
  const CostModel* cost_model() const override;
  void set_program_cache(bool enabled) override;

  Tensor upload(const Tensor& host, const Placement& placement) override;
  Tensor download(const Tensor& tensor) override;
  Tensor peek(const Tensor& tensor) override;
  std::string_view evidence(const OpCall& call) const override;
  HeldBuffers held() const override;
  std::optional<std::int64_t> address_of(const Tensor& tensor) const override;

  Tensor run(const OpCall& call) override;
  std::vector<Tensor> run_all(const OpCall& call) override;

  /// Per bank.
  MemoryUse memory_use(Memory memory) const;

 private:
  using Lock = std::unique_lock<ForkAwareMutex>;

  std::optional<Refusal> refusal_here(const OpCall& call) const override;
  Tensor run_family(const OpCall& call);
  void add_evidence(const OpCall& call, std::size_t reported);

  // device_tensors.cpp
  Lock enter(std::string_view op);
  Tensor allocate(const Shape& shape, DType dtype, Layout layout, const Place& place);
  static const DeviceStorage& storage_of(const Tensor& tensor);
  static Bits* bits_of(const Tensor& tensor);
  static Word* words_of(const Tensor& tensor);
  static MatrixView stacked(const Tensor& tensor);
  /// The packer's last step where the result is of a block format: bf16 to blocks.
  void pack_result(const Tensor& out) const;
  bool has_values() const { return mode_ == Mode::exact && !plans_only_; }
  /// Room for what `programs` leaves: they run without values, which the caller computes at once.
  Tensor planned(const std::function<Tensor()>& programs);
  /// The logical elements in C order, without padding; and to a tensor, with zeros around them.
  static std::vector<std::byte> elements_of(const Tensor& tensor);
  static void set_elements(const Tensor& tensor, const std::byte* elements);
  Tensor on_host(const Tensor& tensor) const;

  // command_queue.cpp
  Program enqueue(const std::string& key, Program fresh, Reuse reuse);
  std::int64_t lowest_l1_address() const;
  void add_event(Event event);
  void transferred(TransferEvent::Step step, std::int64_t elements, std::int64_t bytes,
                   Memory memory);

  // A file per family; the queue's lock is held.
  Tensor run_product(const OpCall& call);
  struct Product {
    Tensor sums;
    bool wait_for_bias;    ///< its program adds one
    bool is_done = false;  ///< bias and activation, too
  };
  Product matmul(const Tensor& a, const Tensor& b, const OpCall& call);
  void add_row(const Tensor& product, const Tensor& bias);
  void activate_words(const OpCall& activation, std::span<Word> words);
  std::vector<Word> wide_product(const Tensor& a, const Tensor& b,
                                 const MatmulNumerics& numerics) const;
  void end_in_32_bits(std::vector<Word> sums, const Tensor* bias,
                      const std::optional<OpCall>& activation, const Tensor& out);
  void activate(const OpCall& activation, const Tensor& product);
  void compute_matmul(const Tensor& a, const Tensor& b, const MatmulNumerics& numerics,
                      const Tensor& out) const;
  Tensor run_binary(const OpCall& call);
  Tensor run_binary_ng(const OpCall& call);
  Program binary_ng_program(const OpCall& call, const PlacedBinary& placed, int vector_steps) const;
  static std::span<const Bits> spread_operand(const Tensor& tensor, const Shape& shape,
                                              std::vector<Bits>& room, HostOptions host);
  Bits number_of_pair(const OpCall& call) const;
  void combine_values(const OpCall& call, const kernels::PairRow& row, const Tensor& out);
  Tensor run_ternary(const OpCall& call);
  Tensor run_binary_by_tile(const OpCall& call);
  Tensor run_binary_by_number(const OpCall& call);
  Tensor run_binary_of_tensors(const OpCall& call);
  Tensor run_binary_of_fp32(const OpCall& call);
  // fp32 in a program of 16 bits: cut on its way in, widened on its way out, in rooms of their own.
  static std::span<const Bits> in_16_bits(const Tensor& tensor, std::vector<Bits>& cut);
  static std::span<Bits> room_of_16_bits(const Tensor& out, std::vector<Bits>& room);
  void finish_16_bits(const Tensor& out, std::span<const Bits> room) const;
  Program enqueue_binary(const OpCall& call, const Broadcast& broadcast,
                         const PlacedBinary& placed);
  Tensor run_unary(const OpCall& call);
  Tensor run_unary_steps(const OpCall& call);
  Tensor run_plus_one(const OpCall& call);
  Tensor run_celu(const OpCall& call);
  Tensor chosen_above_zero(const OpCall& call, const Tensor& other);
  Tensor run_typecast(const OpCall& call);
  Tensor run_integers(const OpCall& call);
  Tensor run_argmax(const OpCall& call);
  std::vector<Tensor> run_topk(const OpCall& call);
  void rank_values(const OpCall& call, const std::vector<Tensor>& results);
  Tensor run_gather(const OpCall& call);
  void gather_values(const OpCall& call, const Tensor& out);
  void apply_unary(const UnaryFunction& function, const Tensor& input, const Tensor& out);
  /// By kernels that compute in words: what the matrix unit reads of a tensor, and how Dst leaves for one.
  static std::vector<Word> words_read(const Tensor& tensor);
  void pack_dst(const Tensor& out, std::span<const Word> dst, bool fp32_dst) const;
  static RowsRead rows_read(const Tensor& tensor);
  static RowsLeft rows_left(const Tensor& tensor);
  /// Blocks round what a cut leaves of 32 bits, as they round bf16.
  static bool rounds_into(const Tensor& out, bool fp32_dst);
  Tensor run_softmax(const OpCall& call);
  void softmax_values(const OpCall& call, const SoftmaxNumerics& numerics, const Tensor& out);
  void softmax_in_words(const OpCall& call, const kernels::SoftmaxSet& set,
                        const SoftmaxNumerics& numerics, std::span<const Bits> given_mask,
                        const Tensor& out);
  Tensor run_softmax_lines(const OpCall& call);
  Tensor run_norm(const OpCall& call);
  void norm_in_words(const OpCall& call, kernels::NormRowsKernel kernel,
                     const NormNumerics& numerics, const Tensor& out);
  Tensor run_rotary(const OpCall& call);
  static AttentionImages images_of(const OpCall& call, const AttentionProblem& problem,
                                   const Tensor& out);
  Tensor run_attention(const OpCall& call);
  Tensor run_decode(const OpCall& call);
  std::vector<std::int64_t> lengths_of(const OpCall& call) const;
  /// Elements of `out` become 0, as the random bits say.
  void drop(const OpCall& call, const Tensor& out);
  Tensor run_reduce(const OpCall& call);
  Tensor sum_or_largest(const OpCall& call);
  Tensor variance(const OpCall& call);
  Tensor sum_or_largest_in_words(const OpCall& call, float share);
  Tensor variance_in_words(const OpCall& call);
  Tensor variance_of_side(const OpCall& call, const Tensor& input, bool along_width);
  Tensor reduce_steps(const OpCall& call, const Tensor& input, const ReducePlan& plan);
  Tensor reduce_tile(const OpCall& call, const Tensor& input, bool largest, float scaler);
  Tensor times(const Tensor& input, float number);
  Tensor reduce_side(const OpCall& call, const Tensor& input, const ReduceStep& step);
  Tensor sum_matrices(const OpCall& call, const Tensor& input, int dim);
  Tensor reduce_across(const OpCall& call, const Tensor& input, int dim, const ReduceStep& step);
  Tensor squared(const Tensor& input);
  Tensor permuted(const Tensor& input, const std::vector<int>& dims);
  Tensor reshaped(const Tensor& input, const Shape& shape);
  Tensor multiply_along(const OpCall& call);
  Tensor multiply_moved(const OpCall& call, const Tensor& input, int dim);
  Tensor multiply_matrices(const OpCall& call, const Tensor& input, int dim);
  Tensor run_move(const OpCall& call);
  Tensor transpose(const Tensor& input);
  void move_values(const OpCall& call, const MovePrograms& programs, const Tensor& out);

  const Mode mode_;
  const bool explain_;
  const bool strict_;
  const HostOptions host_;
  const Release release_;
  const Capabilities capabilities_;
  std::shared_ptr<BankMemory> l1_;
  std::shared_ptr<BankMemory> dram_;
  std::shared_ptr<LiveStorages> live_;
  std::atomic<bool> open_{true};

  mutable ForkAwareMutex queue_mutex_{"the device wormhole"};  // guards what follows
  ProgramCache cache_;
  UnaryTables unary_tables_;
  EventLog events_;
  std::vector<OpReport> reports_;
  bool plans_only_ = false;
  std::int64_t programs_ = 0;
  std::int64_t kernels_compiled_ = 0;
};

}  // namespace wattention::wormhole
