#include "explain/program_facts.h"

#include <algorithm>

namespace wattention {
namespace {

void add(ProgramFacts& facts, const OpEvent& event) {
  // A program that multiplies tells more than those around it.
  const bool tells = event.total.products > 0 || !facts.multiplies();
  if (std::ranges::find(facts.programs, event.program) == facts.programs.end())
    facts.programs.push_back(event.program);
  facts.cores = std::max(facts.cores, event.cores);
  if (tells) {
    facts.fidelity = event.fidelity;
    facts.fp32_accumulate = event.fp32_accumulate;
    facts.l1_accumulate = event.l1_accumulate;
    facts.k_blocks = event.blocks.k_blocks;
  }
  facts.work.products += event.total.products;
  facts.work.reductions += event.total.reductions;
  facts.work.exponentials += event.total.exponentials;
  facts.work.vector_cycles += event.total.vector_cycles;
}

// A product in blocks.
bool says_blocks(const OpReport& report) {
  return std::ranges::any_of(report.attributes,
                             [](const auto& pair) { return pair.first == "in0_block_w"; });
}

}  // namespace

ProgramFacts facts_of(std::span<const Event> events, std::span<const OpReport> reports) {
  ProgramFacts facts;
  for (const Event& event : events)
    if (const auto* op = std::get_if<OpEvent>(&event)) add(facts, *op);
  for (const OpReport& report : reports)
    if (facts.details.empty() || says_blocks(report)) facts.details = report.attributes;
  for (const OpReport& report : reports)
    for (const auto& [name, value] : report.attributes)
      if (name == "numeric_stable" && value == "no") facts.keeps_maximum = true;
  return facts;
}

}  // namespace wattention
