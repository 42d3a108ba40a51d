#include "backends/cpu/support.h"

namespace wattention::cpu_test {
namespace {

constexpr float smallest_normal = 0x1p-126f;

float flush(float value) {
  return std::fabs(value) < smallest_normal ? std::copysign(0.0f, value) : value;
}

// VDPBF16PS and TDPBF16PS read subnormals as zero and write zero for them.
float flushing_fma(float a, float b, float c) {
  return flush(std::fma(flush(a), flush(b), flush(c)));
}

class Element {
 public:
  Element(const Matrix& a, const Matrix& b, std::int64_t row, std::int64_t col)
      : a_(a), b_(b), row_(row), col_(col) {}

  float a(std::int64_t k) const { return k < a_.cols ? a_.at(row_, k) : 0.0f; }
  float b(std::int64_t k) const { return k < a_.cols ? b_.at(k, col_) : 0.0f; }

  // The sum over k in [begin, end) from zero.
  float block(Arithmetic arithmetic, std::int64_t begin, std::int64_t end) const {
    float sum = 0.0f;
    if (arithmetic == Arithmetic::bf16_pairs) {
      for (std::int64_t k = begin; k < end; k += 2)
        sum = flushing_fma(a(k), b(k), flushing_fma(a(k + 1), b(k + 1), sum));
      return sum;
    }
    const bool rounds_products =
        arithmetic == Arithmetic::f32_muladd || arithmetic == Arithmetic::bf16_muladd;
    for (std::int64_t k = begin; k < end; ++k)
      sum = rounds_products ? sum + a(k) * b(k) : std::fma(a(k), b(k), sum);
    return sum;
  }

  float tiles(std::int64_t depth) const {
    float sum = 0.0f;
    for (std::int64_t begin = 0; begin < depth; begin += 32) {
      float even = 0.0f, odd = 0.0f;
      for (std::int64_t k = begin; k < begin + 32; k += 2) {
        even = flushing_fma(a(k), b(k), even);
        odd = flushing_fma(a(k + 1), b(k + 1), odd);
      }
      sum = flush(sum + flush(even + odd));
    }
    return sum;
  }

 private:
  const Matrix& a_;
  const Matrix& b_;
  std::int64_t row_, col_;
};

float oracle_element(const GemmKernel& kernel, const Element& element, std::int64_t depth) {
  if (kernel.arithmetic == Arithmetic::bf16_tiles) return element.tiles(depth);
  float sum = 0.0f;
  for (std::int64_t k = 0; k < depth; k += kernel.k_block) {
    const float part =
        element.block(kernel.arithmetic, k, std::min<std::int64_t>(k + kernel.k_block, depth));
    sum = k == 0 ? part : sum + part;
  }
  return sum;
}

}  // namespace

std::unique_ptr<AmxPlayer> player_for(const GemmKernel& kernel) {
  return is_native(kernel) ? nullptr : std::make_unique<AmxPlayer>();
}

Engine engine_of(const GemmKernel& kernel) {
  // A played kernel cannot be asked for by name; beside it run this processor's best row operations.
  const std::string_view name = is_native(kernel) ? kernel.name : "";
  return {&kernel, cpu::choose(kernel.type, cpu::this_cpu(), name).vector};
}

Matrix run_kernel(const GemmKernel& kernel, const Matrix& a, const Matrix& b) {
  const Engine engine = engine_of(kernel);
  const std::int64_t element = cpu::element_bytes(kernel.type);
  const auto a_bytes = bytes_of(a, kernel.type), b_bytes = bytes_of(b, kernel.type);
  const std::int64_t panels = cpu::panel_count(kernel, b.cols);
  std::vector<std::byte> packed_b(
      static_cast<std::size_t>(cpu::packed_b_bytes(kernel, b.rows, b.cols)));
  for (std::int64_t p = 0; p < panels; ++p)
    cpu::pack_panel(engine, {{b_bytes.data(), b.cols * element}, b.rows, b.cols, false}, p,
                    packed_b.data());
  const cpu::Strips strips(kernel, a.rows);
  std::vector<std::byte> packed_a(
      static_cast<std::size_t>(cpu::packed_a_bytes(kernel, strips.count, a.cols)));
  const auto packed = cpu::pack_strips(engine, {a_bytes.data(), a.cols * element}, strips,
                                       {0, strips.count}, a.cols, packed_a.data());
  const std::int64_t ldc = panels * kernel.block_n;
  std::vector<float> c(static_cast<std::size_t>((a.rows + kernel.tile_m) * ldc), 1e30f);
  cpu::multiply_panels(kernel, packed, {packed_b.data(), b.rows, b.cols}, {0, panels}, c.data(),
                       ldc);
  Matrix out(a.rows, b.cols);
  for (std::int64_t r = 0; r < out.rows; ++r)
    for (std::int64_t col = 0; col < out.cols; ++col)
      out.at(r, col) = c[static_cast<std::size_t>(r * ldc + col)];
  return out;
}

Matrix arithmetic_oracle(const GemmKernel& kernel, const Matrix& a, const Matrix& b) {
  Matrix out(a.rows, b.cols);
  for (std::int64_t r = 0; r < out.rows; ++r)
    for (std::int64_t c = 0; c < out.cols; ++c)
      out.at(r, c) = oracle_element(kernel, Element(a, b, r, c), cpu::padded_k(kernel, a.cols));
  return out;
}

}  // namespace wattention::cpu_test
