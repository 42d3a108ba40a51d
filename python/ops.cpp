// The ops of the table: one Python function a row, with the row's operands and attributes as its signature.
#include <wattention/ops.h>

#include <string>

#include "base/fail.h"
#include "binding.h"

namespace wattention::python {
namespace {

// Attributes in Python's form: grids are CoreGrid, words are str, lists are sequences of int.
template <class Type>
struct Argument;
template <>
struct Argument<bool> {
  static constexpr auto annotation = "bool";
  static bool of(const nb::handle& value) { return nb::cast<bool>(value); }
};
template <>
struct Argument<int> {
  static constexpr auto annotation = "int";
  static int of(const nb::handle& value) { return nb::cast<int>(value); }
};
template <>
struct Argument<double> {
  static constexpr auto annotation = "float";
  static double of(const nb::handle& value) { return nb::cast<double>(value); }
};
template <>
struct Argument<Dims> {
  static constexpr auto annotation = "Sequence[int]";
  static Dims of(const nb::handle& value) { return Dims(nb::cast<std::vector<int>>(value)); }
};
template <>
struct Argument<Shape> {
  static constexpr auto annotation = "Sequence[int]";
  static Shape of(const nb::handle& value) { return shape_of(nb::cast<Sizes>(value)); }
};
template <>
struct Argument<CoreGrid> {
  static constexpr auto annotation = "CoreGrid";
  static CoreGrid of(const nb::handle& value) { return nb::cast<CoreGrid>(value); }
};
template <>
struct Argument<Fidelity> {
  static constexpr auto annotation = "str";
  static Fidelity of(const nb::handle& value) {
    return parse_fidelity(nb::cast<std::string_view>(value));
  }
};
template <>
struct Argument<Memory> {
  static constexpr auto annotation = "str";
  static Memory of(const nb::handle& value) {
    return parse_memory(nb::cast<std::string_view>(value));
  }
};
template <>
struct Argument<DType> {
  static constexpr auto annotation = "str";
  static DType of(const nb::handle& value) {
    return parse_dtype(nb::cast<std::string_view>(value));
  }
};
template <>
struct Argument<Sharding> {
  static constexpr auto annotation = "str";
  static Sharding of(const nb::handle& value) {
    return parse_sharding(nb::cast<std::string_view>(value));
  }
};
template <>
struct Argument<ProgramConfig> {
  static constexpr auto annotation = "str";
  static ProgramConfig of(const nb::handle& value) {
    return parse_program_config(nb::cast<std::string_view>(value));
  }
};
template <>
struct Argument<Activation> {
  static constexpr auto annotation = "str";
  static Activation of(const nb::handle& value) {
    return parse_activation(nb::cast<std::string_view>(value));
  }
};
template <>
struct Argument<CausalAlignment> {
  static constexpr auto annotation = "str";
  static CausalAlignment of(const nb::handle& value) {
    return parse_causal_alignment(nb::cast<std::string_view>(value));
  }
};
template <>
struct Argument<Layout> {
  static constexpr auto annotation = "str";
  static Layout of(const nb::handle& value) {
    return parse_layout(nb::cast<std::string_view>(value));
  }
};

[[noreturn]] void raise_type_error(std::string_view op, std::string_view name,
                                   std::string_view wanted, const nb::handle& found) {
  const std::string sentence = fmt::format("[{}] expected {} as {}; found {}", op, wanted, name,
                                           nb::cast<std::string>(found.type().attr("__name__")));
  throw nb::type_error(sentence.c_str());
}

std::string_view annotation_of(Attribute asked) {
  std::string_view annotation;
  for_each_attribute(OpAttributes(),
                     [&]<class Type>(Attribute attribute, const std::optional<Type>&) {
                       if (attribute == asked) annotation = Argument<Type>::annotation;
                     });
  return annotation;
}

// None stands for an attribute that is unset.
void set_attribute(std::string_view op, OpAttributes& attributes, Attribute asked,
                   const nb::handle& value) {
  if (value.is_none()) return;
  for_each_attribute(attributes, [&]<class Type>(Attribute attribute, std::optional<Type>& slot) {
    if (attribute != asked) return;
    try {
      slot = Argument<Type>::of(value);
    } catch (const nb::cast_error&) {
      raise_type_error(op, to_string(attribute), Argument<Type>::annotation, value);
    }
  });
}

// After the tensors an attribute that says what is computed may come by place: permute(x, [1, 0]).
bool by_place(const AttributeRow& attribute) {
  return attribute.role == AttributeRole::what && !attribute.is_flag;
}

/// The parameters of one op in Python's order.
class Parameters {
 public:
  explicit Parameters(const OpRow& row) : row_(row), operands_(row.operand_names()) {
    for (const bool placed : {true, false})
      for (const AttributeRow& attribute : attribute_rows())
        if (row.attributes.has(attribute.attribute) && by_place(attribute) == placed) {
          attributes_.push_back(attribute.attribute);
          placed_ += placed ? 1 : 0;
        }
  }

