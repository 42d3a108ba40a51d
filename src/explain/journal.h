#pragma once
// Every call with its tensors, and the buffers that live behind it: what a report of the memory's layout shows.
#include <wattention/explain.h>

#include <span>
#include <unordered_map>

#include "device/backend.h"

namespace wattention {

struct CallTensors {
  const Backend& device;
  std::vector<Tensor> operands;
  std::vector<Tensor> results;
};

class Journal {
 public:
  /// `programs`: what the device said of each that the call ran.
  void add(const ExplainedOp& call, const CallTensors& tensors, std::span<const OpReport> programs);
  /// A call that no device sees: it has no time.
  void add_unseen(const ExplainedOp& call, const CallTensors& tensors);
  /// The buffers that live behind the last call are those that live now.
  void look_again(const Backend& device);
  /// {"memories": [...], "tensors": [...], "calls": [{"op", "site", "operands": [tensor], "results", "buffers",
  /// "programs", "timed"}]}
  std::string json() const;

 private:
  struct Known {
    std::weak_ptr<Storage> storage;
    std::size_t number;
  };
  struct Seen {
    ExplainedTensor facts;
    std::optional<Sharding> sharding;
    std::optional<std::int64_t> address;
  };
  struct Call {
    CallSite site;
    std::string op, attributes;
    std::vector<std::size_t> operands, results;
    std::vector<HeldBuffer> buffers;
    std::vector<OpReport> programs;
    bool timed = true;
  };
  std::size_t number_of(const Backend& device, const Tensor& tensor);

  std::unordered_map<const Storage*, Known> known_;
  std::vector<Seen> tensors_;
  std::vector<Call> calls_;
  std::vector<HeldMemory> memories_;
};

}  // namespace wattention
