#include "cli/doctor.h"

#include <fmt/format.h>
#include <wattention/explain.h>
#include <wattention/random.h>

#include "bench/bench_module.h"
#include "notebook/values.h"
#include "report/doctor_section.h"

namespace wattention::cli {
namespace {

report::ExplainedModule explained(Variant variant) {
  const BenchCase one{.device = "wormhole", .variant = variant, .dtype = DType::bf16};
  const Device device = open_device("wormhole");
  const Tensor tokens = randn_at(token_shape(one), notebook_seed, 1);
  return {std::string(to_string(variant)), explain(device, [&] {
            BenchModule module(one, device, notebook_seed);
            Tensor context;
            module.forward(tokens, context);
          })};
}

}  // namespace

report::Section notebook_doctor() {
  const std::vector<report::ExplainedModule> modules{explained(Variant::naive),
                                                     explained(Variant::resident)};
  report::Section section = report::doctor_section(modules);
  for (const report::ExplainedModule& module : modules)
    section.commands.push_back(
        fmt::format("wattention explain --variant {} --tokens 1024 --embed-dim 2048 --head-dim "
                    "2048 --html explain.html",
                    module.name));
  return section;
}

}  // namespace wattention::cli
