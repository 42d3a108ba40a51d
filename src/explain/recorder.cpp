#include "explain/recorder.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "device/placement.h"
#include "explain/causes.h"
#include "explain/program_facts.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

std::string text_of(const OpAttributes& attributes) {
  std::string text;
  for (const AttributeRow& row : attribute_rows())
    if (set_attributes(attributes).has(row.attribute))
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", row.name,
                          text_of(attributes, row.attribute));
  return text;
}

AttributeSet attributes_of_role(AttributeRole role) {
  AttributeSet set;
  for (const AttributeRow& row : attribute_rows())
    if (row.role == role) set = set | row.attribute;
  return set;
}

constexpr std::string_view upload_name = "to_device", download_name = "to_host",
                           release_name = "deallocate";

bool is_worse(const ErrorFigures& a, const ErrorFigures& b) {
  return std::pair(a.not_finite, -a.pcc) > std::pair(b.not_finite, -b.pcc);
}

}  // namespace

void Explainer::Recorder::watch(const Device& device) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<Backend>& backend = device.shared_backend();
  if (devices_.empty()) exact_.emplace(backend->host_threads());
  backend->observe(this);
  devices_.push_back(backend);
}

void Explainer::Recorder::leave() {
  const std::lock_guard lock(mutex_);
  for (const auto& device : devices_)
    if (device->observer() == this) device->observe(nullptr);
}

void Explainer::Recorder::locate(std::function<CallSite()> locator) {
  locator_ = std::move(locator);
}

void Explainer::Recorder::change(Change change) {
  AttributeSet allowed = attributes_of_role(AttributeRole::how);
  if (change.op == upload_name) allowed = AttributeSet(Attribute::memory) | Attribute::output_dtype;
  const AttributeSet foreign = set_attributes(change.attributes) - allowed;
  expect(foreign.empty(), "[explain] expected a change of how {} is computed; found {}",
         change.op.empty() ? "an op" : change.op,
         foreign.empty() ? "" : to_string(foreign.first()));
  const std::lock_guard lock(mutex_);
  changes_.push_back(std::move(change));
}

void Explainer::Recorder::rounded(const Tensor& source, const Tensor& host) {
  if (source.storage() == host.storage() || is_integer(source.dtype())) return;
  const std::lock_guard lock(mutex_);
  if (!measures_) return;
  const auto before = shadows_.find(source);
  if (before && before->values.defined()) return shadows_.set(host, *before);
  shadows_.set(host, {source.clone(), true});  // its owner may write into it later
}

std::optional<Tensor> Explainer::Recorder::exact_values(const Tensor& tensor) const {
  const std::lock_guard lock(mutex_);
  const auto shadow = shadows_.find(tensor);
  if (!shadow) return std::nullopt;
  if (shadow->values.defined()) return shadow->values.to(DType::f64);
  const std::shared_ptr<Backend> backend = tensor.storage()->backend();
  return (backend ? backend->peek(tensor) : tensor).to(DType::f64);
}

void Explainer::Recorder::restart_at_stages() {
  const std::lock_guard lock(mutex_);
  by_stages_ = true;
}

// Before the lock: the caller's language may hold one of its own.
ExplainedOp Explainer::Recorder::row_here(std::string_view op) const {
  ExplainedOp row;
  row.op = op;
  if (locator_) row.site = locator_();
  return row;
}

OpAttributes Explainer::Recorder::changed(const CallSite& site, std::string_view op,
                                          OpAttributes attributes, AttributeSet takes) const {
  for (const Change& change : changes_) {
    if (!change.site.empty() && change.site != to_string(site)) continue;
    if (!change.op.empty() && change.op != op) continue;
    if (!(set_attributes(change.attributes) - takes).empty()) continue;
#define WATTENTION_ATTRIBUTE(name, ...) \
  if (change.attributes.name) attributes.name = change.attributes.name;
#include <wattention/op_attributes.inc>
#undef WATTENTION_ATTRIBUTE
  }
  return attributes;
}

std::vector<Tensor> Explainer::Recorder::run(Backend& device, const OpCall& asked) {
  ExplainedOp row = row_here(asked.name());
  const std::lock_guard lock(mutex_);
  const std::size_t mark = begin();
  OpCall call = asked;
  if (!changes_.empty()) {
    call.attributes = changed(row.site, call.name(), call.attributes, call.row().attributes);
    if (const auto refusal = device.refusal(call)) throw Error(refusal->kind, refusal->sentence);
  }
  row.attributes = text_of(call.attributes);
  row.evidence = device.evidence(call);
  const bool looks = looks_at(row);
  const std::vector<Numbers> operands = numbers_of(device, call, looks);
  for (const Tensor& tensor : call.tensors) row.operands.push_back(facts_of(tensor));
  for (const Numbers& numbers : operands) row.inherited = std::max(row.inherited, numbers.error);
  std::vector<Tensor> results = device.run_all(call);
  for (const Tensor& result : results) row.results.push_back(facts_of(result));
  if (looks)
    measure_results({device, call, operands}, results, row);
  else
    follow_results(call, operands, results, row);
  finish(std::move(row), mark, {device, call.tensors, results});
  return results;
}

