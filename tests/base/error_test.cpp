#include <gtest/gtest.h>
#include <wattention/error.h>

#include <set>
#include <string>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr ErrorKind all_kinds[] = {
    ErrorKind::bad_input,     ErrorKind::absent, ErrorKind::unsupported, ErrorKind::unverified,
    ErrorKind::out_of_memory, ErrorKind::closed, ErrorKind::io,          ErrorKind::interrupted};

TEST(Error, EveryKindHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (ErrorKind kind : all_kinds) names.insert(to_string(kind));
  EXPECT_EQ(names.size(), std::size(all_kinds));
  EXPECT_EQ(names.count("unknown"), 0u);
  EXPECT_EQ(to_string(ErrorKind::out_of_memory), "out_of_memory");
}

TEST(Error, FailCarriesKindAndSentence) {
  try {
    fail(ErrorKind::absent, "[open_device] expected one of {}; found \"{}\"", "cpu, reference",
         "gpu");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::absent);
    EXPECT_STREQ(error.what(), "[open_device] expected one of cpu, reference; found \"gpu\"");
    return;
  }
  FAIL() << "nothing was thrown";
}

TEST(Error, ExpectThrowsBadInputOnlyWhenItDoesNotHold) {
  EXPECT_NO_THROW(expect(true, "[matmul] expected {}; found {}", 3, 4));
  try {
    expect(false, "[matmul] expected {} columns; found {}", 3, 4);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_STREQ(error.what(), "[matmul] expected 3 columns; found 4");
  }
}

TEST(Error, IsARuntimeError) {
  EXPECT_THROW(fail(ErrorKind::io, "[read] expected a file; found a folder"), std::runtime_error);
}

}  // namespace
}  // namespace wattention
