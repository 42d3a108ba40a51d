#include "backends/wormhole/wormhole.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "backends/wormhole/energy/cost_model.h"
#include "backends/wormhole/evidence.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/pair_rows.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"
#include "base/threads.h"

namespace wattention {
namespace {

using wormhole::Isa;

constexpr std::pair<std::string_view, Isa> kernels[] = {
    {"scalar", Isa::scalar}, {"avx2", Isa::avx2}, {"avx512", Isa::avx512}};

bool runs_here(Isa isa) {
  try {
    wormhole::resolve_isa(isa);
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::vector<std::string> kernels_here() {
  std::vector<std::string> names;
  for (const auto& [name, isa] : kernels)
    if (runs_here(isa)) names.emplace_back(name);
  return names;
}

// The option, else the environment, else the fastest.
Isa requested_isa(const std::string& option) {
  const char* environment = std::getenv("WATTENTION_KERNEL");
  const std::string word = !option.empty() ? option : environment ? environment : "";
  if (word.empty()) return Isa::best;
  for (const auto& [name, isa] : kernels)
    if (name == word) return isa;
  fail(ErrorKind::absent, "[wormhole] expected kernel scalar, avx2 or avx512; found '{}'{}", word,
       option.empty() ? " in WATTENTION_KERNEL" : "");
}

bool asked_to_be_strict() {
  const char* word = std::getenv("WATTENTION_STRICT");
  if (word == nullptr || std::string_view(word).empty() || std::string_view(word) == "0")
    return false;
  expect(std::string_view(word) == "1", "[WATTENTION_STRICT] expected 0 or 1; found '{}'", word);
  return true;
}

std::vector<std::string> release_names() {
  std::vector<std::string> names;
  for (const wormhole::Release& release : wormhole::releases()) names.push_back(release.name);
  return names;
}

ReleaseInfo info_of(const wormhole::Release& release) {
  std::vector<std::string> ops;
  for (const auto& [name, evidence] : release.ops) ops.push_back(name);
  return {release.name,
          release.print,
          release.scalar_conversion == wormhole::ScalarConversion::truncate,
          release.matmul_quick_gelu,
          !release.ops.empty(),
          release.composites,
          std::move(ops)};
}

}  // namespace

std::vector<ReleaseInfo> list_wormhole_releases() {
  std::vector<ReleaseInfo> infos;
  for (const wormhole::Release& release : wormhole::releases()) infos.push_back(info_of(release));
  return infos;
}

ReleaseInfo find_wormhole_release(std::string_view name) {
  return info_of(wormhole::release_profile(name));
}

DeviceInfo describe_wormhole() {
  const CoreGrid grid = wormhole::n150d().compute_grid;
  DeviceInfo info;
  info.name = "wormhole";
  info.available = true;
  info.description = fmt::format(
      "software n150d, {}x{} cores, TT-NN release profile {}; computed by {} on {}", grid.y, grid.x,
      fmt::join(release_names(), ", "), kernels_here().back(), to_string(available_threads()));
  info.kernels = kernels_here();
  return info;
}

std::shared_ptr<Backend> open_wormhole(const DeviceOptions& options) {
  const wormhole::HostOptions host{resolve_threads(options.threads),
                                   wormhole::resolve_isa(requested_isa(options.kernel))};
  return std::make_shared<wormhole::WormholeBackend>(
      options, host, wormhole::release_profile(options.release_profile));
}

namespace wormhole {
namespace {

// The release's own name first.
std::vector<std::string> release_names(const Release& own) {
  std::vector<std::string> names{own.name};
  for (const Release& release : releases())
    if (release.name != own.name) names.push_back(release.name);
  return names;
}

Capabilities capabilities_of(const Release& release) {
  using enum Attribute;
  return {.own_memory = true,
          .simulated = true,
          .shape_mode = true,
          .programs = true,
          .mixes_floats = true,
          .dtypes = {DType::bf16, DType::f32, DType::uint32, DType::int32, DType::uint16,
                     DType::uint8, DType::bfloat8_b, DType::bfloat4_b},
          .computes_in = DType::bf16,
          .layouts = {Layout::tile, Layout::row_major},
          .memories = {Memory::dram, Memory::l1},
          .attributes = core_grid | fidelity | memory | sharding | fp32_accumulate |
                        packer_l1_accumulate | program | numeric_stable |
                        fast_and_approximate_mode | math_approx_mode | q_chunk_size | k_chunk_size |
                        exp_approx_mode,
          .core_grid = n150d().compute_grid,
          .releases = release_names(release),
          .meters = {}};
}

}  // namespace

WormholeBackend::WormholeBackend(const DeviceOptions& options, HostOptions host, Release release)
    : mode_(options.mode),
      explain_(options.explain),
      strict_(options.strict || asked_to_be_strict()),
      host_(host),
      release_(std::move(release)),
      capabilities_(capabilities_of(release_)),
      l1_(std::make_shared<BankMemory>(Memory::l1, n150d().l1, release_.l1,
                                       n150d().allocation_alignment)),
      dram_(std::make_shared<BankMemory>(Memory::dram, n150d().dram, release_.dram,
                                         n150d().allocation_alignment)),
      live_(std::make_shared<LiveStorages>()) {
  cache_.enable(options.program_cache.value_or(release_.program_cache));
}

void WormholeBackend::close() {
  const std::lock_guard lock(queue_mutex_);
  if (!open_.exchange(false)) return;
  live_->release_all();
  cache_.clear();
}

std::vector<OpReport> WormholeBackend::take_reports() {
  const Lock lock = enter("reports");
  return std::exchange(reports_, {});
}

void WormholeBackend::set_program_cache(bool enabled) {
  const Lock lock = enter("program_cache");
  cache_.enable(enabled);
}

namespace {

std::optional<Refusal> refuse_unverified(const OpCall& call, const Release& release) {
  if (evidence_of(call, release) != Evidence::read) return std::nullopt;
  return refuse(
      ErrorKind::unverified,
      "[{0}] expected an op whose digits are verified, as strict was asked for; found {0}, "
      "known from the source of release {1} only",
      call.name(), release.name);
}

std::optional<Refusal> refuse_family(const OpCall& call, const Release& release) {
  switch (call.row().family) {
    case OpFamily::product: return refuse_product(call, release);
    case OpFamily::binary:
      return kernels::has_pairs(release.kernels) ? refuse_binary_ng(call, release)
                                                 : refuse_binary(call);
    case OpFamily::unary: return refuse_unary(call, release);
    case OpFamily::ternary: return refuse_ternary(call, release);
    case OpFamily::softmax: return refuse_softmax(call, release);
    case OpFamily::norm: return refuse_norm(call, release);
    case OpFamily::rotary: return refuse_rotary(call, release);
    case OpFamily::reduce: return refuse_reduce(call, release);
    case OpFamily::search: return refuse_search(call, release);
    case OpFamily::gather: return refuse_gather(call);
    case OpFamily::move: return refuse_move(call);
    case OpFamily::attention: return refuse_attention(call, release);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> WormholeBackend::refusal_here(const OpCall& call) const {
  if (!release_.knows(call.name())) return refuse_unknown(call, release_);
  if (auto refusal = refuse_family(call, release_)) return refusal;
  if (auto refusal = refuse_sharded(call)) return refusal;
  return strict_ ? refuse_unverified(call, release_) : std::nullopt;
}

Tensor WormholeBackend::run(const OpCall& call) {
  const Lock lock = enter(call.name());
  const std::size_t reported = reports_.size();
  Tensor out = run_family(call);
  add_evidence(call, reported);
  return out;
}

std::vector<Tensor> WormholeBackend::run_all(const OpCall& call) {
  if (call.op != Op::topk) return {run(call)};
  const Lock lock = enter(call.name());
  const std::size_t reported = reports_.size();
  std::vector<Tensor> results = run_topk(call);
  add_evidence(call, reported);
  return results;
}

// To the reports since the call began.
void WormholeBackend::add_evidence(const OpCall& call, std::size_t reported) {
  for (OpReport& report : std::span(reports_).subspan(reported))
    report.attributes.emplace_back("evidence", evidence(call));
}

std::string_view WormholeBackend::evidence(const OpCall& call) const {
  return to_string(evidence_of(call, release_));
}

HeldBuffers WormholeBackend::held() const {
  HeldBuffers all;
  for (const auto& memory : {l1_, dram_}) {
    all.memories.push_back(memory->facts());
    for (const HeldBuffer& buffer : memory->held()) all.buffers.push_back(buffer);
  }
  return all;
}

std::optional<std::int64_t> WormholeBackend::address_of(const Tensor& tensor) const {
  return storage_of(tensor).address();
}

Tensor WormholeBackend::run_family(const OpCall& call) {
  switch (call.row().family) {
    case OpFamily::product: return run_product(call);
    case OpFamily::binary:
      return kernels::has_pairs(release_.kernels) ? run_binary_ng(call) : run_binary(call);
    case OpFamily::unary: return run_unary(call);
    case OpFamily::ternary: return run_ternary(call);
    case OpFamily::softmax: return run_softmax(call);
    case OpFamily::norm: return run_norm(call);
    case OpFamily::rotary: return run_rotary(call);
    case OpFamily::reduce: return run_reduce(call);
    case OpFamily::search: return call.op == Op::argmax ? run_argmax(call) : run_topk(call).front();
    case OpFamily::gather: return run_gather(call);
    case OpFamily::move: return run_move(call);
    case OpFamily::attention: return run_attention(call);
  }
  fail(ErrorKind::unsupported, "[{}] expected an op that wormhole has; found none", call.name());
}

const CostModel* WormholeBackend::cost_model() const {
  return &n150d_cost_model();
}

DeviceCounts WormholeBackend::counts() const {
  const std::lock_guard lock(queue_mutex_);
  return {programs_,
          cache_.hits(),
          cache_.misses(),
          static_cast<std::int64_t>(cache_.size()),
          kernels_compiled_,
          l1_->use().allocated_bytes,
          dram_->use().allocated_bytes};
}

MemoryUse WormholeBackend::memory_use(Memory memory) const {
  return memory == Memory::l1 ? l1_->use() : dram_->use();
}

}  // namespace wormhole
}  // namespace wattention
