#pragma once
// A table of finished cells, and its three looks.
#include <string>
#include <vector>

namespace wattention::report {

enum class Align { left, right };

struct Column {
  std::string name;  ///< with its unit
  Align align = Align::right;
  bool below = false;  ///< on the page, which is narrow, it stands below the column before it
};

struct Table {
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< UTF-8, as many cells as columns
  std::vector<std::string> notes;              ///< below the table, in words

  /// Adds a note once.
  void note(const std::string& text);
  /// Removes columns in which no row says anything. What stood below a removed column then stands by itself.
  void drop_empty_columns();
};

/// Aligned by display width, for a terminal.
std::string to_text(const Table& table);
/// GitHub's pipe table, the title as a bold line.
std::string to_markdown(const Table& table);
/// RFC 4180 with a header line; title and notes are left out.
std::string to_csv(const Table& table);

}  // namespace wattention::report
