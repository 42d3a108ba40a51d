#include "report/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wattention::report {
namespace {

// Pixels of a decade with 1, 2 and 5: labels of 34 x 15 must fit into 0.3 of it, beside or above one another.
constexpr double room_across = 115, room_upwards = 50;
constexpr double decade_slack = 1e-9;  // of a logarithm: a value on a tick is not above it

// 1, 2 or 5 times a power of ten.
double rounded_up(double value) {
  const double decade = std::pow(10, std::floor(std::log10(value) + decade_slack));
  for (const double step : {1.0, 2.0, 5.0})
    if (value <= step * decade * (1 + decade_slack)) return step * decade;
  return 10 * decade;
}

double rounded_down(double value) {
  const double decade = std::pow(10, std::floor(std::log10(value) + decade_slack));
  for (const double step : {5.0, 2.0})
    if (value >= step * decade * (1 - decade_slack)) return step * decade;
  return decade;
}

std::vector<double> linear_ticks(double most) {
  const double step = rounded_up(most / 4);
  std::vector<double> ticks;
  for (int i = 0; i * step < most * (1 + decade_slack); ++i) ticks.push_back(i * step);
  if (ticks.back() < most * (1 - decade_slack)) ticks.push_back(ticks.back() + step);
  return ticks;
}

// 1, 2, 5 of each decade where they have room, else the decades alone. y axes run upwards, from high pixels to low.
std::vector<double> logarithmic_ticks(Range values, Range pixels) {
  const double decade_pixels =
      std::abs(pixels.high - pixels.low) / std::log10(values.high / values.low);
  std::vector<double> steps{1.0};
  if (decade_pixels >= (pixels.low > pixels.high ? room_upwards : room_across))
    steps = {1.0, 2.0, 5.0};
  std::vector<double> ticks;
  const double slack = 1 + 1e-6;
  const auto exponent_of = [](double value) {
    return static_cast<int>(std::floor(std::log10(value) + decade_slack));
  };
  for (int exponent = exponent_of(values.low); exponent <= exponent_of(values.high); ++exponent) {
    const double decade = std::pow(10, exponent);
    for (const double step : steps)
      if (step * decade * slack >= values.low && step * decade <= values.high * slack)
        ticks.push_back(step * decade);
  }
  return ticks;
}

}  // namespace

Axis Axis::linear(double most, Range pixels) {
  const std::vector<double> ticks = linear_ticks(most > 0 ? most : 1);
  return {false, {0, ticks.back()}, pixels, ticks};
}

Axis Axis::logarithmic(const std::vector<double>& values, Range pixels) {
  const auto [least, most] = std::ranges::minmax(values);
  Range range{rounded_down(least), rounded_up(most)};
  if (range.low == range.high) range.high = rounded_up(1.5 * range.low);
  return {true, range, pixels, logarithmic_ticks(range, pixels)};
}

double Axis::at(double value) const {
  const double part = logarithmic_
                          ? std::log(value / values_.low) / std::log(values_.high / values_.low)
                          : (value - values_.low) / (values_.high - values_.low);
  return pixels_.low + part * (pixels_.high - pixels_.low);
}

std::string tick_text(double value) {
  if (value >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:.10g}", value);
}

std::vector<double> spread_apart(const std::vector<double>& wanted, double gap, Range limits) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return wanted[i]; });
  std::vector<double> placed = wanted;
  double lowest = limits.low;
  for (const std::size_t i : order) {
    placed[i] = std::max(placed[i], lowest);
    lowest = placed[i] + gap;
  }
  double highest = limits.high;
  for (const std::size_t i : std::vector<std::size_t>(order.rbegin(), order.rend())) {
    placed[i] = std::min(placed[i], highest);
    highest = placed[i] - gap;
  }
  return placed;
}

}  // namespace wattention::report