  // "def softmax(input: Tensor, dim: int | None = None, *, numeric_stable: bool | None = None) -> Tensor"
  std::string signature() const {
    std::string text;
    for (std::size_t i = 0; i < operands_.size(); ++i)
      text += fmt::format("{}{}: {}{}", i == 0 ? "" : ", ", operands_[i],
                          row_.takes_list() ? "Sequence[Tensor]" : "Tensor",
                          is_number_slot(i)     ? " | float"
                          : is_optional_slot(i) ? " | None = None"
                                                : "");
    for (std::size_t i = 0; i < attributes_.size(); ++i)
      text += fmt::format("{}, {}: {} | None = None", i == placed_ ? ", *" : "",
                          to_string(attributes_[i]), annotation_of(attributes_[i]));
    return fmt::format("def {}({}) -> {}", row_.name, text,
                       row_.result_names().empty() ? "Tensor" : "tuple[Tensor, ...]");
  }

  OpArguments read(const nb::args& args, const nb::kwargs& kwargs) const {
    OpArguments arguments;
    arguments.tensors.reserve(operands_.size());
    const std::size_t given = args.size();
    if (given > operands_.size() + placed_)
      throw nb::type_error(fmt::format("[{}] expected at most {} arguments by place; found {}",
                                       row_.name, operands_.size() + placed_, given)
                               .c_str());
    for (std::size_t i = 0; i < operands_.size(); ++i)
      read_operand(arguments, i, i < given ? nb::handle(args[i]) : named(kwargs, operands_[i]));
    for (std::size_t i = operands_.size(); i < given; ++i)
      set_attribute(row_.name, arguments.attributes, attributes_[i - operands_.size()], args[i]);
    if (kwargs.size() > 0)
      for (const auto& [key, value] : kwargs) read_keyword(arguments, key, value);
    return arguments;
  }

 private:
  bool is_number_slot(std::size_t operand) const {
    return row_.takes_number() && operand + 1 == operands_.size();
  }

  bool is_optional_slot(std::size_t operand) const { return operand >= row_.required(); }

  static nb::handle named(const nb::kwargs& kwargs, std::string_view name) {
    const nb::str key(name.data(), name.size());
    return kwargs.contains(key) ? nb::handle(kwargs[key]) : nb::handle();
  }

  void read_operand(OpArguments& arguments, std::size_t index, const nb::handle& value) const {
    if (is_optional_slot(index) && (!value.is_valid() || value.is_none()))
      return arguments.tensors.push_back(Tensor());
    if (!value.is_valid())
      throw nb::type_error(
          fmt::format("[{}] expected the argument {}; found none", row_.name, operands_[index])
              .c_str());
    if (!row_.takes_list()) return read_tensor(arguments, index, value);
    if (!nb::isinstance<nb::list>(value) && !nb::isinstance<nb::tuple>(value))
      raise_type_error(row_.name, operands_[index], "a list of Tensors", value);
    for (const nb::handle& one : nb::borrow<nb::sequence>(value))
      read_tensor(arguments, index, one);
  }

