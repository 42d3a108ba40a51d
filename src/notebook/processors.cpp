#include "notebook/processors.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "notebook/embedded.h"
#include "notebook/values.h"

namespace wattention {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view desktop_name = "i7-13700", xeon_name = "Xeon w5-3535X";
constexpr double giga = 1e9;

std::vector<ProcessorFact> read_facts() {
  const Json file = Json::parse(embedded_processors());
  std::vector<ProcessorFact> facts;
  for (const char* part : {"processors", "programs"})
    for (const auto& [subject, figures] : file.at(part).items())
      for (const auto& [what, figure] : figures.items()) {
        const bool exact = figure.contains("value");
        facts.push_back({subject, what, figure.at(exact ? "value" : "low").get<double>(),
                         figure.at(exact ? "value" : "high").get<double>(), figure.at("unit"),
                         file.at("sources").at(figure.at("source").get<std::string>())});
      }
  return facts;
}

const ProcessorFact* find_fact(std::string_view subject, std::string_view what) {
  const std::vector<ProcessorFact>& facts = processor_facts();
  const auto found = std::ranges::find_if(facts, [&](const ProcessorFact& fact) {
    return fact.subject == subject && fact.what == what;
  });
  return found == facts.end() ? nullptr : &*found;
}

Interval range_of(std::string_view subject, std::string_view what) {
  const ProcessorFact* fact = find_fact(subject, what);
  expect(fact != nullptr, "[processors] expected '{}' of '{}'; found none", what, subject);
  return {std::sqrt(fact->low * fact->high), fact->low, fact->high};
}

// 0 where the file has none: a processor without small cores says nothing of them.
double number_of(std::string_view subject, std::string_view what) {
  const ProcessorFact* fact = find_fact(subject, what);
  return fact ? fact->low : 0;
}

OperatingPoint point_of(std::string_view processor, const std::string& clock) {
  return {.big_flops_per_s = number_of(processor, "big cores, " + clock) * giga,
          .small_flops_per_s = number_of(processor, "small cores, " + clock) * giga,
          .core_hz = number_of(processor, clock) * giga,
          .package_w = range_of(processor, "package, " + clock)};
}

Processor processor_called(std::string_view name) {
  return {.name = std::string(name),
          .big_cores = static_cast<int>(number_of(name, "big cores")),
          .small_cores = static_cast<int>(number_of(name, "small cores")),
          .threads = static_cast<int>(number_of(name, "threads")),
          .bytes_per_s = number_of(name, "memory") * giga,
          .base = point_of(name, "base clock"),
          .turbo = point_of(name, "highest clock")};
}

// PyTorch runs a thread per core, this library one for each that the processor runs.
CpuProgram program_called(std::string_view name, bool is_own) {
  return {.name = std::string(name),
          .thread_per_core = !is_own,
          .flop_share = range_of(name, "share"),
          .byte_share = range_of("any", "share of memory"),
          .prepare_cycles = range_of(is_own ? "wattention" : "PyTorch", "module") * giga};
}

CpuPrediction predict(std::string_view processor, std::string_view program, DType dtype,
                      bool is_own) {
  return {processor_called(processor), program_called(program, is_own), dtype, is_own};
}

}  // namespace

CpuWork CpuPrediction::work() const {
  constexpr double elements =
      3.0 * notebook_dim * notebook_dim + 2.0 * notebook_tokens * notebook_dim;
  return {.flops = notebook_flops, .bytes = elements * static_cast<double>(size_of(dtype))};
}

std::vector<CpuPrediction> desktop_predictions() {
  return {predict(desktop_name, "PyTorch f32", DType::f32, false),
          predict(desktop_name, "wattention f32", DType::f32, true),
          predict(desktop_name, "PyTorch bf16", DType::bf16, false),
          predict(desktop_name, "wattention bf16", DType::bf16, true)};
}

CpuPrediction xeon_prediction() {
  return predict(xeon_name, "PyTorch f32, AVX-512", DType::f32, false);
}

bool is_desktop(std::string_view cpu_model) {
  const std::size_t at = cpu_model.find(desktop_name);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = cpu_model.substr(at + desktop_name.size());
  return rest.empty() || std::isalnum(static_cast<unsigned char>(rest.front())) == 0;
}

const std::vector<ProcessorFact>& processor_facts() {
  static const std::vector<ProcessorFact> facts = read_facts();
  return facts;
}

}  // namespace wattention
