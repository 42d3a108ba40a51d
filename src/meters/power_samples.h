#pragma once
// Joules from power readings at points in time.

namespace wattention {

/// Trapezoids between samples.
class PowerSamples {
 public:
  void start(double now_s, double watts) { *this = PowerSamples(now_s, watts); }

  void add(double now_s, double watts) {
    joules_ += (now_s - last_s_) * (watts + last_w_) / 2;
    last_s_ = now_s;
    last_w_ = watts;
    ++count_;
  }

  double joules() const { return joules_; }
  int count() const { return count_; }

  PowerSamples() = default;

 private:
  PowerSamples(double now_s, double watts) : last_s_(now_s), last_w_(watts), count_(1) {}

  double last_s_ = 0;
  double last_w_ = 0;
  double joules_ = 0;
  int count_ = 0;
};

}  // namespace wattention
