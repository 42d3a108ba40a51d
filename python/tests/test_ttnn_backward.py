"""wattention.ttnn's gradients, against differences of NumPy's functions."""
import math

import numpy as np
from face import WithDevice
from wattention import ttnn

_STEP = 1e-5  # of a central difference in float64: off by 1e-10


def values_of(tensor):
    return ttnn.from_device(tensor)._core.numpy().astype(np.float64)


def slope(function, x):
    return (function(x + _STEP) - function(x - _STEP)) / (2 * _STEP)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def erf(x):
    return np.vectorize(math.erf)(x)


_OF_ONE = {
    "abs": abs, "acos": np.arccos, "cos": np.cos, "cosh": np.cosh, "deg2rad": np.deg2rad, "erf": erf,
    "erfc": lambda x: 1 - erf(x), "exp2": np.exp2, "expm1": np.expm1, "frac": lambda x: x,
    "gelu": lambda x: x / 2 * (1 + erf(x / math.sqrt(2))), "hardsigmoid": lambda x: x / 6 + 0.5,
    "log": np.log, "log10": np.log10, "log1p": np.log1p, "log2": np.log2,
    "log_sigmoid": lambda x: np.log(sigmoid(x)), "logit": lambda x: np.log(x / (1 - x)), "neg": lambda x: -x,
    "reciprocal": lambda x: 1 / x, "relu": lambda x: np.maximum(x, 0), "relu6": lambda x: np.clip(x, 0, 6),
    "rsqrt": lambda x: 1 / np.sqrt(x), "selu": lambda x: 1.0507 * x, "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x), "sin": np.sin, "sinh": np.sinh, "softplus": lambda x: np.log1p(np.exp(x)),
    "sqrt": np.sqrt, "square": np.square,
    "tan": np.tan, "fill": lambda x: 0 * x, "round": lambda x: 0 * x, "sign": np.sign,
}
_OF_TWO = {
    "add": np.add, "atan2": np.arctan2, "div": np.divide, "hypot": np.hypot, "ldexp": lambda a, b: a * 2 ** b,
    "logaddexp": np.logaddexp, "logaddexp2": np.logaddexp2, "max": np.maximum, "min": np.minimum, "mul": np.multiply,
    "rsub": lambda a, b: b - a, "squared_difference": lambda a, b: (a - b) ** 2, "sub": np.subtract,
}


class Backward(WithDevice):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(5)
        shape = (1, 1, 32, 64)
        self.x, self.y = (self.rounded(random.uniform(0.2, 0.8, shape)) for _ in range(2))
        self.grad = self.rounded(random.uniform(-2, 2, shape))
        self.tensors = [self.send(part.astype(np.float32)) for part in (self.grad, self.x, self.y)]

    @staticmethod
    def rounded(values):
        return (values * 64).round() / 64  # as bfloat16 holds them

    def near(self, name, tensor, wanted, atol=0.05):
        right = np.isclose(values_of(tensor), wanted, atol=atol, rtol=0.08)
        self.assertGreater(right.mean(), 0.97, name)

    def test_of_one_tensor(self):
        grad, x, _ = self.tensors
        for name, function in _OF_ONE.items():
            found = getattr(ttnn, f"{name}_bw")(grad, x)
            self.assertEqual(len(found), 1, name)
            self.near(name, found[0], self.grad * slope(function, self.x))

    def test_of_two_tensors(self):
        grad, x, y = self.tensors
        apart = abs(self.x - self.y) > 0.01  # the larger of two has no slope where they are equal
        for name, function in _OF_TWO.items():
            found = getattr(ttnn, f"{name}_bw")(grad, x, y)
            slopes = slope(lambda a: function(a, self.y), self.x), slope(lambda b: function(self.x, b), self.y)
            for tensor, wanted in zip(found, slopes, strict=True):
                result = values_of(tensor)
                self.near(name, tensor, np.where(apart, self.grad * wanted, result), atol=0.12)

    def test_numbers_and_options(self):
        grad, x, y = self.tensors
        for found, wanted in (
            (ttnn.pow_bw(grad, x, 3.0), 3 * self.x ** 2), (ttnn.mul_bw(grad, x, 1.5), 1.5 + 0 * self.x),
            (ttnn.clamp_bw(grad, x, 0.4, 0.6), (self.x >= 0.4) & (self.x <= 0.6)),
            (ttnn.leaky_relu_bw(grad, ttnn.neg(x), negative_slope=0.25), 0.25 + 0 * self.x),
            (ttnn.gelu_bw(grad, x, approximate="tanh"), slope(_OF_ONE["gelu"], self.x)),
            (ttnn.where_bw(grad, ttnn.add(x, -0.5), x, y)[:1], self.x > 0.5),
            (ttnn.lerp_bw(grad, x, y, 0.25)[:1], 0.75 + 0 * self.x),
            (ttnn.addcmul_bw(grad, x, y, x, 2.0)[1:2], 2 * self.x),
        ):
            self.near("", found[0], self.grad * wanted, atol=0.12)

    def test_gradients_go_where_they_are_asked_for(self):
        grad, x, y = self.tensors
        taker = ttnn.zeros_like(x)
        found = ttnn.mul_bw(grad, x, y, are_required_outputs=[False, True], other_grad=taker)
        self.assertIsNone(found[0])
        self.assertIs(found[1], taker)
        self.near("mul", taker, self.grad * self.x)
        self.expect("bad_input", "Atleast one gradient",
                    lambda: ttnn.mul_bw(grad, x, y, are_required_outputs=[False] * 2))
        self.expect("bad_input", "exponent >= 0.0", lambda: ttnn.pow_bw(grad, x, -1.0))
        self.assertRaises(TypeError, lambda: ttnn.cos_bw(grad))
