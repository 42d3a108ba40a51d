#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "report/escaped.h"
#include "report/numbers.h"
#include "report/page_css.h"

namespace wattention::report {
namespace {

constexpr std::ptrdiff_t many_columns = 9;  // more than a page holds at its usual size

// An interval behind a number may go to the next line; no other cell of numbers breaks.
std::string words_html(std::string_view text) {
  const std::size_t interval = text.find(" (");
  if (interval == text.npos || !text.ends_with(')')) return escaped(text);
  return fmt::format("{}<span class=\"gap\"> </span>{}", escaped(text.substr(0, interval)),
                     escaped(text.substr(interval + 1)));
}

// A column's text, and below it the texts of the columns that stand there.
std::string cell_html(std::string_view tag, Align align, std::vector<std::string> lines) {
  while (lines.size() > 1 && (lines.back().empty() || lines.back() == absent_mark))
    lines.pop_back();
  std::string html = words_html(lines.front());
  for (std::size_t i = 1; i < lines.size(); ++i)
    html += fmt::format("<br><span class=\"below\">{}</span>", words_html(lines[i]));
  return fmt::format("<{0}{1}>{2}</{0}>", tag, align == Align::left ? " class=\"left\"" : "", html);
}

std::string row_html(const Table& table, std::string_view tag,
                     const std::vector<std::string>& texts) {
  std::string html = "<tr>";
  for (std::size_t c = 0, next = 0; c < texts.size(); c = next) {
    std::vector<std::string> lines{texts[c]};
    for (next = c + 1; next < texts.size() && table.columns[next].below; ++next)
      lines.push_back(texts[next]);
    html += cell_html(tag, table.columns[c].align, std::move(lines));
  }
  return html + "</tr>\n";
}

std::string head_of(const Table& table) {
  std::vector<std::string> names;
  names.reserve(table.columns.size());
  for (const Column& column : table.columns) names.push_back(column.name);
  return "<thead>" + row_html(table, "th", names) + "</thead>\n";
}

std::string body_of(const Table& table) {
  std::string html = "<tbody>\n";
  for (const auto& row : table.rows) html += row_html(table, "td", row);
  return html + "</tbody>";
}

std::ptrdiff_t columns_on_page(const Table& table) {
  return std::ranges::count(table.columns, false, &Column::below);
}

// Blank lines part paragraphs.
std::string paragraphs(const std::string& text) {
  std::string html;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find("\n\n", from), text.size());
    html += fmt::format("<p>{}</p>\n", escaped(text.substr(from, to - from)));
    from = to + 2;
  }
  return html;
}

std::string charts_html(const std::vector<Chart>& charts) {
  if (charts.empty()) return "";
  std::string html = "<div class=\"charts\">\n";
  for (const Chart& chart : charts)
    html += fmt::format(
        "<figure>\n<p class=\"charttitle\">{}</p>\n{}<figcaption>{}</figcaption>\n</figure>\n",
        escaped(chart.title), chart.svg, escaped(chart.caption));
  return html + "</div>\n";
}

std::string tables_html(const Section& section) {
  std::string html;
  for (const Table& table : section.tables) html += to_html(table);
  if (!section.folded || html.empty()) return html;
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n",
                     section.charts.empty() ? "All of them" : "The same in numbers", html);
}

std::string commands_html(const std::vector<std::string>& commands) {
  if (commands.empty()) return "";
  std::string lines;
  for (const std::string& command : commands) lines += escaped(command) + "\n";
  return fmt::format(
      "<details class=\"how\"><summary>The commands that make these figures</summary>\n"
      "<pre>{}</pre></details>\n",
      lines);
}

// "Core grids" -> "core-grids".
std::string anchor_of(std::string heading) {
  std::ranges::transform(heading, heading.begin(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    return letter ? c : '-';
  });
  return heading;
}

std::string section_html(const Section& section) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}", anchor_of(section.heading),
                     escaped(section.heading), paragraphs(section.text)) +
         charts_html(section.charts) + tables_html(section) + commands_html(section.commands) +
         "</section>\n";
}

std::string navigation(const std::vector<Section>& sections) {
  std::string html = "<nav>\n";
  for (const Section& section : sections)
    html += fmt::format("<a href=\"#{}\">{}</a>\n", anchor_of(section.heading),
                        escaped(section.heading));
  return html + "</nav>\n";
}

std::string header_html(const Page& page) {
  std::string html = fmt::format("<header>\n<p class=\"kicker\">{}</p>\n<h1>{}</h1>\n",
                                 escaped(page.kicker), escaped(page.verdict));
  if (!page.headlines.empty()) {
    html += "<dl class=\"tiles\">\n";
    for (const Headline& headline : page.headlines)
      html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(headline.value),
                          escaped(headline.words));
    html += "</dl>\n";
  }
  return html + navigation(page.sections) + "</header>\n";
}

}  // namespace

std::string to_html(const Table& table) {
  std::string html = fmt::format("<div class=\"wide\" tabindex=\"0\"><table{}>\n",
                                 columns_on_page(table) > many_columns ? " class=\"tight\"" : "");
  if (!table.title.empty()) html += fmt::format("<caption>{}</caption>\n", escaped(table.title));
  html += head_of(table) + body_of(table) + "</table></div>\n";
  for (const std::string& note : table.notes)
    html += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
  return html;
}

// The policy forbids what the page does without anyway: scripts, and anything from elsewhere.
std::string to_html(const Page& page) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
      escaped(page.title), page_css());
  html += header_html(page) + "<main>\n";
  for (const Section& section : page.sections) html += section_html(section);
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace wattention::report
