#include "explain/journal.h"

#include <nlohmann/json.hpp>

#include "explain/rows.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const HeldMemory& memory) {
  return {{"memory", to_string(memory.memory)},
          {"banks", memory.banks},
          {"bank_bytes", memory.bank_bytes},
          {"first_free", memory.first_free}};
}

Json json_of(const OpReport& program) {
  Json attributes = Json::object();
  for (const auto& [name, value] : program.attributes) attributes[name] = value;
  return {{"program", program.kernel}, {"attributes", std::move(attributes)}};
}

}  // namespace

// A view of the same memory is the same tensor.
std::size_t Journal::number_of(const Backend& device, const Tensor& tensor) {
  Known& known = known_[tensor.storage().get()];
  if (!known.storage.expired()) return known.number;
  known = {tensor.storage(), tensors_.size()};
  Seen seen{facts_of(tensor), {}, {}};
  if (const Sharding* sharding = tensor.sharding()) seen.sharding = *sharding;
  if (tensor.storage()->backend().get() == &device) seen.address = device.address_of(tensor);
  tensors_.push_back(seen);
  return known.number;
}

void Journal::add(const ExplainedOp& call, const CallTensors& tensors,
                  std::span<const OpReport> programs) {
  Call made{call.site, call.op, call.attributes, {}, {}, {}, {programs.begin(), programs.end()}};
  for (const Tensor& tensor : tensors.operands)
    made.operands.push_back(number_of(tensors.device, tensor));
  for (const Tensor& tensor : tensors.results)
    made.results.push_back(number_of(tensors.device, tensor));
  HeldBuffers held = tensors.device.held();
  made.buffers = std::move(held.buffers);
  memories_ = std::move(held.memories);
  calls_.push_back(std::move(made));
}

void Journal::add_unseen(const ExplainedOp& call, const CallTensors& tensors) {
  add(call, tensors, {});
  calls_.back().timed = false;
}

void Journal::look_again(const Backend& device) {
  if (!calls_.empty()) calls_.back().buffers = device.held().buffers;
}

std::string Journal::json() const {
  Json made{{"memories", Json::array()}, {"tensors", Json::array()}, {"calls", Json::array()}};
  for (const HeldMemory& memory : memories_) made["memories"].push_back(json_of(memory));
  for (const Seen& seen : tensors_)
    made["tensors"].push_back(
        {{"shape", seen.facts.shape.sizes()},
         {"dtype", to_string(seen.facts.dtype)},
         {"layout", to_string(seen.facts.layout)},
         {"memory", to_string(seen.facts.memory)},
         {"sharding", seen.sharding ? Json(to_string(*seen.sharding)) : Json(nullptr)},
         {"address", seen.address ? Json(*seen.address) : Json(nullptr)}});
  for (const Call& call : calls_) {
    Json buffers = Json::array();
    for (const HeldBuffer& buffer : call.buffers)
      buffers.push_back({to_string(buffer.memory), buffer.address, buffer.bytes_per_bank});
    Json programs = Json::array();
    for (const OpReport& program : call.programs) programs.push_back(json_of(program));
    made["calls"].push_back({{"op", call.op},
                             {"word", call.site.word},
                             {"file", call.site.file},
                             {"line", call.site.line},
                             {"attributes", call.attributes},
                             {"operands", call.operands},
                             {"results", call.results},
                             {"buffers", std::move(buffers)},
                             {"programs", std::move(programs)},
                             {"timed", call.timed}});
  }
  return made.dump();
}

}  // namespace wattention
