#pragma once
// What a device that computes on this machine reaches at most: the rates that a forward is held against.
#include <string>

namespace wattention {

/// Whose ceiling: ops may run on different instructions.
enum class CeilingOf { products, attention };

class CeilingMeter {
 public:
  virtual ~CeilingMeter() = default;
  /// The kernel whose inner loop runs, with its operands in L1.
  virtual std::string kernel() const = 0;
  /// Runs that loop for a few milliseconds on all of the device's threads at once. Returns its floating point
  /// operations, all threads together.
  virtual double run() = 0;
};

}  // namespace wattention
