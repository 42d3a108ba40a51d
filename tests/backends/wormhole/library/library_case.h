#pragma once
// The recorded calls of tests/golden/wormhole_library: read, and made anew through the public API.
#include <wattention/device.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backends/wormhole/numerics/golden.h"

namespace wattention::wormhole::library {

/// One call that the real library answered.
struct Case {
  std::string name;
  std::string call;
  nlohmann::json inputs;   ///< file, memory, shape of each; layout where it is not tile
  nlohmann::json options;  ///< by their names in the file; none may be left unread
  std::vector<Bits> expected;
  Shape shape;          ///< of the result
  std::string differs;  ///< why the default release answers otherwise; else empty
  std::string not_run;  ///< why the call cannot be made yet; else empty
  Layout layout;        ///< of the result
  std::string release;  ///< of the library
};

/// A list of them.
std::vector<Case> cases(const std::string& file = "cases.json",
                        const std::string& release = "0.59");

/// The bf16 patterns of one of the arrays.
std::vector<Bits> array(const std::string& file, const std::string& release);

/// Makes the call on the device. Throws std::runtime_error for an op or an option that nobody here knows.
Tensor run(const Case& recorded, const Device& device);

/// Whether the op is in the table of ops, and the device takes the call.
bool can_run(const Case& recorded, const Device& device);

/// "3 of 64 differ, first at 5: 0x3f80, expected 0x3f81", or empty.
std::string difference(const std::vector<Bits>& expected, const Tensor& host);

}  // namespace wattention::wormhole::library
