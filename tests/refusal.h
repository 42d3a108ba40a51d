#pragma once
// What a call with wrong input is told.
#include <gtest/gtest.h>
#include <wattention/error.h>

#include <functional>
#include <string>

namespace wattention::testing {

/// The sentence of its Error{bad_input}; "none" where there is none.
inline std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    return error.what();
  }
  return "none";
}

}  // namespace wattention::testing
