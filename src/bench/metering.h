#pragma once
// Reads energy meters while a case's forwards run: rest, work, rest.
#include <wattention/bench.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace wattention {

/// Throws Error{absent} for a meter that was asked for by name and does not answer.
void expect_meters(const MeterChoice& choice);

/// What is metered, and how to wait.
struct MeteredWork {
  std::function<void()> block;       ///< some forwards; may throw to stop
  std::int64_t forwards = 1;         ///< of a block
  double block_s = 0;                ///< about
  std::function<void(double)> rest;  ///< for so many seconds; may throw to stop
};

class Metering {
 public:
  /// Opens the meters that the choice means for this device. One that is absent gets a record with the reason.
  Metering(const MeterChoice& choice, const Device& device);

  /// False: there is nothing to run the work for.
  bool reads() const { return !open_.empty(); }
  void run(const MeteredWork& work);

  /// One per meter, in order of the choice.
  const std::vector<SensorRecord>& records() const { return records_; }

 private:
  struct Sensor {
    std::size_t record;
    std::unique_ptr<Meter> meter;
  };

  void add(const std::string& name, const MeterOptions& options);
  void keep(SensorRecord& record, const Meter& meter, const EnergyMeasurement& measured,
            std::int64_t forwards) const;

  std::vector<SensorRecord> records_;
  std::vector<Sensor> open_;
};

/// A sentence for each two sensors that answered: by how much they differ, and whether they may.
std::vector<std::string> sensor_comparisons(const std::vector<SensorRecord>& records);

}  // namespace wattention
