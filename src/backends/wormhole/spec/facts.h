#pragma once
// Hardware and release facts as data: each has a value, a unit and a source.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace wattention::wormhole {

struct Fact {
  std::variant<bool, double, std::string> value;
  std::string unit;
  std::string source;  ///< the full citation
};

/// A table of facts read from JSON: {"sources": {key: citation}, "facts": {name: {value, unit, source}}}.
class Facts {
 public:
  /// Throws Error{bad_input} for broken JSON and for a fact whose source is missing from the table.
  explicit Facts(std::string_view json);

  /// The named value. Throws Error{absent} for an unknown name, Error{bad_input} for another type.
  std::int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  bool flag(const std::string& name) const;
  const std::string& text(const std::string& name) const;

  const std::map<std::string, Fact>& all() const { return facts_; }

 private:
  template <class T>
  const T& get(const std::string& name) const;

  std::map<std::string, Fact> facts_;
};

/// The JSON texts, embedded at build time.
std::string_view embedded_n150d();
std::span<const std::string_view> embedded_releases();

}  // namespace wattention::wormhole
