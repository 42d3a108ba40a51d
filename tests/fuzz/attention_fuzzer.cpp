// Any bytes as a call of scaled_dot_product_attention: the CPU's kernels and float64 agree, or both refuse it with the
// same sentence; nothing else. Sizes are small and often wrong, values may be infinite, masks and lengths any.
// Seeds: tests/golden/attention_calls, one byte a choice (see Bytes' users below, in their order).
#include <fmt/format.h>
#include <wattention/attention.h>
#include <wattention/device.h>
#include <wattention/error.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>

namespace {

using namespace wattention;

// The input, byte by byte, from the start again behind its end.
class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  int next() { return bytes_[at_++ % bytes_.size()]; }
  int below(int count) { return next() % count; }
  bool one_in(int count) { return below(count) == 0; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// Sizes that fit each other, but for a byte that says otherwise.
struct Sizes {
  std::int64_t batch, kv_heads, heads, queries, keys, head_dim, value_dim;
  explicit Sizes(Bytes& bytes)
      : batch(1 + bytes.below(2)),
        kv_heads(1 + bytes.below(3)),
        heads(kv_heads * (1 + bytes.below(3))),
        queries(bytes.below(40)),
        keys(bytes.below(90)),
        head_dim(1 + bytes.below(24)),
        value_dim(1 + bytes.below(24)) {
    std::int64_t* const all[] = {&batch, &kv_heads, &heads, &queries, &keys, &head_dim, &value_dim};
    if (bytes.one_in(8)) *all[bytes.below(7)] = bytes.below(3);
  }
};

float value_of(Bytes& bytes, bool wild) {
  const int byte = bytes.next();
  if (!wild || byte < 250) return static_cast<float>(byte - 125) / 32;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float words[] = {infinity,
                             -infinity,
                             std::numeric_limits<float>::quiet_NaN(),
                             -0.0f,
                             std::numeric_limits<float>::max(),
                             1e-42f};
  return words[byte - 250];
}

Tensor tensor_of(Bytes& bytes, const Shape& shape, DType dtype, bool wild) {
  Tensor tensor = Tensor::empty(shape);
  for (float& value : tensor.mutable_values<float>()) value = value_of(bytes, wild);
  return tensor.to(dtype);
}

Tensor mask_of(Bytes& bytes, const Sizes& sizes, DType dtype, bool wild) {
  const auto side = [&](std::int64_t size) { return bytes.one_in(2) ? std::int64_t{1} : size; };
  const Shape shape{side(sizes.batch), side(sizes.heads), side(sizes.queries), side(sizes.keys)};
  if (bytes.one_in(2)) return tensor_of(bytes, shape, bytes.one_in(2) ? DType::f32 : dtype, wild);
  Tensor mask = Tensor::empty(shape, DType::uint8);
  for (std::uint8_t& flag : mask.mutable_values<std::uint8_t>())
    flag = static_cast<std::uint8_t>(bytes.below(2));
  return mask;
}

struct Call {
  Tensor query, key, value;
  ScaledDotProductAttentionOptions options;
  bool wild;
};

ScaledDotProductAttentionOptions options_of(Bytes& bytes, const Sizes& sizes) {
  ScaledDotProductAttentionOptions options;
  options.is_causal = bytes.one_in(2);
  if (bytes.one_in(3))
    options.alignment = bytes.one_in(2) ? CausalAlignment::top_left : CausalAlignment::bottom_right;
  if (bytes.one_in(5)) options.position = bytes.below(100) - 4;
  if (bytes.one_in(4)) options.window_left = bytes.below(40) - 2;
  if (bytes.one_in(4)) options.window_right = bytes.below(40) - 2;
  if (bytes.one_in(4)) options.scale = static_cast<double>(bytes.below(17) - 8) / 8;
  if (bytes.one_in(4)) options.softcap = static_cast<double>(bytes.below(40) - 1) / 4;
  if (bytes.one_in(4)) {
    options.key_lengths = Tensor::empty({sizes.batch}, DType::int32);
    for (std::int32_t& length : options.key_lengths.mutable_values<std::int32_t>())
      length = bytes.below(static_cast<int>(sizes.keys) + 2) - (bytes.one_in(30) ? 1 : 0);
  }
  return options;
}

Call call_of(Bytes& bytes) {
  constexpr DType dtypes[] = {DType::f32, DType::bf16, DType::f16};
  const DType dtype = dtypes[bytes.below(3)];
  const Sizes sizes(bytes);
  Call call{{}, {}, {}, options_of(bytes, sizes), bytes.one_in(4)};
  const auto drawn = [&](std::int64_t heads, std::int64_t rows, std::int64_t dim, bool in_rows) {
    return tensor_of(
        bytes,
        in_rows ? Shape{sizes.batch, rows, heads * dim} : Shape{sizes.batch, heads, rows, dim},
        dtype, call.wild);
  };
  const bool in_rows = bytes.one_in(3);
  if (in_rows) {
    call.options.heads = static_cast<int>(sizes.heads);
    call.options.kv_heads = static_cast<int>(sizes.kv_heads);
  }
  call.query = drawn(sizes.heads, sizes.queries, sizes.head_dim, in_rows);
  call.key = drawn(sizes.kv_heads, sizes.keys, sizes.head_dim, in_rows);
  call.value = drawn(sizes.kv_heads, sizes.keys, sizes.value_dim, in_rows);
  if (bytes.one_in(2)) call.options.mask = mask_of(bytes, sizes, dtype, call.wild);
  return call;
}

// The context, or the sentence that refuses it.
struct Outcome {
  Tensor context;
  std::string sentence;
};

Tensor on(const Device& device, const Tensor& tensor) {
  return tensor.defined() ? to_device(tensor, device) : tensor;
}

Outcome outcome_of(const Device& device, const Call& call) {
  ScaledDotProductAttentionOptions options = call.options;
  try {
    options.mask = on(device, options.mask);
    options.key_lengths = on(device, options.key_lengths);
    return {to_host(scaled_dot_product_attention(on(device, call.query), on(device, call.key),
                                                 on(device, call.value), options)),
            {}};
  } catch (const Error& error) {
    return {{}, error.what()};
  }
}

[[noreturn]] void differ(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

// Infinite or undefined operands: the formula's word is kept by tests of their own; here nothing may break.
void expect_close(const Tensor& found, const Tensor& exact, DType dtype) {
  if (found.shape() != exact.shape()) differ("shapes differ");
  const double bound = dtype == DType::f32 ? 1e-4 : dtype == DType::f16 ? 1e-2 : 8e-2;
  const Tensor a = found.to(DType::f64), b = exact.to(DType::f64);
  const auto values = a.values<double>(), expected = b.values<double>();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!(std::abs(values[i] - expected[i]) <= bound * 4))
      differ(fmt::format("element {} is {}, float64 says {}", i, values[i], expected[i]));
}

/// With the kernel that this machine takes by itself, or with AVX2's, which every machine here has.
const Device& cpu(bool by_itself) {
  static const Device best = open_device("cpu", {.threads = 1});
  static const Device avx2 = open_device("cpu", {.threads = 1, .kernel = "avx2"});
  return by_itself ? best : avx2;
}
const Device& reference() {
  static const Device device = open_device("reference");
  return device;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Bytes bytes({data, size});
  const bool by_itself = bytes.one_in(2);
  const Call call = call_of(bytes);
  const DType dtype = call.query.dtype();
  const Outcome found = outcome_of(cpu(by_itself), call);
  const Outcome exact = outcome_of(reference(), call);
  if (found.sentence != exact.sentence)
    differ(fmt::format("'{}' beside '{}'", found.sentence, exact.sentence));
  if (found.sentence.empty() && !call.wild) expect_close(found.context, exact.context, dtype);
  return 0;
}
