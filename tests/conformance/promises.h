#pragma once
// How far each device may be off, in each dtype that it computes in: from epsilons, with the reasons beside them.
#include <wattention/device.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <vector>

namespace wattention::testing {

/// A device in one dtype, and its errors' bounds.
struct Promise {
  const char* device;
  DType dtype;
  /// Rounding error of one stored value, relative.
  double epsilon;
  /// Error of a sum of `count` products before it is stored, relative to the sum of their magnitudes.
  double (*sum_error)(double count);
  /// Roundings of a product with a tensor; with a number, which may itself be rounded.
  double product_roundings, number_roundings;
  /// In units of epsilon and relative to the terms: what the alignment of a sum's terms loses before it is rounded.
  double alignment;
  /// Relative error of the device's softmax beyond its row sum and the rounding of its result.
  double softmax_error;
};

inline std::ostream& operator<<(std::ostream& out, const Promise& promise) {
  return out << promise.device << '_' << to_string(promise.dtype);
}

// Half a unit in the last place, relative to the least value with that place.
inline constexpr double f64_epsilon = 0x1p-53, f32_epsilon = 0x1p-24, bf16_epsilon = 0x1p-8;
// One rounding. Stored as bf16 a result in f32 is rounded twice: 2^-16 of bf16's epsilon more.
inline constexpr double once = 1 + 0x1p-15;

// Products round; their compensated sum does not.
inline double compensated_sum(double) {
  return f64_epsilon;
}

// In any order (Higham, section 3.1), with two roundings beside it.
inline double f32_sum(double count) {
  return (count + 2) * f32_epsilon;
}

// HiFi2 lacks the activation's last bit, 2 epsilons, and rounds Dst once per phase after 16 products. The roundings of
// n sums grow with sqrt(n), not with n (Higham and Mary, 2019).
inline double card_sum(double count) {
  return (2 + std::sqrt(2 * std::ceil(count / 16))) * bf16_epsilon;
}

/// Arithmetic in f32, with exponentials within 2 ulp and their arguments.
constexpr Promise in_f32(const char* device) {
  return {.device = device,
          .dtype = DType::f32,
          .epsilon = f32_epsilon,
          .sum_error = f32_sum,
          .product_roundings = once,
          .number_roundings = once,
          .alignment = 0,
          .softmax_error = 8 * f32_epsilon};
}

/// The same, stored as bf16.
constexpr Promise in_bf16(const char* device) {
  Promise promise = in_f32(device);
  promise.dtype = DType::bf16;
  promise.epsilon = bf16_epsilon;
  promise.alignment = 0x1p-15;
  return promise;
}

inline const Promise promises[] = {
    {.device = "reference",
     .dtype = DType::f64,
     .epsilon = f64_epsilon,
     .sum_error = compensated_sum,
     .product_roundings = once,
     .number_roundings = once,
     .alignment = 0,
     .softmax_error = 108 * f64_epsilon},  // a plain sum of up to 100 exponentials
    in_f32("cpu"),                         // two exponentials within 1.1 ulp
    in_bf16("cpu"),
    // Four phases of a product are four roundings and one lost bit; a number is cut by up to 2 epsilons. The smaller
    // term of a sum keeps three bits below the result's last. An exponential is off by 3.4 %, the reciprocal by 3.9 %;
    // seven roundings lie between them.
    {.device = "wormhole",
     .dtype = DType::bf16,
     .epsilon = bf16_epsilon,
     .sum_error = card_sum,
     .product_roundings = 5,
     .number_roundings = 7,
     .alignment = 0.125,
     .softmax_error = 0.073 + 7 * bf16_epsilon},
    // An f32 division and exponential of the GPU are within 1 and 2 ulp (CUDA C++ Programming Guide, appendix on
    // mathematical functions).
    in_f32("cuda"),
    in_bf16("cuda"),
};

/// Those of the devices that are here.
inline std::vector<Promise> kept_promises() {
  const auto here = [](const Promise& promise) {
    for (const DeviceInfo& device : list_devices())
      if (device.name == promise.device) return device.available;
    return false;
  };
  std::vector<Promise> kept;
  std::copy_if(std::begin(promises), std::end(promises), std::back_inserter(kept), here);
  return kept;
}

}  // namespace wattention::testing
