#include <wattention/op_attributes.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <concepts>
#include <type_traits>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr std::array rows{
#define WATTENTION_ATTRIBUTE(name, type, role, meaning) \
  AttributeRow{Attribute::name, #name, AttributeRole::role, std::is_same_v<type, bool>, meaning},
#include <wattention/op_attributes.inc>
#undef WATTENTION_ATTRIBUTE
};

std::string text(bool value) {
  return value ? "true" : "false";
}
std::string text(int value) {
  return std::to_string(value);
}
std::string text(double value) {
  return fmt::format("{}", value);
}
std::string text(const Dims& dims) {
  return fmt::format("[{}]", fmt::join(dims, ", "));
}
std::string text(const Shape& shape) {
  return shape.text();
}
template <class Word>
std::string text(const Word& word) {
  return std::string(to_string(word));
}

// What a word means, by the attribute's type; `what` names the attribute in the refusal.
template <class Type>
struct Parser;

template <>
struct Parser<bool> {
  static bool parse(std::string_view what, std::string_view word) {
    expect(word == "true" || word == "false", "[{}] expected true or false; found '{}'", what,
           word);
    return word == "true";
  }
};

template <>
struct Parser<double> {
  static double parse(std::string_view what, std::string_view word) {
    double number = 0;
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    expect(error == std::errc() && stop == end && !word.empty(),
           "[{}] expected a number; found '{}'", what, word);
    return number;
  }
};

template <std::signed_integral Number>
struct Parser<Number> {
  static Number parse(std::string_view what, std::string_view word) {
    Number number = 0;
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    expect(error == std::errc() && stop == end && !word.empty(),
           "[{}] expected whole numbers; found '{}'", what, word);
    return number;
  }
};

/// 1,0 or, as text() writes it, [1, 0].
template <class Number>
std::vector<Number> parse_list(std::string_view what, std::string_view word) {
  std::vector<Number> numbers;
  if (word == "[]") return numbers;
  if (word.starts_with('[') && word.ends_with(']')) word = word.substr(1, word.size() - 2);
  for (std::size_t begin = 0; begin <= word.size();) {
    const std::size_t comma = std::min(word.find(',', begin), word.size());
    numbers.push_back(Parser<Number>::parse(what, word.substr(begin, comma - begin)));
    begin = comma + (word.substr(comma).starts_with(", ") ? 2 : 1);
  }
  return numbers;
}

template <>
struct Parser<Dims> {
  static Dims parse(std::string_view what, std::string_view word) {
    return Dims(parse_list<int>(what, word));
  }
};
template <>
struct Parser<Shape> {
  static Shape parse(std::string_view what, std::string_view word) {
    const auto sizes = parse_list<std::int64_t>(what, word);
    return Shape(std::span<const std::int64_t>(sizes));
  }
};
template <>
struct Parser<CoreGrid> {
  static CoreGrid parse(std::string_view, std::string_view word) { return parse_core_grid(word); }
};
template <>
struct Parser<Fidelity> {
  static Fidelity parse(std::string_view, std::string_view word) { return parse_fidelity(word); }
};
template <>
struct Parser<Memory> {
  static Memory parse(std::string_view, std::string_view word) { return parse_memory(word); }
};
template <>
struct Parser<DType> {
  static DType parse(std::string_view, std::string_view word) { return parse_dtype(word); }
};
template <>
struct Parser<Sharding> {
  static Sharding parse(std::string_view, std::string_view word) { return parse_sharding(word); }
};
template <>
struct Parser<ProgramConfig> {
  static ProgramConfig parse(std::string_view, std::string_view word) {
    return parse_program_config(word);
  }
};
template <>
struct Parser<Activation> {
  static Activation parse(std::string_view, std::string_view word) {
    return parse_activation(word);
  }
};
template <>
struct Parser<CausalAlignment> {
  static CausalAlignment parse(std::string_view, std::string_view word) {
    return parse_causal_alignment(word);
  }
};
template <>
struct Parser<Layout> {
  static Layout parse(std::string_view, std::string_view word) { return parse_layout(word); }
};

}  // namespace

std::span<const AttributeRow> attribute_rows() {
  return rows;
}

std::string_view to_string(CausalAlignment alignment) {
  return alignment == CausalAlignment::top_left ? "top_left" : "bottom_right";
}

CausalAlignment parse_causal_alignment(std::string_view word) {
  for (const CausalAlignment known : {CausalAlignment::top_left, CausalAlignment::bottom_right})
    if (word == to_string(known)) return known;
  fail(ErrorKind::bad_input, "[alignment] expected top_left or bottom_right; found '{}'", word);
}

std::string_view to_string(Attribute attribute) {
  return row_of(attribute).name;
}

AttributeSet set_attributes(const OpAttributes& attributes) {
  AttributeSet set;
  for_each_attribute(attributes, [&set](Attribute attribute, const auto& value) {
    if (value) set = set | attribute;
  });
  return set;
}

std::string text_of(const OpAttributes& attributes, Attribute asked) {
  std::string found = "unset";
  for_each_attribute(attributes, [&](Attribute attribute, const auto& value) {
    if (attribute == asked && value) found = text(*value);
  });
  return found;
}

void parse_attribute(OpAttributes& attributes, Attribute asked, std::string_view word) {
  for_each_attribute(attributes, [&]<class Type>(Attribute attribute, std::optional<Type>& value) {
    if (attribute == asked) value = Parser<Type>::parse(to_string(attribute), word);
  });
}

}  // namespace wattention
