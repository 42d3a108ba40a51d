#include "report/digits_table.h"

#include <fmt/format.h>

#include "report/numbers.h"

namespace wattention::report {
namespace {

std::string note_of(const DigitCheck& check) {
  if (!check.skipped.empty()) return check.skipped;
  if (check.failed() || check.near == 0) return check.first_mismatch;
  return fmt::format("values that are one bf16 step off: {}, and {} are allowed ({})", check.near,
                     check.print->loose, check.first_mismatch);
}

std::vector<std::string> row_of(const DigitCheck& check) {
  const bool ran = check.skipped.empty();
  return {std::string(check.print->cell), std::string(check.print->what), check.computed_by,
          ran ? fmt::format("{} of {}", check.matched, check.values) : absent_mark,
          !ran             ? "not run"
          : check.failed() ? "FAIL"
                           : "pass"};
}

}  // namespace

Table digits_table(std::span<const DigitCheck> checks) {
  Table table;
  table.columns = {{"notebook", Align::left},
                   {"what", Align::left},
                   {"computed by", Align::left},
                   {"equal values"},
                   {"result", Align::left}};
  for (const DigitCheck& check : checks) {
    table.rows.push_back(row_of(check));
    const std::string note = note_of(check);
    if (!note.empty())
      table.note(fmt::format("{}, {}: {}", check.print->cell, check.computed_by, note));
  }
  return table;
}

}  // namespace wattention::report
