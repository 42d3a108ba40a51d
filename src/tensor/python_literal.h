#pragma once
// Reads the few Python literals that a .npy header holds: strings, booleans, tuples of integers.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wattention {

/// A cursor over text. Every reader skips blanks first and throws Error{bad_input} naming `file` when the text
/// is something else. Never reads past the end, never recurses.
class LiteralReader {
 public:
  LiteralReader(std::string_view text, std::string_view file) : rest_(text), file_(file) {}

  /// Takes the character if it comes next.
  bool accept(char character);
  void require(char character);
  /// 'text' or "text", without escapes.
  std::string_view string();
  /// True or False.
  bool boolean();
  /// (), (3,), (3, 2): none negative.
  std::vector<std::int64_t> tuple();
  /// Only blanks may be left.
  void require_end();

 private:
  void skip_blanks();
  std::int64_t integer();
  [[noreturn]] void fail_expecting(std::string_view what) const;

  std::string_view rest_;
  std::string_view file_;
};

/// At most 40 characters of foreign text, the unprintable ones as '?', for an error sentence.
std::string printable(std::string_view text);

}  // namespace wattention
