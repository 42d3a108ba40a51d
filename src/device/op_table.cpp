#include <wattention/op_table.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/fail.h"

namespace wattention {
namespace {

// A result that may go to a memory may go there in shards.
constexpr AttributeSet placed(AttributeSet attributes) {
  return attributes.has(Attribute::memory) ? attributes | Attribute::sharding : attributes;
}

constexpr auto make_rows() {
  using enum Attribute;
  using enum OpFamily;
  constexpr AttributeSet none;
  return std::to_array<OpRow>({
#define WATTENTION_OP(name, family, operands, attributes, ttnn, summary) \
  {Op::name, #name, OpFamily::family, operands, placed(attributes), ttnn, summary},
#include <wattention/op_table.inc>
#undef WATTENTION_OP
  });
}

constexpr auto rows = make_rows();

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

std::span<const OpRow> op_rows() {
  return rows;
}

const OpRow& find_op(std::string_view name) {
  const auto row = std::ranges::find(rows, name, &OpRow::name);
  if (row != rows.end()) return *row;
  std::vector<std::string_view> names;
  names.reserve(rows.size());
  for (const OpRow& known : rows) names.push_back(known.name);
  fail(ErrorKind::bad_input, "[op] expected one of {}; found '{}'", fmt::join(names, ", "), name);
}

std::vector<std::string_view> OpRow::operand_names() const {
  std::vector<std::string_view> names = words_of(inputs());
  for (std::string_view& word : names) word = word.substr(0, word.find_first_of("|?.#"));
  return names;
}

std::size_t OpRow::required() const {
  const auto optional = static_cast<std::size_t>(std::ranges::count(inputs(), '?'));
  return operand_names().size() - optional;
}

bool OpRow::wants_integers(std::size_t index) const {
  return words_of(inputs())[index].find('#') != std::string_view::npos;
}

std::vector<std::string_view> OpRow::result_names() const {
  const std::size_t arrow = operands.find(" -> ");
  return arrow == operands.npos ? std::vector<std::string_view>()
                                : words_of(operands.substr(arrow + 4));
}

std::vector<std::string_view> OpRow::ttnn_names() const {
  return words_of(ttnn);
}

std::string_view to_string(Op op) {
  return row_of(op).name;
}

std::string_view to_string(OpFamily family) {
  static constexpr std::array words{"product", "binary", "unary",  "ternary",
                                    "softmax", "norm",   "rotary", "reduce",
                                    "search",  "gather", "move",   "attention"};
  return words[static_cast<std::size_t>(family)];
}

}  // namespace wattention
