#pragma once
// The calibration tables: comma separated, a header line, comment lines with '#'.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wattention::wormhole {

/// One line, by column name.
class CsvRow {
 public:
  explicit CsvRow(std::map<std::string, std::string> fields) : fields_(std::move(fields)) {}
  /// Throw Error{bad_input} for an unknown column or a field that is no number.
  const std::string& text(const std::string& column) const;
  double number(const std::string& column) const;
  std::int64_t integer(const std::string& column) const;

 private:
  std::map<std::string, std::string> fields_;
};

struct CsvTable {
  std::string source;  ///< the comment above the header
  std::vector<CsvRow> rows;
};

/// Throws Error{bad_input} for a line with more or fewer fields than the header, and for a table without a
/// source comment.
CsvTable parse_csv(std::string_view text);

}  // namespace wattention::wormhole
