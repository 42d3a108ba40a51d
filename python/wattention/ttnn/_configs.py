"""Configs of kernels and programs, as values with TT-NN's names and defaults. Ops refuse what they do not obey."""
import enum
from dataclasses import MISSING, dataclass

from ._cores import CoreCoord, CoreRangeSet
from ._errors import ArgumentError, shown
from ._types import MathFidelity
from ._word import word

__all__ = [
    "BinaryOpType", "DeviceComputeKernelConfig", "GrayskullComputeKernelConfig", "LayerNormDefaultProgramConfig",
    "LayerNormShardedMultiCoreProgramConfig", "MatmulMultiCoreReuseMultiCast1DProgramConfig",
    "MatmulMultiCoreReuseMultiCastDRAMShardedProgramConfig", "MatmulMultiCoreReuseMultiCastProgramConfig",
    "MatmulMultiCoreReuseProgramConfig", "SDPAProgramConfig", "SoftmaxDefaultProgramConfig", "SoftmaxProgramConfig",
    "SoftmaxShardedMultiCoreProgramConfig", "UnaryOpType", "UnaryWithParam", "WormholeComputeKernelConfig",
    "init_device_compute_kernel_config",
]

# tt-metal v0.57.0-rc71: eltwise/unary/common/unary_op_types.hpp, eltwise/binary/common/binary_op_types.hpp.
UnaryOpType = enum.Enum("UnaryOpType", start=0, names=(
    "EXP RECIP GELU RELU SQRT SIGMOID LOG LOG1P TANH LOG2 LOG10 SIN COS ABS ABS_INT32 SIGN SQUARE EQZ NEZ GTZ LTZ GEZ "
    "LEZ RELU_MAX RELU_MIN POWER LEAKY_RELU ELU EXP2 HEAVISIDE EXPM1 SIGNBIT ASIN ACOS RSQRT RELU6 ATAN ERF ERFC "
    "ISINF ISPOSINF ISNEGINF ISNAN LOGICAL_NOT_UNARY ISFINITE ERFINV I0 I1 TAN RSUB RDIV SILU SOFTPLUS IDENTITY NEG "
    "ADD_UNARY_SFPU SUB_UNARY_SFPU MUL_UNARY_SFPU DIV_UNARY_SFPU IDENTITY_UINT32 UNARY_NE UNARY_GT UNARY_LT "
    "TILED_PROD TYPECAST BITWISE_XOR BITWISE_NOT BITWISE_AND BITWISE_OR RIGHT_SHIFT FLOOR FLOOR_FLOAT32 CEIL "
    "CEIL_FLOAT32 ROUND LEFT_SHIFT REMAINDER FMOD DROPOUT FILL PRELU_SFPU ZERO_POINT MISH MAXIMUM MINIMUM"))
BinaryOpType = enum.Enum("BinaryOpType", start=0, names=(
    "ADD SUB MUL GT LT LTE GTE EQ NE SQUARED_DIFFERENCE BIAS_GELU LOGADDEXP LOGICAL_AND LOGICAL_OR LOGICAL_XOR LDEXP "
    "LOGADDEXP2 DIV RSUB POWER BITWISE_XOR BITWISE_AND BITWISE_OR LEFT_SHIFT RIGHT_SHIFT QUANT REQUANT DEQUANT "
    "MAXIMUM MINIMUM"))


class _Named:
    """Refuses wrong arguments of a config by its name."""

    def __new__(cls, *arguments, **options):
        names = cls.__dataclass_fields__
        wrong = [key for key in options if key not in names] or arguments
        lacking = [key for key, part in names.items() if key not in options and _is_needed(part)]
        if wrong or lacking:
            raise ArgumentError(f"[ttnn.{cls.__name__}] expected {', '.join(names)} by name (incompatible constructor "
                                f"arguments); found {shown(options if lacking else wrong[0])}")
        return super().__new__(cls)


def _is_needed(part):
    return part.default is MISSING


def _config(cls):
    return dataclass(kw_only=True, unsafe_hash=True)(cls)


