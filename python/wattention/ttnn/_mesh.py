"""Meshes of one device: what maps a tensor onto a mesh maps the whole tensor onto the one. Larger ones are refused."""
from dataclasses import dataclass

from ._device import Device
from ._errors import error, expect_types, refuse_options
from ._tensor import Tensor

__all__ = [
    "ConcatMesh2dToTensor", "ConcatMeshToTensor", "MeshShape", "MeshToTensor", "ReplicateTensorToMesh",
    "ShardTensor2dMesh", "ShardTensorToMesh", "TensorToMesh", "get_device_tensor", "get_device_tensors",
]


@dataclass(frozen=True)
class MeshShape:
    """Rows and columns of devices."""

    rows: int
    columns: int

    def __repr__(self):
        return f"MeshShape([{self.rows}, {self.columns}])"


class _OnOneDevice:
    def __init__(self, mesh_device, mesh_shape=None, dims=None):
        expect_types(type(self).__name__, mesh_device=(mesh_device or False, Device))
        if mesh_shape not in (None, MeshShape(1, 1), (1, 1)):
            raise error("unsupported", f"[ttnn.{type(self).__name__}] expected a mesh of one device; "
                                       f"found {mesh_shape!r}")


class TensorToMesh(_OnOneDevice):
    """How from_torch would share a tensor out: on one device that is the whole tensor."""


class MeshToTensor(_OnOneDevice):
    """How to_torch would join the devices' tensors: of one device that is its tensor."""


class ReplicateTensorToMesh(TensorToMesh):
    def __init__(self, mesh_device):
        super().__init__(mesh_device)


class ShardTensorToMesh(TensorToMesh):
    def __init__(self, mesh_device, dim):
        super().__init__(mesh_device)


class ConcatMeshToTensor(MeshToTensor):
    def __init__(self, mesh_device, dim):
        super().__init__(mesh_device)


class ShardTensor2dMesh(TensorToMesh):
    """The same for a mesh of rows and columns."""


class ConcatMesh2dToTensor(MeshToTensor):
    """The same for a mesh of rows and columns."""


def expect_one_device(op, mesh_mapper=None, mesh_composer=None):
    """Takes the words above, and refuses other ways to share a tensor out."""
    refuse_options(op, mesh_mapper=None if isinstance(mesh_mapper, TensorToMesh) else mesh_mapper,
                   mesh_composer=None if isinstance(mesh_composer, MeshToTensor) else mesh_composer)


def get_device_tensors(tensor):
    """The tensors of all devices: this one."""
    expect_types("get_device_tensors", tensor=(False if tensor is None else tensor, Tensor))
    return [tensor]


def get_device_tensor(tensor, device):
    return get_device_tensors(tensor)[0]