  // A Tensor, or an array (NumPy's, torch's) as Tensor(array) takes it.
  void read_tensor(OpArguments& arguments, std::size_t index, const nb::handle& value) const {
    if (nb::isinstance<Tensor>(value)) {
      arguments.tensors.push_back(*nb::inst_ptr<Tensor>(value));
    } else if (is_number_slot(index) &&
               PyFloat_Check(value.ptr())) {  // quicker than to ask for __dlpack__
      arguments.number = PyFloat_AS_DOUBLE(value.ptr());
    } else if (nb::hasattr(value, "__dlpack__")) {
      arguments.tensors.push_back(tensor_of(nb::borrow(value)));
    } else if (double number = 0; is_number_slot(index) && nb::try_cast(value, number)) {
      arguments.number = number;
    } else {
      raise_type_error(row_.name, operands_[index],
                       is_number_slot(index) ? "a Tensor or a number" : "a Tensor", value);
    }
  }

  // Any attribute of the list may be named: run_op refuses those of other ops in its own words.
  void read_keyword(OpArguments& arguments, const nb::handle& key, const nb::handle& value) const {
    const auto name = nb::cast<std::string_view>(key);
    for (const std::string_view operand : operands_)
      if (operand == name) return;
    for (const AttributeRow& attribute : attribute_rows())
      if (attribute.name == name)
        return set_attribute(row_.name, arguments.attributes, attribute.attribute, value);
    throw nb::type_error(fmt::format("[{}] expected arguments as help({}) lists them; found '{}'",
                                     row_.name, row_.name, name)
                             .c_str());
  }

  const OpRow& row_;
  std::vector<std::string_view> operands_;
  std::vector<Attribute> attributes_;  ///< those by place first
  std::size_t placed_ = 0;
};

std::string doc_of(const OpRow& row) {
  std::string doc = fmt::format("{}.", row.summary);
  for (const AttributeRow& attribute : attribute_rows())
    if (row.attributes.has(attribute.attribute))
      doc += fmt::format("\n\n{}: {}.", attribute.name, attribute.meaning);
  return doc;
}

nb::object result_of(Op op, OpArguments arguments, bool is_one) {
  if (is_one) {
    Tensor result;
    {
      const Computing computing;
      result = run_op(op, std::move(arguments));
    }
    return nb::cast(std::move(result));
  }
  std::vector<Tensor> results;
  {
    const Computing computing;
    results = run_op_all(op, std::move(arguments));
  }
  nb::list list;
  for (Tensor& result : results) list.append(nb::cast(std::move(result)));
  return nb::tuple(list);
}

void bind_op(nb::module_& module, const OpRow& row) {
  const std::string signature = Parameters(row).signature(), doc = doc_of(row);
  module.def(
      row.name.data(),
      [parameters = Parameters(row), op = row.op, is_one = row.result_names().empty()](
          const nb::args& args, const nb::kwargs& kwargs) {
        return result_of(op, parameters.read(args, kwargs), is_one);
      },
      nb::sig(signature.c_str()), doc.c_str());
}

nb::dict row_dict(const OpRow& row) {
  nb::list attributes;
  for (const AttributeRow& attribute : attribute_rows())
    if (row.attributes.has(attribute.attribute)) attributes.append(nb::str(attribute.name.data()));
  nb::dict dict;
  dict["name"] = row.name;
  dict["family"] = to_string(row.family);
  dict["operands"] = row.operand_names();
  dict["takes_number"] = row.takes_number();
  dict["required"] = row.required();
  dict["takes_list"] = row.takes_list();
  dict["attributes"] = attributes;
  dict["results"] = row.result_names();
  dict["wants_integers"] = row.wants_integers();
  dict["ttnn"] = row.ttnn_names();
  dict["summary"] = row.summary;
  return dict;
}

}  // namespace

void bind_ops(nb::module_& module) {
  for (const OpRow& row : op_rows()) bind_op(module, row);
  module.def(
      "list_ops",
      [] {
        nb::list rows;
        for (const OpRow& row : op_rows()) rows.append(row_dict(row));
        return rows;
      },
      "The table of ops: a dict for each, with its operands, attributes and names.");
}

}  // namespace wattention::python