class DeviceComputeKernelConfig:
    """What the compute kernel configs of all chips are."""


@_config
class WormholeComputeKernelConfig(_Named, DeviceComputeKernelConfig):
    """An op's arithmetic. A math_fidelity that is not given is TT-NN's MathFidelity.Invalid."""

    math_fidelity: MathFidelity = MathFidelity.Invalid
    math_approx_mode: bool = True
    fp32_dest_acc_en: bool = False
    packer_l1_acc: bool = False
    dst_full_sync_en: bool = False


@_config
class GrayskullComputeKernelConfig(_Named, DeviceComputeKernelConfig):
    math_fidelity: MathFidelity = MathFidelity.Invalid
    math_approx_mode: bool = True
    dst_full_sync_en: bool = False


@word("init_device_compute_kernel_config")
def init_device_compute_kernel_config(arch, device_kernel_config=None, *, math_fidelity=MathFidelity.LoFi,
                                      math_approx_mode=True, fp32_dest_acc_en=False, packer_l1_acc=False,
                                      dst_full_sync_en=False):
    """The config given, or one of these words, for a device's arch()."""
    return device_kernel_config or WormholeComputeKernelConfig(
        math_fidelity=math_fidelity, math_approx_mode=math_approx_mode, fp32_dest_acc_en=fp32_dest_acc_en,
        packer_l1_acc=packer_l1_acc, dst_full_sync_en=dst_full_sync_en)


class UnaryWithParam:
    """An activation that an op fuses, with its parameters."""

    def __init__(self, op_type, param=()):
        self.op_type, self.params = op_type, [param] if isinstance(param, (int, float)) else list(param)

    def __eq__(self, other):
        return isinstance(other, UnaryWithParam) and (self.op_type, self.params) == (other.op_type, other.params)

    def __hash__(self):
        return hash((self.op_type, tuple(self.params)))

    def __repr__(self):
        return f"UnaryWithParam(op_type=UnaryOpType::{self.op_type.name},param={self.params})"


@_config
class MatmulMultiCoreReuseProgramConfig(_Named):
    compute_with_storage_grid_size: CoreCoord
    in0_block_w: int
    out_subblock_h: int
    out_subblock_w: int
    per_core_M: int
    per_core_N: int


@_config
class MatmulMultiCoreReuseMultiCastProgramConfig(MatmulMultiCoreReuseProgramConfig):
    out_block_h: int = None
    out_block_w: int = None
    transpose_mcast: bool
    fused_activation: UnaryWithParam
    fuse_batch: bool = True


@_config
class MatmulMultiCoreReuseMultiCast1DProgramConfig(MatmulMultiCoreReuseProgramConfig):
    out_block_h: int = None
    out_block_w: int = None
    fuse_batch: bool
    fused_activation: UnaryWithParam
    mcast_in0: bool
    gather_in0: bool = False
    hop_cores: CoreRangeSet = None
    num_global_cb_receivers: int = 1


@_config
class MatmulMultiCoreReuseMultiCastDRAMShardedProgramConfig(_Named):
    in0_block_w: int
    per_core_M: int
    per_core_N: int
    fused_activation: UnaryWithParam


@_config
class SoftmaxProgramConfig(_Named):
    pass


@_config
class SoftmaxDefaultProgramConfig(SoftmaxProgramConfig):
    pass


@_config
class SoftmaxShardedMultiCoreProgramConfig(SoftmaxProgramConfig):
    compute_with_storage_grid_size: CoreCoord
    subblock_w: int
    block_h: int
    block_w: int


@_config
class LayerNormDefaultProgramConfig(_Named):
    pass


@_config
class LayerNormShardedMultiCoreProgramConfig(_Named):
    compute_with_storage_grid_size: CoreCoord
    subblock_w: int
    block_h: int
    block_w: int
    inplace: bool


@_config
class SDPAProgramConfig(_Named):
    compute_with_storage_grid_size: CoreCoord
    sub_core_grids: CoreRangeSet = None
    q_chunk_size: int
    k_chunk_size: int
    exp_approx_mode: bool = None
