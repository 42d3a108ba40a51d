#include "backends/wormhole/spec/facts.h"

#include <nlohmann/json.hpp>

#include "base/fail.h"

namespace wattention::wormhole {
namespace {

using nlohmann::json;

std::string citation(const json& sources, const std::string& name, const json& fact) {
  const std::string key = fact.value("source", "");
  expect(sources.contains(key) && !sources[key].get<std::string>().empty(),
         "[facts] expected a source for '{}'; found none called '{}'", name, key);
  return sources[key];
}

Fact read_fact(const json& sources, const std::string& name, const json& fact) {
  expect(fact.contains("value") && fact.contains("unit"),
         "[facts] expected a value and a unit for '{}'; found {}", name, fact.dump());
  Fact result{false, fact["unit"], citation(sources, name, fact)};
  const json& value = fact["value"];
  if (value.is_boolean())
    result.value = value.get<bool>();
  else if (value.is_number())
    result.value = value.get<double>();
  else
    result.value = value.get<std::string>();
  return result;
}

}  // namespace

Facts::Facts(std::string_view text) {
  try {
    const json table = json::parse(text);
    for (const auto& [name, fact] : table.at("facts").items())
      facts_.emplace(name, read_fact(table.at("sources"), name, fact));
  } catch (const json::exception& error) {
    fail(ErrorKind::bad_input, "[facts] expected a table of facts; found {}", error.what());
  }
}

template <class T>
const T& Facts::get(const std::string& name) const {
  const auto found = facts_.find(name);
  if (found == facts_.end())
    fail(ErrorKind::absent, "[facts] expected a fact called '{}'; found none", name);
  const T* value = std::get_if<T>(&found->second.value);
  expect(value != nullptr, "[facts] expected another type of '{}'; found type {}", name,
         found->second.value.index());
  return *value;
}

std::int64_t Facts::integer(const std::string& name) const {
  return static_cast<std::int64_t>(get<double>(name));
}

double Facts::number(const std::string& name) const {
  return get<double>(name);
}

bool Facts::flag(const std::string& name) const {
  return get<bool>(name);
}

const std::string& Facts::text(const std::string& name) const {
  return get<std::string>(name);
}

}  // namespace wattention::wormhole
