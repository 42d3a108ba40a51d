#include "report/notebook_records.h"

#include <algorithm>

#include "notebook/values.h"

namespace wattention::report {
namespace {

const BenchRecord* find(const BenchRun& run, const auto& fits) {
  const auto found = std::ranges::find_if(run.records, fits);
  return found == run.records.end() ? nullptr : &*found;
}

}  // namespace

bool has_notebook_shape(const BenchRecord& record) {
  const BenchCase& axes = record.axes;
  return record.skipped.empty() && axes.heads.heads == 0 && axes.tokens == notebook_tokens &&
         axes.embed_dim == notebook_dim && axes.head_dim == notebook_dim;
}

namespace {

// The module as the notebook runs it, modelled.
bool is_default_card(const BenchRecord& record) {
  return has_notebook_shape(record) && !record.steps.empty() &&
         (!record.axes.core_grid || *record.axes.core_grid == CoreGrid{8, 8});
}

}  // namespace

const BenchRecord* find_notebook_record(const BenchRun& run, const BenchCase& wanted) {
  return find(run, [&](const BenchRecord& r) { return has_notebook_shape(r) && r.axes == wanted; });
}

const BenchRecord* find_card_record(const BenchRun& run, Variant variant) {
  const auto fits = [&](const BenchRecord& r) {
    return r.axes.host.empty() && is_default_card(r) && r.axes.variant == variant;
  };
  const BenchRecord* plain =
      find(run, [&](const BenchRecord& r) { return fits(r) && !r.axes.fidelity; });
  return plain ? plain : find(run, fits);
}

std::vector<const BenchRecord*> other_host_records(const BenchRun& run, Variant variant) {
  std::vector<const BenchRecord*> found;
  for (const BenchRecord& record : run.records) {
    if (record.axes.host.empty() || !is_default_card(record) || record.axes.variant != variant)
      continue;
    const auto same_host = [&](const BenchRecord* other) {
      return other->axes.host == record.axes.host;
    };
    if (std::ranges::none_of(found, same_host)) found.push_back(&record);
  }
  return found;
}

const BenchRecord* find_fastest_measured(const BenchRun& run, std::optional<DType> dtype) {
  const BenchRecord* fastest = nullptr;
  for (const BenchRecord& record : run.records) {
    const Figure& time = record.time_per_forward_ms;
    if (!has_notebook_shape(record) || time.source != Source::measured) continue;
    if (dtype && record.axes.dtype != *dtype) continue;
    if (!fastest || *time.value < *fastest->time_per_forward_ms.value) fastest = &record;
  }
  return fastest;
}

}  // namespace wattention::report
