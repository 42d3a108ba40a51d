// One way for every op: operands and attributes as the row says, one device, the family's check, the device.
#include <wattention/ops.h>

#include <algorithm>
#include <string>
#include <utility>

#include "device/backend.h"
#include "device/call_observer.h"
#include "ops/accepted_op.h"
#include "ops/families.h"
#include "ops/validate.h"

namespace wattention {
namespace {

std::string counted(std::size_t tensors, bool number) {
  return fmt::format("{} tensor{}{}", tensors, tensors == 1 ? "" : "s",
                     number ? " and a number" : "");
}

std::string left_out_text(std::size_t optional) {
  return optional == 1 ? ", the last of which may be left out"
                       : fmt::format(", the last {} of which may be left out", optional);
}

void expect_operands(const OpCall& call) {
  const std::size_t found = call.tensors.size(), wanted = call.row().operand_count();
  const bool number = call.number.has_value(), may = call.row().takes_number();
  if (call.row().takes_list() ? found >= 1 && !number
      : number                ? may && found + 1 == wanted
                              : found <= wanted && found >= call.row().required())
    return;
  if (call.row().takes_list())
    fail(ErrorKind::bad_input, "[{}] expected 1 tensor or more; found {}", call.name(),
         counted(found, number));
  fail(ErrorKind::bad_input, "[{}] expected {}{}; found {}", call.name(), counted(wanted, false),
       may                         ? std::string(", or a number in the last one's place")
       : call.row().has_optional() ? left_out_text(wanted - call.row().required())
                                   : std::string(),
       counted(found, number));
}

// Undefined tensors stand for optional ones that are left out.
void close_gaps(OpCall& call) {
  const std::size_t required = call.row().required();
  if (call.tensors.size() == required) return;
  for (std::size_t place = required; place < call.tensors.size(); ++place)
    if (!call.tensors[place].defined()) call.left_out |= std::uint32_t{1} << place;
  if (call.left_out == 0 || call.row().takes_list()) return;
  // Those that are required stay, for the sentence about an undefined one.
  const auto optional = call.tensors.begin() + static_cast<std::ptrdiff_t>(required);
  call.tensors.erase(std::remove_if(optional, call.tensors.end(),
                                    [](const Tensor& tensor) { return !tensor.defined(); }),
                     call.tensors.end());
}

// "matmul, linear"
std::string ops_with(Attribute attribute) {
  std::string names;
  for (const OpRow& row : op_rows())
    if (row.attributes.has(attribute))
      names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
  return names;
}

void expect_attributes(const OpCall& call) {
  const AttributeSet foreign = set_attributes(call.attributes) - call.row().attributes;
  if (foreign.empty()) return;
  const AttributeRow& row = row_of(foreign.first());
  fail(ErrorKind::bad_input, "[{}] expected no {}, which is for {}; found {}", call.name(),
       row.name, ops_with(row.attribute), text_of(call.attributes, row.attribute));
}

void check_family(OpCall& call) {
  switch (call.row().family) {
    case OpFamily::product: return check_product(call);
    case OpFamily::binary: return check_binary(call);
    case OpFamily::unary: return check_unary(call);
    case OpFamily::ternary: return check_ternary(call);
    case OpFamily::softmax: return check_softmax(call);
    case OpFamily::norm: return check_norm(call);
    case OpFamily::rotary: return check_rotary(call);
    case OpFamily::reduce: return check_reduce(call);
    case OpFamily::search: return check_search(call);
    case OpFamily::gather: return check_gather(call);
    case OpFamily::move: return check_move(call);
    case OpFamily::attention: return check_attention(call);
  }
}

// Takes the arguments' tensors. Attributes are half a kilobyte: copied once, to where the call stays.
AcceptedOp checked(Op op, OpArguments& arguments) {
  AcceptedOp made{
      {op, std::move(arguments.tensors), arguments.number, arguments.attributes, {}, {}, 0},
      nullptr};
  expect_operands(made.call);
  close_gaps(made.call);
  expect_attributes(made.call);
  const OpFamily family = made.call.row().family;
  const bool takes_empty = family == OpFamily::move || family == OpFamily::attention;
  made.backend = common_backend(made.call.name(), made.call.tensors,
                                takes_empty ? Empty::taken : Empty::refused);
  check_family(made.call);
  return made;
}

}  // namespace

AcceptedOp accepted_op(Op op, OpArguments& arguments) {
  AcceptedOp made = checked(op, arguments);
  if (const std::optional<Refusal> refusal = made.backend->refusal(made.call))
    throw Error(refusal->kind, refusal->sentence);
  return made;
}

Tensor run_op(Op op, OpArguments arguments) {
  const auto [call, backend] = accepted_op(op, arguments);
  if (CallObserver* observer = backend->observer()) return observer->run(*backend, call).front();
  return backend->run(call);
}

std::vector<Tensor> run_op_all(Op op, OpArguments arguments) {
  const auto [call, backend] = accepted_op(op, arguments);
  if (CallObserver* observer = backend->observer()) return observer->run(*backend, call);
  return backend->run_all(call);
}

std::optional<Error> refusal_of(Op op, OpArguments arguments) {
  try {
    const auto [call, backend] = checked(op, arguments);
    const std::optional<Refusal> refusal = backend->refusal(call);
    if (!refusal) return std::nullopt;
    return Error(refusal->kind, refusal->sentence);
  } catch (const Error& error) {
    return error;
  }
}

#define WATTENTION_DEFINE_product(name)                                                   \
  Tensor name(const Tensor& a, const Tensor& b, const OpAttributes& attributes) {         \
    return run_op(Op::name, {.tensors = {a, b}, .number = {}, .attributes = attributes}); \
  }
#define WATTENTION_DEFINE_binary(name)                                                     \
  Tensor name(const Tensor& a, const Tensor& b, const OpAttributes& attributes) {          \
    return run_op(Op::name, {.tensors = {a, b}, .number = {}, .attributes = attributes});  \
  }                                                                                        \
  Tensor name(const Tensor& a, double number, const OpAttributes& attributes) {            \
    return run_op(Op::name, {.tensors = {a}, .number = number, .attributes = attributes}); \
  }
#define WATTENTION_DEFINE_unary(name)                                                      \
  Tensor name(const Tensor& input, const OpAttributes& attributes) {                       \
    return run_op(Op::name, {.tensors = {input}, .number = {}, .attributes = attributes}); \
  }
#define WATTENTION_DEFINE_ternary(name)                                                            \
  Tensor name(const Tensor& a, const Tensor& b, const Tensor& c, const OpAttributes& attributes) { \
    return run_op(Op::name, {.tensors = {a, b, c}, .number = {}, .attributes = attributes});       \
  }
#define WATTENTION_DEFINE_softmax(name)                                                    \
  Tensor name(const Tensor& input, const OpAttributes& attributes) {                       \
    return run_op(Op::name, {.tensors = {input}, .number = {}, .attributes = attributes}); \
  }
#define WATTENTION_DEFINE_reduce(name) WATTENTION_DEFINE_softmax(name)
#define WATTENTION_DEFINE_norm(name)                                                            \
  Tensor name(const Tensor& input, const NormParameters& parameters,                            \
              const OpAttributes& attributes) {                                                 \
    return run_op(Op::name,                                                                     \
                  {.tensors = {input, parameters.weight, parameters.bias, parameters.residual}, \
                   .number = {},                                                                \
                   .attributes = attributes});                                                  \
  }
#define WATTENTION_DEFINE_search(name)
#define WATTENTION_DEFINE_gather(name)                                                           \
  Tensor name(const Tensor& ids, const Tensor& weight, const OpAttributes& attributes) {         \
    return run_op(Op::name, {.tensors = {ids, weight}, .number = {}, .attributes = attributes}); \
  }
#define WATTENTION_DEFINE_rotary(name)                                                     \
  Tensor name(const Tensor& input, const Tensor& cos, const Tensor& sin,                   \
              const OpAttributes& attributes) {                                            \
    return run_op(Op::name,                                                                \
                  {.tensors = {input, cos, sin}, .number = {}, .attributes = attributes}); \
  }
#define WATTENTION_DEFINE_move(name)
#define WATTENTION_DEFINE_attention(name)
#define WATTENTION_OP(name, family, ...) WATTENTION_DEFINE_##family(name)
#include <wattention/op_table.inc>
#undef WATTENTION_OP

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias,
              const OpAttributes& attributes) {
  return run_op(Op::linear,
                {.tensors = {input, weight, bias}, .number = {}, .attributes = attributes});
}

