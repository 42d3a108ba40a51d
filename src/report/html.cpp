#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>

namespace wattention::report {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--rule:#ccc;--c1:#b34700;--c2:#0a6ebd;--c3:#5a5a5a}
@media(prefers-color-scheme:dark){
:root{--ink:#e8e8e8;--paper:#161616;--rule:#444;--c1:#ff9a5c;--c2:#6cb8ff;--c3:#b0b0b0}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
body{max-width:70rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
.wide{overflow-x:auto;overflow-wrap:normal}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.5rem 0}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--rule);text-align:right}
th.left,td.left{text-align:left}.note{font-size:.85rem}
svg{width:100%;max-width:44rem;height:auto;display:block;margin:1rem 0}
svg text{font-size:12px;fill:var(--ink)}.axis{stroke:var(--rule);fill:none}
.line{fill:none;stroke-width:2}.dashed{stroke-dasharray:6 4}
path.c1{stroke:var(--c1)}path.c2{stroke:var(--c2)}path.c3{stroke:var(--c3)}
rect.c1,g.c1 text{fill:var(--c1)}rect.c2,circle.c2,g.c2 text{fill:var(--c2)}g.c3 text{fill:var(--c3)}
@media print{:root{--ink:#000;--paper:#fff}.wide{overflow:visible}table{font-size:.6rem}svg,tr{break-inside:avoid}}
)";

std::string cell(std::string_view tag, Align align, std::string_view text) {
  return fmt::format("<{0}{1}>{2}</{0}>", tag, align == Align::left ? " class=\"left\"" : "",
                     escaped(text));
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

std::string section_html(const Section& section) {
  std::string html =
      fmt::format("<section>\n<h2>{}</h2>\n{}", escaped(section.heading), paragraphs(section.text));
  for (const std::string& chart : section.charts) html += chart + "\n";
  for (const Table& table : section.tables) html += to_html(table);
  return html + "</section>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      default: html += c;
    }
  return html;
}

std::string to_html(const Table& table) {
  std::string html = "<div class=\"wide\"><table>\n";
  if (!table.title.empty()) html += fmt::format("<caption>{}</caption>\n", escaped(table.title));
  html += "<thead><tr>";
  for (const Column& column : table.columns) html += cell("th", column.align, column.name);
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) html += cell("td", table.columns[c].align, row[c]);
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  for (const std::string& note : table.notes)
    html += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
  return html;
}

std::string html_page(const std::string& title, const std::vector<Section>& sections) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
      escaped(title), style);
  for (const Section& section : sections) html += section_html(section);
  return html + "</body>\n</html>\n";
}

}  // namespace wattention::report
