#include "backends/wormhole/timing/csv.h"

#include <cmath>
#include <locale>
#include <sstream>

#include "base/fail.h"

namespace wattention::wormhole {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

CsvRow row_of(const std::vector<std::string>& header, const std::string& line) {
  const std::vector<std::string> fields = split(line);
  expect(fields.size() == header.size(), "[calibration] expected {} fields; found '{}'",
         header.size(), line);
  std::map<std::string, std::string> named;
  for (std::size_t i = 0; i < fields.size(); ++i) named[header[i]] = fields[i];
  return CsvRow(std::move(named));
}

}  // namespace

const std::string& CsvRow::text(const std::string& column) const {
  const auto found = fields_.find(column);
  expect(found != fields_.end(), "[calibration] expected a column '{}'; found none", column);
  return found->second;
}

double CsvRow::number(const std::string& column) const {
  double value = 0;
  std::istringstream stream(text(column));
  stream.imbue(std::locale::classic());
  expect(static_cast<bool>(stream >> value) && stream.eof(),
         "[calibration] expected a number as '{}'; found '{}'", column, text(column));
  return value;
}

std::int64_t CsvRow::integer(const std::string& column) const {
  return static_cast<std::int64_t>(std::llround(number(column)));
}

CsvTable parse_csv(std::string_view text) {
  CsvTable table;
  std::vector<std::string> header;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (line[0] == '#')
      table.source += line.substr(1);
    else if (header.empty())
      header = split(line);
    else
      table.rows.push_back(row_of(header, line));
  }
  expect(!table.source.empty(), "[calibration] expected a source comment; found none above '{}'",
         header.empty() ? "" : header.front());
  return table;
}

}  // namespace wattention::wormhole
