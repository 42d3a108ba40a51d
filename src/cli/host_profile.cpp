#include "cli/host_profile.h"

#include <wattention/cost.h>

#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "base/fail.h"
#include "base/input_file.h"

namespace wattention::cli {
namespace {

constexpr std::array<std::pair<const char*, double HostRates::*>, 11> rates{{
    {"cast_s", &HostRates::cast_s},
    {"tilize_s", &HostRates::tilize_s},
    {"untilize_s", &HostRates::untilize_s},
    {"transpose_s", &HostRates::transpose_s},
    {"scale_s", &HostRates::scale_s},
    {"uniform_s", &HostRates::uniform_s},
    {"normal_s", &HostRates::normal_s},
    {"copy_bytes_per_s", &HostRates::copy_bytes_per_s},
    {"gemm_flops_per_s", &HostRates::gemm_flops_per_s},
    {"low_factor", &HostRates::low_factor},
    {"high_factor", &HostRates::high_factor},
}};

Json parse(const std::string& path) {
  constexpr std::uint64_t most_bytes = 1 << 16;
  const InputFile file(path);
  expect(file.size_bytes() <= most_bytes,
         "[host] expected a host profile of at most {} bytes in '{}'; found {}", most_bytes, path,
         file.size_bytes());
  std::string text(file.size_bytes(), ' ');
  file.read_at(0, std::as_writable_bytes(std::span(text)));
  Json json = Json::parse(text, nullptr, false);
  expect(json.is_object(),
         "[host] expected a host profile (JSON, see calibrate-host) in '{}'; found none", path);
  return json;
}

double read_rate(const Json& json, const char* name, const std::string& path) {
  const auto rate = json.find(name);
  const double value = rate != json.end() && rate->is_number() ? rate->get<double>() : 0;
  expect(std::isfinite(value) && value > 0,
         "[host] expected a number above 0 as {} in '{}'; found {}", name, path,
         rate == json.end() ? "nothing" : rate->dump());
  return value;
}

std::string read_word(const Json& json, const char* name, const std::string& fallback) {
  const auto word = json.find(name);
  return word != json.end() && word->is_string() ? word->get<std::string>() : fallback;
}

}  // namespace

Json to_json(const HostRates& host) {
  Json json = {{"name", host.name}, {"source", host.source}};
  for (const auto& [name, rate] : rates) json[name] = host.*rate;
  return json;
}

std::optional<HostRates> host_of(const std::string& word) {
  if (word == "notebook") return std::nullopt;
  return word == "this" ? measure_host() : read_host_profile(word);
}

HostRates read_host_profile(const std::string& path) {
  const Json json = parse(path);
  HostRates host;
  host.name = read_word(json, "name", path);
  host.source = read_word(json, "source", path);
  for (const auto& [name, rate] : rates) host.*rate = read_rate(json, name, path);
  expect(host.low_factor <= host.high_factor,
         "[host] expected low_factor of at most high_factor in '{}'; found {} and {}", path,
         host.low_factor, host.high_factor);
  return host;
}

}  // namespace wattention::cli
