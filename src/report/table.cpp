#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace wattention::report {
namespace {

// Code points: UTF-8 continuation bytes take no place. Our cells hold no wide characters.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0u) != 0x80u; }));
}

std::string padded(std::string_view text, std::size_t width, Align align) {
  const std::string blanks(width - std::min(width, width_of(text)), ' ');
  return align == Align::left ? std::string(text) + blanks : blanks + std::string(text);
}

std::vector<std::size_t> widths_of(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::size_t width = width_of(table.columns[c].name);
    for (const auto& row : table.rows) width = std::max(width, width_of(row[c]));
    widths.push_back(width);
  }
  return widths;
}

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  return names;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string text_line(const Table& table, const std::vector<std::size_t>& widths,
                      const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c)
    line += fmt::format("{}{}", c ? "  " : "", padded(cells[c], widths[c], table.columns[c].align));
  return without_trailing_blanks(line) + "\n";
}

std::string markdown_cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? "\\|" : std::string(1, c == '\n' ? ' ' : c);
  return cell;
}

std::string markdown_line(const Table& table, const std::vector<std::size_t>& widths,
                          const std::vector<std::string>& cells) {
  std::string line = "|";
  for (std::size_t c = 0; c < cells.size(); ++c)
    line +=
        fmt::format(" {} |", padded(markdown_cell(cells[c]), widths[c], table.columns[c].align));
  return line + "\n";
}

std::string markdown_rule(const Table& table, const std::vector<std::size_t>& widths) {
  std::string line = "|";
  for (std::size_t c = 0; c < widths.size(); ++c)
    line += fmt::format(" {:->{}} |", table.columns[c].align == Align::left ? "-" : ":", widths[c]);
  return line + "\n";
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c)
    line += fmt::format("{}{}", c ? "," : "", csv_cell(cells[c]));
  return line + "\n";
}

}  // namespace

void Table::note(const std::string& text) {
  if (std::ranges::find(notes, text) == notes.end()) notes.push_back(text);
}

void Table::drop_empty_columns() {
  for (std::size_t c = columns.size(); c-- > 0;) {
    const auto empty = [c](const std::vector<std::string>& row) { return row[c].empty(); };
    if (rows.empty() || !std::ranges::all_of(rows, empty)) continue;
    if (c + 1 < columns.size()) columns[c + 1].below &= columns[c].below;
    const auto at = static_cast<std::ptrdiff_t>(c);
    columns.erase(columns.begin() + at);
    for (auto& row : rows) row.erase(row.begin() + at);
  }
}

std::string to_text(const Table& table) {
  const std::vector<std::size_t> widths = widths_of(table);
  std::string text = table.title.empty() ? "" : table.title + "\n";
  text += text_line(table, widths, names_of(table));
  std::vector<std::string> rule;
  rule.reserve(widths.size());
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  text += text_line(table, widths, rule);
  for (const auto& row : table.rows) text += text_line(table, widths, row);
  for (const std::string& line : table.notes) text += line + "\n";
  return text;
}

std::string to_markdown(const Table& table) {
  const std::vector<std::size_t> widths = widths_of(table);
  std::string text = table.title.empty() ? "" : fmt::format("**{}**\n\n", table.title);
  text += markdown_line(table, widths, names_of(table)) + markdown_rule(table, widths);
  for (const auto& row : table.rows) text += markdown_line(table, widths, row);
  for (const std::string& line : table.notes) text += fmt::format("\n{}\n", line);
  return text;
}

std::string to_csv(const Table& table) {
  std::string text = csv_line(names_of(table));
  for (const auto& row : table.rows) text += csv_line(row);
  return text;
}

}  // namespace wattention::report
