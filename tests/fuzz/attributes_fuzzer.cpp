// Any word as an attribute of an op, name=word: a value whose word means the same value again, or Error; nothing else.
// Seeds: tests/golden/attribute_words.
#include <wattention/error.h>
#include <wattention/op_attributes.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

using namespace wattention;

namespace {

std::optional<Attribute> attribute_of(std::string_view name) {
  for (const AttributeRow& row : attribute_rows())
    if (row.name == name) return row.attribute;
  return std::nullopt;
}

void expect_same_again(const OpAttributes& attributes, Attribute attribute) {
  const std::string text = text_of(attributes, attribute);
  OpAttributes again;
  try {
    parse_attribute(again, attribute, text);
  } catch (const Error& error) {
    std::fprintf(stderr, "its word is refused: %s\n", error.what());
    std::abort();
  }
  if (text_of(again, attribute) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t equals = text.find('=');
  const auto attribute = attribute_of(text.substr(0, equals));
  if (!attribute || equals == text.npos) return 0;
  OpAttributes attributes;
  try {
    parse_attribute(attributes, *attribute, text.substr(equals + 1));
  } catch (const Error&) {
    if (attributes != OpAttributes{}) std::abort();  // a refused word changes nothing
    return 0;
  }
  expect_same_again(attributes, *attribute);
  return 0;
}
