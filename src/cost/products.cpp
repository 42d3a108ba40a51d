#include "cost/products.h"

#include <fmt/format.h>
#include <wattention/ops.h>

#include <optional>
#include <utility>
#include <variant>

#include "base/fail.h"
#include "cost/modelled_device.h"
#include "device/value_less.h"

namespace wattention {
namespace {

// Of the published loops; the first call's dispatch is nothing beside so many.
constexpr std::size_t calls_of_loop = 100;

std::string program_of(const OpEvent& op) {
  const MatmulBlocks& blocks = op.blocks;
  if (blocks.subblock_h == 0) return fmt::format("{}, {} cores", op.program, op.cores);
  return fmt::format("{}, {} cores, {}x{} tiles each, blocks {}x{}x{}, subblocks {}x{}, {}",
                     op.program, op.cores, blocks.per_core_m, blocks.per_core_n, blocks.out_block_m,
                     blocks.out_block_n, blocks.block_k, blocks.subblock_h, blocks.subblock_w,
                     to_string(op.fidelity));
}

Tensor place(const Shape& shape, DType dtype, Memory memory, const Device& card) {
  return to_device(value_less(shape, DType::f32), card, {.memory = memory, .dtype = dtype});
}

/// The program of the second call: the first builds it.
OpEvent program_of_call(const MeasuredProduct& product, const Device& card) {
  EventLog& log = modelled(card).log;
  const Tensor a = place({product.m, product.k}, product.a, product.a_memory, card);
  const Tensor b = place({product.k, product.n}, product.b, Memory::dram, card);
  OpAttributes attributes;
  if (product.out_memory == Memory::l1) attributes.memory = Memory::l1;
  matmul(a, b, attributes);
  log.take();
  log.start();
  matmul(a, b, attributes);
  log.stop();
  for (Event& event : log.take())
    if (auto* program = std::get_if<OpEvent>(&event)) return std::move(*program);
  fail(ErrorKind::bad_input, "[estimate] expected a program of the product; found none");
}

CalledProduct call(const MeasuredProduct& product, const std::string& release,
                   const EstimateOptions& options) {
  const Device card = open_device(
      "wormhole", {.mode = Mode::shape, .program_cache = true, .release_profile = release});
  const CostModel& model = modelled(card).model;
  const OpEvent program = program_of_call(product, card);
  EstimateOptions loop_options = options;
  loop_options.traced = product.traced;
  const std::vector<Event> loop(calls_of_loop, Event(program));
  const RunEstimate estimate = model.estimate(loop, loop_options);
  const auto calls = static_cast<double>(calls_of_loop);
  return {product,
          release,
          program_of(program),
          estimate.math_s / calls,
          estimate.profiled_s / calls,
          estimate.time_s.value / calls};
}

using Measured = std::optional<double> MeasuredProduct::*;
using Modelled = double CalledProduct::*;

DataSet set_of(std::span<const CalledProduct> products, std::string name, Measured measured,
               Modelled modelled, std::optional<bool> fitted, std::string why_worst) {
  DataSet set{std::move(name), {}, std::move(why_worst), {}};
  for (const CalledProduct& product : products) {
    const MeasuredProduct& row = product.measured;
    if (!(row.*measured) || (fitted && row.fitted != *fitted)) continue;
    set.source = row.source;
    set.rows.push_back({label_of(row), *(row.*measured), product.*modelled, row.fitted});
  }
  return set;
}

}  // namespace

std::string label_of(const MeasuredProduct& product) {
  const bool same = product.a == product.b;
  return fmt::format("{}x{}x{} {}{}{}", product.m, product.k, product.n, to_string(product.a),
                     same ? "" : fmt::format(" by {}", to_string(product.b)),
                     product.a_memory == Memory::l1     ? " from l1"
                     : product.out_memory == Memory::l1 ? " to l1"
                     : product.traced                   ? " traced"
                                                        : "");
}

std::vector<CalledProduct> called_products(const EstimateOptions& options) {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  const std::vector<ReleaseInfo> releases = list_releases();
  std::vector<CalledProduct> products;
  for (const MeasuredProduct& product : modelled(card).model.measured_products()) {
    const ReleaseInfo& release = product.profiled_s ? releases.back() : releases.front();
    products.push_back(call(product, release.name, options));
  }
  return products;
}

std::vector<DataSet> product_times(std::span<const CalledProduct> products) {
  const auto set = [&](const char* name, Measured measured, Modelled modelled,
                       std::optional<bool> fitted, const char* why) {
    return set_of(products, name, measured, modelled, fitted, why);
  };
  constexpr auto math = &MeasuredProduct::math_s;
  constexpr auto wall = &MeasuredProduct::wall_s;
  return {set("products as called, math thread, fitted", math, &CalledProduct::math_s, true,
              "a few thousand cycles: what cores wait for each other at the start is one constant"),
          set("products as called, math thread, held out", math, &CalledProduct::math_s, false,
              "one core sends to 63 others, and no row of that program set a constant"),
          set("products as called, end to end, fitted", wall, &CalledProduct::wall_s, true,
              "what lies between two short programs of a trace is one constant"),
          set("products as called, end to end, held out", wall, &CalledProduct::wall_s, false,
              "one core sends to 63 others, and no row of that program set a constant"),
          set("products of other shapes, whole kernel, held out", &MeasuredProduct::profiled_s,
              &CalledProduct::profiled_s, std::nullopt,
              "a core goes tile by tile through 168 tiles of K, and many ask one bank at once")};
}

std::vector<ErrorBound> product_bounds(std::span<const DataSet> sets) {
  constexpr std::size_t all = 5;
  expect(sets.size() == all, "[estimate] expected {} sets of products; found {}", all, sets.size());
  const ProductPromises& promises = product_promises;
  const double bounds[all] = {promises.math_median, promises.math_median, promises.wall_median,
                              promises.wall_median, promises.other_shapes_median};
  std::vector<ErrorBound> found;
  for (std::size_t i = 0; i < all; ++i)
    found.push_back({sets[i].name + ": median", summarize(sets[i].rows).median, bounds[i]});
  return found;
}

}  // namespace wattention
