#include "tensor/python_literal.h"

#include <charconv>

#include "base/fail.h"

namespace wattention {

bool LiteralReader::accept(char character) {
  skip_blanks();
  if (!rest_.starts_with(character)) return false;
  rest_.remove_prefix(1);
  return true;
}

void LiteralReader::require(char character) {
  if (!accept(character)) fail_expecting(fmt::format("'{}'", character));
}

std::string_view LiteralReader::string() {
  skip_blanks();
  const char quote = rest_.empty() ? '\0' : rest_.front();
  if (quote != '\'' && quote != '"') fail_expecting("a quoted word");
  const std::size_t end = rest_.find(quote, 1);
  if (end == rest_.npos) fail_expecting("a closing quote");
  const std::string_view text = rest_.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  return text;
}

bool LiteralReader::boolean() {
  skip_blanks();
  for (const std::string_view word : {"True", "False"}) {
    if (!rest_.starts_with(word)) continue;
    rest_.remove_prefix(word.size());
    return word == "True";
  }
  fail_expecting("True or False");
}

std::vector<std::int64_t> LiteralReader::tuple() {
  std::vector<std::int64_t> numbers;
  require('(');
  while (!accept(')')) {
    numbers.push_back(integer());
    if (accept(',')) continue;
    require(')');
    break;
  }
  return numbers;
}

void LiteralReader::require_end() {
  skip_blanks();
  if (!rest_.empty()) fail_expecting("the end of the header");
}

void LiteralReader::skip_blanks() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
}

std::int64_t LiteralReader::integer() {
  skip_blanks();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
  if (error != std::errc() || value < 0) fail_expecting("a size of at least 0, below 2^63");
  rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
  if (rest_.starts_with('L')) rest_.remove_prefix(1);  // Python 2 wrote long integers so
  return value;
}

void LiteralReader::fail_expecting(std::string_view what) const {
  fail(ErrorKind::bad_input, "[npy] expected {} in the header of '{}'; found \"{}\"", what, file_,
       printable(rest_));
}

std::string printable(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string result(text.substr(0, longest));
  for (char& character : result)
    if (character < ' ' || character > '~') character = '?';
  return text.size() > longest ? result + "..." : result;
}

}  // namespace wattention