Tensor rotary_embedding_llama(const Tensor& input, const Tensor& cos, const Tensor& sin,
                              const Tensor& transformation, const OpAttributes& attributes) {
  return run_op(
      Op::rotary_embedding_llama,
      {.tensors = {input, cos, sin, transformation}, .number = {}, .attributes = attributes});
}

Tensor scale_mask_softmax(const Tensor& input, const Tensor& mask, const OpAttributes& attributes) {
  return run_op(Op::scale_mask_softmax,
                {.tensors = {input, mask}, .number = {}, .attributes = attributes});
}

Tensor typecast(const Tensor& input, DType dtype) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.output_dtype = dtype;
  return run_op(Op::typecast, std::move(arguments));
}

Tensor argmax(const Tensor& input, std::optional<int> dim, bool keepdim) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.dim = dim;
  if (keepdim) arguments.attributes.keepdim = true;
  return run_op(Op::argmax, std::move(arguments));
}

TopK topk(const Tensor& input, int k, int dim, bool smallest) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.k = k;
  arguments.attributes.dim = dim;
  if (smallest) arguments.attributes.smallest = true;
  std::vector<Tensor> results = run_op_all(Op::topk, std::move(arguments));
  return {std::move(results[0]), std::move(results[1])};
}

Tensor transpose(const Tensor& input) {
  return run_op(Op::transpose, {.tensors = {input}});
}

