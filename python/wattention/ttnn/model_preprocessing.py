"""ttnn.model_preprocessing: the parameters of a torch module as TT-NN tensors, under its names, ready for `linear`."""
import inspect

from ._absent import absent_or_unknown
from ._convert import from_torch as tensor_from_torch
from ._convert import to_device
from ._errors import error, refuse_options
from ._parameters import ParameterDict, ParameterList, make_parameter_dict
from ._tensor import Tensor
from ._types import TILE_LAYOUT, DataType, bfloat16
from ._word import word


def preprocess_linear_weight(weight, *, dtype, layout=TILE_LAYOUT):
    """[out, in] of torch as [in, out]."""
    return tensor_from_torch(weight.T.contiguous(), dtype=dtype, layout=layout)


def preprocess_linear_bias(bias, *, dtype, layout=TILE_LAYOUT):
    """[out] as [1, out]."""
    return tensor_from_torch(bias.reshape((1, -1)), dtype=dtype, layout=layout)


preprocess_layernorm_parameter = preprocess_linear_bias


def preprocess_embedding_weight(weight, *, dtype):
    """The rows as they are, in row-major layout."""
    return tensor_from_torch(weight, dtype=dtype)


def fold_batch_norm2d_into_conv2d(conv, bn):
    """The convolution's weight and bias with the normalization in them, computed by torch."""
    if not bn.track_running_stats:
        raise error("bad_input", "[ttnn.fold_batch_norm2d_into_conv2d] expected running statistics; found none. "
                                 "BatchNorm2d must have track_running_stats=True to be folded into Conv2d")
    factor = bn.weight / (bn.running_var + bn.eps).sqrt()
    bias = -bn.running_mean if conv.bias is None else conv.bias - bn.running_mean
    return conv.weight * factor[:, None, None, None], bias * factor + bn.bias


def default_preprocessor(model, name, ttnn_module_args=None):
    """The parameters of a Linear, LayerNorm or Embedding; nothing for other modules."""
    import torch

    parameters = {}
    if isinstance(model, torch.nn.Linear):
        parameters["weight"] = preprocess_linear_weight(model.weight, dtype=bfloat16)
        if model.bias is not None:
            parameters["bias"] = preprocess_linear_bias(model.bias, dtype=bfloat16)
    elif isinstance(model, torch.nn.LayerNorm):
        for part in ("weight", "bias"):
            parameters[part] = preprocess_layernorm_parameter(getattr(model, part), dtype=bfloat16)
    elif isinstance(model, torch.nn.Embedding):
        parameters["weight"] = preprocess_embedding_weight(model.weight, dtype=bfloat16)
    return make_parameter_dict(parameters)


def _dtype_of(parameter):
    """TT-NN's choice for a parameter of another module: bfloat16 for floats."""
    integers = {"uint8": DataType.UINT8, "int16": DataType.UINT16, "int32": DataType.INT32, "int64": DataType.UINT32}
    return integers.get(str(parameter.dtype).removeprefix("torch."), bfloat16)


def _custom(preprocessor, model, name, convert_to_ttnn):
    if preprocessor is None:
        return None
    offered = {"ttnn_module_args": None, "convert_to_ttnn": convert_to_ttnn}
    others = list(inspect.signature(preprocessor).parameters)[2:]
    if not set(others) <= set(offered):
        raise error("bad_input", "[ttnn.preprocess_model_parameters] expected a custom preprocessor of model, name and "
                                 f"{', '.join(offered)}; found {', '.join(others)}. Unsupported parameter")
    return preprocessor(model, name, **{key: offered[key] for key in others})


def _own_parameters(model, name, is_converted):
    """The parameters that are no child's."""
    import torch

    own = {key: value for key, value in model.named_parameters() if "." not in key}
    if is_converted:
        found = default_preprocessor(model, name)
        return found or {key: tensor_from_torch(value, dtype=_dtype_of(value)) for key, value in own.items()}
    if isinstance(model, torch.nn.Linear):
        own["weight"] = own["weight"].T.contiguous()
    return own


def convert_torch_model_to_ttnn_model(model, *, convert_to_ttnn, custom_preprocessor=None, name="",
                                      ttnn_module_args=None):
    """The module's parameters and its children's, each module by its own preprocessor."""
    import torch

    def convert(child_name, child):
        return convert_torch_model_to_ttnn_model(
            child, convert_to_ttnn=convert_to_ttnn, custom_preprocessor=custom_preprocessor,
            name=f"{name}.{child_name}" if name else f"{child_name}")

    if isinstance(model, torch.nn.ModuleList):
        return ParameterList(convert(index, child) for index, child in enumerate(model.children()))
    custom = _custom(custom_preprocessor, model, name, convert_to_ttnn)
    if custom:
        return make_parameter_dict(custom)
    parameters = make_parameter_dict(_own_parameters(model, name, convert_to_ttnn(model, name)))
    for child_name, child in model.named_children():
        found = convert(child_name, child)
        if found:
            parameters[int(child_name) if child_name.isdigit() else child_name] = found
    return parameters


def move_to_device(parameters, device):
    """The same parameters with all tensors on the device."""
    if isinstance(parameters, ParameterDict):
        return ParameterDict({name: move_to_device(value, device) for name, value in parameters.items()})
    if isinstance(parameters, ParameterList):
        return ParameterList(move_to_device(value, device) for value in parameters)
    return to_device(parameters, device) if isinstance(parameters, Tensor) else parameters


@word("model_preprocessing.preprocess_model")
def preprocess_model(*, initialize_model=None, convert_to_ttnn=None, custom_preprocessor=None, device=None, prefix="",
                     model_name=None, version=None, run_model=None, reader_patterns_cache=None):
    """The parameters of `initialize_model()`, on `device` if one is given.

    `model_name` and `version` would name a cache, which is not kept: the parameters are converted anew.
    """
    refuse_options("preprocess_model", run_model=run_model)
    if initialize_model is None:
        raise error("absent", "[ttnn.preprocess_model] expected initialize_model, as no cache is kept; found none")
    model = initialize_model().eval()
    parameters = make_parameter_dict(convert_torch_model_to_ttnn_model(
        model, convert_to_ttnn=convert_to_ttnn or (lambda module, name: True), custom_preprocessor=custom_preprocessor,
        name=prefix or ""))
    return parameters if device is None else move_to_device(parameters, device)


preprocess_model_parameters = from_torch = preprocess_model


def __getattr__(name):
    return absent_or_unknown("model_preprocessing", name)
