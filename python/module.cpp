// wattention._core: the library's public headers, one bind_ function each. No logic lives here.
#include "binding.h"

NB_MODULE(_core, module) {
  using namespace wattention::python;
  module.doc() = "The compiled part of wattention; use `import wattention`.";
  module.attr("__version__") = WATTENTION_VERSION;
  // Arrays may outlive the interpreter in torch, which is no leak of ours; tests/test_threads.py looks for those.
  nb::set_leak_warnings(false);
  bind_computing(module);
  bind_error(module);
  bind_tensor(module);
  bind_format(module);
  bind_npy(module);
  bind_random(module);
  bind_device(module);
  bind_ops(module);
  bind_attention(module);
  bind_nn(module);
  bind_energy(module);
  bind_bench(module);
  bind_cost_model(module);
  bind_explain(module);
  bind_verify(module);
}