Tensor permute(const Tensor& input, std::span<const int> dims) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.dims.emplace(dims);
  return run_op(Op::permute, std::move(arguments));
}

Tensor reshape(const Tensor& input, const Shape& shape) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.shape = shape;
  return run_op(Op::reshape, std::move(arguments));
}

Tensor to_layout(const Tensor& input, Layout layout) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.layout = layout;
  return run_op(Op::to_layout, std::move(arguments));
}

Tensor to_memory(const Tensor& input, Memory memory) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.memory = memory;
  return run_op(Op::to_memory, std::move(arguments));
}

Tensor to_memory(const Tensor& input, const Sharding& sharding) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.sharding = sharding;
  return run_op(Op::to_memory, std::move(arguments));
}

Tensor slice(const Tensor& input, const Dims& begins, const Dims& ends, const Dims& steps) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.begins = begins;
  arguments.attributes.ends = ends;
  if (steps.size() > 0) arguments.attributes.steps = steps;
  return run_op(Op::slice, std::move(arguments));
}

Tensor concat(std::span<const Tensor> tensors, int dim) {
  OpArguments arguments{.tensors = {tensors.begin(), tensors.end()}};
  arguments.attributes.dim = dim;
  return run_op(Op::concat, std::move(arguments));
}

Tensor pad(const Tensor& input, const Dims& before, const Dims& after, double value) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.before = before;
  arguments.attributes.after = after;
  arguments.attributes.value = value;
  return run_op(Op::pad, std::move(arguments));
}

Tensor repeat(const Tensor& input, const Dims& repeats) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.repeats = repeats;
  return run_op(Op::repeat, std::move(arguments));
}

Tensor repeat_interleave(const Tensor& input, const Dims& repeats) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.repeats = repeats;
  return run_op(Op::repeat_interleave, std::move(arguments));
}

Tensor full_like(const Tensor& input, double value) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.value = value;
  return run_op(Op::full_like, std::move(arguments));
}

Tensor clone(const Tensor& input) {
  return run_op(Op::clone, OpArguments{.tensors = {input}});
}

Tensor split_heads(const Tensor& input, const HeadSplit& split) {
  OpArguments arguments{.tensors = {input}};
  arguments.attributes.heads = split.heads;
  arguments.attributes.kv_heads = split.kv_heads;
  arguments.attributes.part = static_cast<int>(split.part);
  arguments.attributes.transposed = split.transposed;
  return run_op(Op::split_heads, std::move(arguments));
}

Tensor concatenate_heads(const Tensor& input) {
  return run_op(Op::concatenate_heads, {.tensors = {input}});
}

Tensor fill_cache(const Tensor& cache, const Tensor& input, int batch) {
  OpArguments arguments{.tensors = {cache, input}};
  arguments.attributes.batch = batch;
  return run_op(Op::fill_cache, std::move(arguments));
}

Tensor update_cache(const Tensor& cache, const Tensor& input, int index, int batch) {
  OpArguments arguments{.tensors = {cache, input}};
  arguments.attributes.index = index;
  arguments.attributes.batch = batch;
  return run_op(Op::update_cache, std::move(arguments));
}

}  // namespace wattention
