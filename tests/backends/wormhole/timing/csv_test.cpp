#include "backends/wormhole/timing/csv.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

namespace wattention::wormhole {
namespace {

TEST(Csv, ReadsFieldsByName) {
  const CsvTable table = parse_csv("# where it is from\na,b\n1.5,x\n-2,y\n");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.source, " where it is from");
  EXPECT_DOUBLE_EQ(table.rows[0].number("a"), 1.5);
  EXPECT_EQ(table.rows[1].integer("a"), -2);
  EXPECT_EQ(table.rows[1].text("b"), "y");
}

TEST(Csv, RefusesWhatItCannotTrust) {
  EXPECT_THROW(parse_csv("a,b\n1,2\n"), Error) << "no source";
  EXPECT_THROW(parse_csv("# s\na,b\n1,2,3\n"), Error) << "too many fields";
  const CsvTable table = parse_csv("# s\na\n1.5kg\n");
  EXPECT_THROW(table.rows[0].number("a"), Error);
  EXPECT_THROW(table.rows[0].text("b"), Error);
}

}  // namespace
}  // namespace wattention::wormhole