// What a call left that failed belongs to nobody.
std::size_t Explainer::Recorder::begin() {
  events_.resize(call_of_event_.size());
  reports_.clear();
  return events_.size();
}

std::vector<Event> Explainer::Recorder::events_since(std::size_t mark) const {
  return {events_.begin() + static_cast<std::ptrdiff_t>(mark), events_.end()};
}

void Explainer::Recorder::skip_errors() {
  const std::lock_guard lock(mutex_);
  measures_ = false;
}

void Explainer::Recorder::keep_journal() {
  const std::lock_guard lock(mutex_);
  if (!journal_) journal_.emplace();
}

void Explainer::Recorder::releasing(const Tensor& tensor) {
  const std::shared_ptr<Backend> device = tensor.storage()->backend();
  const ExplainedOp row = row_here(release_name);
  const std::lock_guard lock(mutex_);
  if (journal_ && device) journal_->add_unseen(row, {*device, {tensor}, {}});
}

void Explainer::Recorder::released(const Device& device) {
  const std::lock_guard lock(mutex_);
  if (journal_) journal_->look_again(*device.shared_backend());
}

std::string Explainer::Recorder::journal_json() const {
  const std::lock_guard lock(mutex_);
  return (journal_ ? *journal_ : Journal()).json();
}

void Explainer::Recorder::finish(ExplainedOp row, std::size_t mark, const CallTensors& tensors) {
  if (journal_) journal_->add(row, tensors, reports_);
  const std::vector<Event> events = events_since(mark);
  const ProgramFacts facts = facts_of(events, reports_);
  row.programs = facts.programs;
  row.cores = facts.cores;
  row.fp32_accumulate = facts.fp32_accumulate;
  if (facts.multiplies()) row.fidelity = facts.fidelity;
  row.details = facts.details;
  call_of_event_.resize(events_.size(), row_of_call_.size());
  row_of_call_.push_back(rows_.add(std::move(row)));
}

Tensor Explainer::Recorder::upload(Backend& device, const Tensor& host,
                                   const Placement& placement) {
  ExplainedOp row = row_here(upload_name);
  const std::lock_guard lock(mutex_);
  const std::size_t mark = begin();
  const auto shadow = shadows_.find(host);
  Placement place = placement;
  Tensor values = host;
  if (!changes_.empty()) {
    const OpAttributes wanted =
        changed(row.site, row.op, {}, AttributeSet(Attribute::memory) | Attribute::output_dtype);
    if (wanted.memory) place.memory = wanted.memory;
    if (wanted.output_dtype && !is_integer(host.dtype())) {
      place.dtype = wanted.output_dtype;
      // What the card itself computed stays what it is.
      if (shadow && shadow->from_caller && shadow->values.defined()) values = shadow->values;
    }
    expect_place(place, device);
  }
  Tensor there = device.upload(values, place);
  row.operands = {facts_of(host)};
  row.results = {facts_of(there)};
  const Tensor sent = measures_ ? device.peek(there) : there;
  if (sent.on_host() && sent.numel() > 0) {
    const Tensor exact = shadow && shadow->values.defined() ? shadow->values : host;
    const Measured total = measure(sent, exact, exact_->threads());
    const bool is_source = !shadow || shadow->from_caller;
    const Measured own = is_source ? total : measure(sent, host, exact_->threads());
    row.total = total.figures;
    row.own = own.figures;
    const Finding finding = cause_of_rounding(sent.dtype(), own);
    row.cause = finding.cause;
    row.because = finding.sentence;
    if (total.equal)
      shadows_.set_exact(there);
    else
      shadows_.set(there, {exact.storage() == host.storage() ? host.clone() : exact, false,
                           total.figures.relative_l2, total.figures, by_stages_});
  }
  finish(std::move(row), mark, {device, {host}, {there}});
  return there;
}

Tensor Explainer::Recorder::download(Backend& device, const Tensor& tensor) {
  ExplainedOp row = row_here(download_name);
  const std::lock_guard lock(mutex_);
  const std::size_t mark = begin();
  Tensor host = device.download(tensor);
  row.operands = {facts_of(tensor)};
  row.results = {facts_of(host)};
  if (measures_ && host.on_host() && host.numel() > 0) {
    const auto shadow = shadows_.find(tensor);
    const bool known = shadow && shadow->values.defined();
    if (known) row.inherited = shadow->error;
    row.own = ErrorFigures();
    row.total = !known            ? ErrorFigures()
                : shadow->figures ? *shadow->figures
                                  : measure(host, shadow->values, exact_->threads()).figures;
    if (!outputs_ || is_worse(*row.total, *outputs_)) outputs_ = row.total;
    if (known)
      shadows_.set(host, {shadow->values, false, shadow->error, row.total, shadow->ends_stage});
    else
      shadows_.set_exact(host);
  }
  finish(std::move(row), mark, {device, {tensor}, {host}});
  return host;
}

}  // namespace wattention
