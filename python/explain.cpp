// The doctor: what it sees, as text and as JSON.
#include <nanobind/stl/function.h>
#include <wattention/explain.h>

#include "bench/machine.h"
#include "binding.h"
#include "report/explain_page.h"
#include "report/trace.h"

namespace wattention::python {
namespace {

// The locator is Python's: it is asked without the GIL, in the thread whose frames it reads.
std::function<CallSite()> locator_of(nb::callable function) {
  const auto held = std::make_shared<nb::callable>(std::move(function));
  return [held] {
    const nb::gil_scoped_acquire acquired;
    const nb::tuple site = nb::cast<nb::tuple>((*held)());
    return CallSite{nb::cast<std::string>(site[0]), nb::cast<int>(site[1]),
                    nb::cast<std::string>(site[2])};
  };
}

OpAttributes attributes_of(const nb::dict& words) {
  OpAttributes attributes;
  for (const auto& [name, word] : words) {
    const auto wanted = nb::cast<std::string>(name);
    bool found = false;
    for (const AttributeRow& row : attribute_rows())
      if (row.name == wanted) {
        parse_attribute(attributes, row.attribute, nb::cast<std::string>(word));
        found = true;
      }
    if (!found) throw nb::key_error(wanted.c_str());
  }
  return attributes;
}

std::string trace_of(const Explainer& self, const std::string& name) {
  const report::TraceGroup group{
      .name = name, .modelled = {report::modelled_part("the program", self.estimate())}};
  return report::trace_text(context_of(""), {&group, 1});
}

std::string page_of(const Explainer& self, const std::string& program) {
  return report::to_html(report::explain_page(self.explanation(), program));
}

}  // namespace

void bind_explain(nb::module_& module) {
  nb::class_<Explainer>(module, "Explainer",
                        "Looks on at devices: each op's error against float64, modelled time and "
                        "energy, and why.")
      .def(nb::init<>())
      .def("watch", &Explainer::watch, nb::arg("device"), ReleaseGil())
      .def("leave", &Explainer::leave, ReleaseGil())
      .def(
          "locate",
          [](Explainer& self, nb::callable locator) {
            self.locate(locator_of(std::move(locator)));
          },
          nb::arg("locator"), "A function that gives (file, line, word) of the caller.")
      .def("rounded", &Explainer::rounded, nb::arg("source"), nb::arg("host"), ReleaseGil())
      .def(
          "change",
          [](Explainer& self, std::string site, std::string op, const nb::dict& attributes) {
            self.change({std::move(site), std::move(op), attributes_of(attributes)});
          },
          nb::arg("site"), nb::arg("op"), nb::arg("attributes"),
          "From now on calls of `op` at `site` get these attributes, words as the command line "
          "takes them.")
      .def("skip_errors", &Explainer::skip_errors, ReleaseGil(),
           "From now on no float64: rows have time and energy alone.")
      .def("keep_journal", &Explainer::keep_journal, ReleaseGil(),
           "From now on keep every call's tensors and the buffers that live behind it.")
      .def("releasing", &Explainer::releasing, nb::arg("tensor"), ReleaseGil(),
           "For the journal: a tensor's memory is about to be given back.")
      .def("released", &Explainer::released, nb::arg("device"), ReleaseGil(), "It was.")
      .def("journal", &Explainer::journal_json, ReleaseGil(), "Of what was kept, as JSON.")
      .def("html", &page_of, nb::arg("program"), ReleaseGil(), "One page that needs no network.")
      .def("trace", &trace_of, nb::arg("name"), ReleaseGil(),
           "The modelled run on a time axis, as Perfetto and chrome://tracing read it.")
      .def(
          "text", [](const Explainer& self) { return to_text(self.explanation()); }, ReleaseGil())
      .def(
          "json", [](const Explainer& self) { return to_json(self.explanation()); }, ReleaseGil());
}

}  // namespace wattention::python
