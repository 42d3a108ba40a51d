// Every option of every op on every device: taken, or refused in one sentence. Nothing is ignored.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <wattention/nn.h>
#include <wattention/ops.h>

#include <functional>
#include <map>
#include <string>

namespace wattention {
namespace {

// A word for each attribute that any op which has it could take for 32x32 tensors, moves for one batch of three heads.
const std::map<std::string_view, std::string_view> words{{"keepdim", "true"},
                                                         {"core_grid", "2x2"},
                                                         {"transpose_b", "true"},
                                                         {"fidelity", "hifi4"},
                                                         {"memory", "l1"},
                                                         {"dim", "1"},
                                                         {"sharding", "height"},
                                                         {"packer_l1_accumulate", "false"},
                                                         {"program", "mcast_1d:grid=1x1"},
                                                         {"activation", "relu"},
                                                         {"fp32_accumulate", "true"},
                                                         {"numeric_stable", "true"},
                                                         {"dims", "0,1,3,2"},
                                                         {"shape", "16,192"},
                                                         {"layout", "row_major"},
                                                         {"fast_and_approximate_mode", "true"},
                                                         {"negative_slope", "0.1"},
                                                         {"alpha", "0.5"},
                                                         {"min", "-1"},
                                                         {"max", "1.5"},
                                                         {"beta", "0.5"},
                                                         {"threshold", "5"},
                                                         {"begins", "0,0,0,0"},
                                                         {"ends", "1,1,32,16"},
                                                         {"steps", "1,1,2,1"},
                                                         {"before", "0,0,0,0"},
                                                         {"after", "0,0,0,32"},
                                                         {"value", "0.5"},
                                                         {"true_value", "3"},
                                                         {"false_value", "-1"},
                                                         {"decimals", "1"},
                                                         {"repeats", "2"},
                                                         {"heads", "1"},
                                                         {"kv_heads", "0"},
                                                         {"part", "2"},
                                                         {"transposed", "true"},
                                                         {"index", "31"},
                                                         {"output_dtype", "int32"},
                                                         {"k", "32"},
                                                         {"smallest", "true"},
                                                         {"epsilon", "0.001"},
                                                         {"probability", "0"},
                                                         {"seed", "7"},
                                                         {"scale", "1"},
                                                         {"causal", "false"},
                                                         {"in_place", "false"},
                                                         {"math_approx_mode", "true"},
                                                         {"is_causal", "true"},
                                                         {"alignment", "bottom_right"},
                                                         {"position", "0"},
                                                         {"softcap", "2"},
                                                         {"window_left", "3"},
                                                         {"window_right", "4"},
                                                         {"q_chunk_size", "64"},
                                                         {"k_chunk_size", "64"},
                                                         {"exp_approx_mode", "false"},
                                                         {"batch", "0"}};

// The shape of a plain operand.
Shape shape_for(const OpRow& row) {
  if (row.family == OpFamily::search) return {32, 64};
  if (row.family == OpFamily::rotary) return {1, 1, 32, 64};
  return row.family == OpFamily::move ? Shape{1, 1, 32, 96} : Shape{32, 32};
}

// Zeros of the dtype that the op wants: ids are uint32 on the card, other integers int32.
Tensor operand(const OpRow& row, std::size_t index, const Device& device) {
  const DType integers = row.family == OpFamily::gather ? DType::uint32 : DType::int32;
  Placement placement;
  if (row.op == Op::argmax && device.name() == "wormhole") placement.layout = Layout::row_major;
  const bool turns = row.family == OpFamily::rotary && index == 3;
  return to_device(Tensor::zeros(turns ? Shape{1, 1, 32, 32} : shape_for(row),
                                 row.wants_integers(index) ? integers : DType::f32),
                   device, placement);
}

// The dimensions of a reduction are those of a matrix. A result has its operands' dtype, but where it is cast.
std::string word_for(const OpRow& row, const AttributeRow& attribute, DType dtype) {
  if (row.op != Op::typecast && row.attributes.has(Attribute::output_dtype) &&
      attribute.attribute == Attribute::output_dtype)
    return std::string(to_string(dtype));
  if (row.family == OpFamily::attention && attribute.attribute == Attribute::kv_heads) return "1";
  if (row.family == OpFamily::reduce && attribute.attribute == Attribute::dims) return "1,0";
  return std::string(words.at(attribute.name));
}

// How each is shown in a sentence.
std::string shown(std::string_view word) {
  std::string text(word);
  if (word.find(',') == std::string_view::npos) return text;
  for (std::size_t at = 0; (at = text.find(',', at)) != std::string::npos; at += 2)
    text.insert(at + 1, " ");
  return "[" + text + "]";
}

OpArguments arguments_of(const OpRow& row, const Device& device) {
  OpArguments arguments;
  for (std::size_t i = 0; i < row.required(); ++i)
    arguments.tensors.push_back(operand(row, i, device));
  if (row.takes_number()) {
    arguments.tensors.pop_back();
    arguments.number = 2;
  }
  if (row.attributes.has(Attribute::shape)) arguments.attributes.shape = Shape({16, 192});
  if (row.attributes.has(Attribute::layout)) arguments.attributes.layout = Layout::row_major;
  if (row.attributes.has(Attribute::min)) arguments.attributes.min = -2;
  if (row.attributes.has(Attribute::max)) arguments.attributes.max = 2;
  if (row.attributes.has(Attribute::true_value)) {
    arguments.attributes.true_value = 1;
    arguments.attributes.false_value = 0;
  }
  return arguments;
}

std::string refusal_text(Op op, const OpArguments& arguments) {
  const std::optional<Error> refusal = refusal_of(op, arguments);
  return refusal ? refusal->what() : "";
}

class OpOptions : public ::testing::TestWithParam<const char*> {};

TEST_P(OpOptions, AreTakenOrRefused) {
  const Device device = open_device(GetParam());
  ASSERT_EQ(words.size(), attribute_rows().size());
  for (const OpRow& row : op_rows()) {
    const OpArguments plain = arguments_of(row, device);
    const std::string without = refusal_text(row.op, plain);
    for (const AttributeRow& attribute : attribute_rows()) {
      OpArguments arguments = plain;
      const std::string word = word_for(row, attribute, plain.tensors.front().dtype());
      parse_attribute(arguments.attributes, attribute.attribute, word);
      const std::string found = refusal_text(row.op, arguments);
      const std::string place = fmt::format("{} {} on {}", row.name, attribute.name, device.name());
      if (!row.attributes.has(attribute.attribute)) {
        EXPECT_TRUE(found.starts_with(
            fmt::format("[{}] expected no {}, which is for ", row.name, attribute.name)))
            << place << ": " << found;
      } else if (attribute.role == AttributeRole::how &&
                 !device.capabilities().attributes.has(attribute.attribute)) {
        EXPECT_EQ(found, fmt::format("[{}] expected no {} on {}, which takes none; found {}",
                                     row.name, attribute.name, device.name(), shown(word)));
        EXPECT_THROW(run_op(row.op, arguments), Error) << place;
      } else if (attribute.attribute == Attribute::sharding ||
                 (attribute.attribute == Attribute::program && row.family != OpFamily::product)) {
        continue;  // enough for few alone: tests/backends/wormhole/program, shards_ and rows_in_shards_test.cpp
      } else if (attribute.attribute == Attribute::fast_and_approximate_mode &&
                 found != without) {  // of ops that have it in other releases
        EXPECT_TRUE(found.starts_with(
            fmt::format("[{}] expected no fast_and_approximate_mode, as ", row.name)))
            << place << ": " << found;
      } else {
        EXPECT_EQ(found, without) << place;
        if (found.empty()) {
          EXPECT_NO_THROW(run_op(row.op, arguments)) << place;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, OpOptions, ::testing::Values("reference", "cpu", "wormhole"),
                         [](const auto& tested) { return std::string(tested.param); });

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(DeviceOptions, OfCardsAreRefusedElsewhere) {
  for (const std::string name : {"reference", "cpu"}) {
    const std::string end = " on " + name + ", which takes none; found ";
    EXPECT_EQ(error_of([&] { open_device(name, {.mode = Mode::shape}); }),
              "[open_device] expected no mode" + end + "shape");
    EXPECT_EQ(error_of([&] { open_device(name, {.program_cache = true}); }),
              "[open_device] expected no program cache" + end + "true");
    EXPECT_EQ(error_of([&] { open_device(name, {.program_cache = false}); }),
              "[open_device] expected no program cache" + end + "false");
    EXPECT_EQ(error_of([&] { open_device(name, {.release_profile = "0.57"}); }),
              "[open_device] expected no release profile" + end + "0.57");
    EXPECT_EQ(error_of([&] { open_device(name, {.strict = true}); }),
              "[open_device] expected no strict" + end + "true");
    Device device = open_device(name);
    EXPECT_EQ(error_of([&] { device.set_program_cache(true); }),
              "[program_cache] expected a device that builds programs; found " + name);
  }
  const Device card = open_device(
      "wormhole", {.mode = Mode::shape, .program_cache = true, .release_profile = "0.57"});
  EXPECT_TRUE(card.is_open());
}

// Strict refuses what was only read, and nothing else.
TEST(DeviceOptions, StrictRefusesUnverifiedDigits) {
  const auto on = [](const DeviceOptions& options) {
    return to_device(Tensor::zeros({2, 2}), open_device("wormhole", options));
  };
  relu(on({}));
  add(on({.strict = true}), 1.0);
  const std::string refused =
      "[relu] expected an op whose digits are verified, as strict was asked for; found relu, known "
      "from the source of release 0.57 only";
  EXPECT_EQ(error_of([&] { relu(on({.strict = true})); }), refused);
  setenv("WATTENTION_STRICT", "1", 1);
  EXPECT_EQ(error_of([&] { relu(on({})); }), refused);
  setenv("WATTENTION_STRICT", "yes", 1);
  EXPECT_EQ(error_of([&] { on({}); }), "[WATTENTION_STRICT] expected 0 or 1; found 'yes'");
  unsetenv("WATTENTION_STRICT");
}

// Cards printed quotients by a tensor that is spread; one of as many rows and columns has another program.
TEST(DeviceOptions, StrictDivisionsAreOfBroadcasts) {
  const Device card = open_device("wormhole", {.strict = true});
  const auto sent = [&](const Shape& shape) { return to_device(Tensor::zeros(shape), card); };
  const Tensor matrix = sent({32, 64});
  div(matrix, sent({32, 1}));
  div(matrix, 2);
  EXPECT_EQ(error_of([&] { div(matrix, matrix); }),
            "[div] expected an op whose digits are verified, as strict was asked for; found div, "
            "known from the source of "
            "release 0.57 only");
}

TEST(Placement, OfCardsIsRefusedElsewhere) {
  const Tensor host = Tensor::zeros({2, 2});
  for (const std::string name : {"reference", "cpu"}) {
    const Device device = open_device(name);
    EXPECT_EQ(error_of([&] { to_device(host, device, {.memory = Memory::l1}); }),
              "[to_device] expected memory host on " + name + "; found l1");
    EXPECT_EQ(error_of([&] { to_device(host, device, {.layout = Layout::tile}); }),
              "[to_device] expected layout row_major on " + name + "; found tile");
  }
  EXPECT_EQ(error_of([&] { to_device(host, open_device("reference"), {.dtype = DType::bf16}); }),
            "[to_device] expected dtype f64 or uint32 or int32 or uint16 or uint8 on reference; "
            "found bf16");
  EXPECT_EQ(
      error_of([&] { to_device(host, open_device("cpu"), {.dtype = DType::f64}); }),
      "[to_device] expected dtype f32 or bf16 or f16 or uint32 or int32 or uint16 or uint8 on cpu; "
      "found f64");
  EXPECT_EQ(to_device(host, open_device("cpu"), {.dtype = DType::bf16}).dtype(), DType::bf16);
}

// Which fields of AttentionConfig a variant takes on its device.
TEST(AttentionOptions, AreTakenOrRefused) {
  Generator generator(1);
  const SelfAttention attention(32, 32, generator);
  const struct {
    const char* device;
    Variant variant;
    bool bf16, grid, fidelity, fold, weights;
  } cases[] = {{"reference", Variant::reference, true, false, false, false, false},
               {"cpu", Variant::reference, true, false, false, false, false},
               {"cpu", Variant::fused, true, false, false, true, false},
               {"wormhole", Variant::naive, true, false, true, false, false},
               {"wormhole", Variant::resident, true, true, true, false, true}};
  for (const auto& c : cases) {
    const Device device = open_device(c.device);
    const auto taken = [&](AttentionConfig config) {
      config.variant = c.variant;
      try {
        attention.to(device, config);
        return true;
      } catch (const Error&) {
        return false;
      }
    };
    SCOPED_TRACE(std::string(c.device) + " " + std::string(to_string(c.variant)));
    EXPECT_TRUE(taken({}));
    EXPECT_EQ(taken({.dtype = DType::bf16}), c.bf16);
    EXPECT_EQ(taken({.dtype = DType::f32}), std::string_view(c.device) != "wormhole");
    EXPECT_EQ(taken({.core_grid = CoreGrid{2, 2}}), c.grid);
    EXPECT_EQ(taken({.fidelity = Fidelity::hifi4}), c.fidelity);
    EXPECT_EQ(taken({.fold_projections = true}), c.fold);
    EXPECT_EQ(taken({.weights = Memory::dram}), c.weights);
  }
}

}  // namespace
}  // namespace wattention
