#include "report/ranks_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.h"
#include "report/words.h"

namespace wattention::report {
namespace {

constexpr double ms_per_s = 1e3;
// A machine that is so much slower keeps the others waiting for a good part of their time.
constexpr double worth_a_word = 1.25;

std::vector<std::string> row_of(const BenchRecord& record, std::size_t number) {
  const BenchRank& rank = record.ranks[number];
  return {name_of(record.axes),
          fmt::format("{}", number),
          rank.host,
          fmt::format("{}", rank.threads),
          fmt::format("{}", rank.forwards),
          milliseconds(rank.time_per_forward_ms),
          fmt::format("{:.4g}", ms_per_s / rank.time_per_forward_ms),
          rank.energy_j.value ? fmt::format("{:.4g}", *rank.energy_j.value) : absent_mark,
          rank.energy_j.value ? fmt::format("{}, {}", rank.energy_meter, source_word(rank.energy_j))
                              : rank.energy_j.reason};
}

void note_slow_rank(Table& table, const BenchRecord& record) {
  const auto [fastest, slowest] =
      std::ranges::minmax_element(record.ranks, {}, &BenchRank::time_per_forward_ms);
  const double ratio = slowest->time_per_forward_ms / fastest->time_per_forward_ms;
  if (ratio < worth_a_word) return;
  table.note(
      fmt::format("{}: rank {} ({}) took {:.2f} times as long for a forward as rank {} ({}), "
                  "and the record's time is its.",
                  name_of(record.axes), slowest - record.ranks.begin(), slowest->host, ratio,
                  fastest - record.ranks.begin(), fastest->host));
}

}  // namespace

std::optional<Table> ranks_table(const BenchRun& run) {
  Table table;
  table.title = "Ranks";
  table.columns = {
      {"case", Align::left}, {"rank"},       {"host", Align::left}, {"threads"},
      {"tensors"},           {"ms/forward"}, {"forwards/s"},        {"gross J/forward"},
      {"meter", Align::left}};
  for (const BenchRecord& record : run.records) {
    for (std::size_t rank = 0; rank < record.ranks.size(); ++rank)
      table.rows.push_back(row_of(record, rank));
    if (!record.ranks.empty()) note_slow_rank(table, record);
  }
  if (table.rows.empty()) return std::nullopt;
  table.note(
      "The record's time per forward is the slowest rank's share over all tensors: ranks work at "
      "once. Its joules are those of all hosts, each weighted by its forwards.");
  return table;
}

}  // namespace wattention::report
