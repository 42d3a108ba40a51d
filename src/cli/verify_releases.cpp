#include "cli/verify_releases.h"

#include <fmt/format.h>
#include <wattention/explain.h>

#include <algorithm>
#include <span>
#include <sstream>

#include "cli/output.h"

namespace wattention::cli {
namespace {

std::vector<std::string> releases_of(const DeviceChoice& choice) {
  std::istringstream words(choice.options.release_profile);
  std::vector<std::string> releases;
  for (std::string word; std::getline(words, word, ',');) releases.push_back(word);
  return releases;
}

// What all calls of an op take, modelled. A release may have other ops than the first.
struct OpTotals {
  std::string op;
  std::vector<double> time_s, card_j;  ///< of each release
};

struct Comparison {
  std::vector<std::string> releases;
  struct Input {
    std::string name;
    std::vector<ComparedCard> cards;
  };
  std::vector<Input> inputs;
  std::vector<OpTotals> ops;  ///< of one forward; they hang on no value
};

std::vector<Device> open_all(const DeviceChoice& choice, const std::vector<std::string>& releases) {
  std::vector<Device> cards;
  for (const std::string& release : releases) {
    DeviceChoice one = choice;
    one.options.release_profile = release;
    cards.push_back(open(one));
  }
  return cards;
}

void add_ops(const Explanation& explanation, std::size_t release, std::size_t releases,
             std::vector<OpTotals>& totals) {
  for (const ExplainedOp& row : explanation.ops) {
    auto found = std::ranges::find(totals, row.op, &OpTotals::op);
    if (found == totals.end())
      found = totals.insert(found,
                            {row.op, std::vector<double>(releases), std::vector<double>(releases)});
    found->time_s[release] += row.time_s;
    found->card_j[release] += row.card_j;
  }
}

Comparison compute(const ReleasesCase& releases_case) {
  Comparison comparison{releases_of(releases_case.device), {}, {}};
  const std::vector<Device> cards = open_all(releases_case.device, comparison.releases);
  const AttentionConfig config =
      to_config(releases_case.attention, cards.front(), {.on_card = Variant::resident});
  VerifyCase verify_case = releases_case.verify_case;
  for (const std::string& input : releases_case.inputs) {
    const bool is_first = comparison.inputs.empty();
    verify_case.input = input;
    comparison.inputs.push_back({input, compare_cards(verify_case, cards, config)});
    for (std::size_t i = 0; i < cards.size() && is_first; ++i)
      add_ops(comparison.inputs.front().cards[i].explanation, i, cards.size(), comparison.ops);
  }
  return comparison;
}

std::string head_of(std::span<const std::string> releases, std::string_view name, int width) {
  std::string head;
  for (const std::string& release : releases)
    head += fmt::format(" {:>{}}", fmt::format("{} {}", release, name), width);
  return head;
}

void print(const Comparison::Input& input, const std::vector<std::string>& releases) {
  print_out("\ninput {}\n{:<8}{}{}{}{}\n", input.name, "stage",
            head_of(std::span(releases).subspan(1), "changed", 13), head_of(releases, "step", 10),
            head_of(releases, "total", 10), head_of(releases, "PCC", 10));
  for (std::size_t stage = 0; stage < input.cards.front().costs.size(); ++stage) {
    std::string changed, step, total, pcc;
    for (const ComparedCard& card : input.cards) {
      const StageCost& cost = card.costs[stage];
      if (&card != &input.cards.front())
        changed += fmt::format(" {:>11.2f} %", 100 * card.changed[stage]);
      step += fmt::format(" {:>10.2e}", cost.step.relative_l2);
      total += fmt::format(" {:>10.2e}", cost.total.relative_l2);
      pcc += fmt::format(" {:>10.8f}", cost.total.pcc);
    }
    print_out("{:<8}{}{}{}{}\n", input.cards.front().costs[stage].stage, changed, step, total, pcc);
  }
}

double sum_of(const std::vector<OpTotals>& ops, std::vector<double> OpTotals::*part,
              std::size_t release) {
  double sum = 0;
  for (const OpTotals& op : ops) sum += (op.*part)[release];
  return sum;
}

void print(const std::vector<OpTotals>& ops, const std::vector<std::string>& releases) {
  print_out("\n{:<14}{}{}\n", "modelled", head_of(releases, "ms", 10), head_of(releases, "mJ", 10));
  const auto line = [&](std::string_view name, auto value_of) {
    std::string text;
    for (const auto part : {&OpTotals::time_s, &OpTotals::card_j})
      for (std::size_t i = 0; i < releases.size(); ++i)
        text += fmt::format(" {:>10.4f}", 1e3 * value_of(part, i));
    print_out("{:<14}{}\n", name, text);
  };
  for (const OpTotals& op : ops)
    line(op.op, [&](auto part, std::size_t release) { return (op.*part)[release]; });
  line("all", [&](auto part, std::size_t release) { return sum_of(ops, part, release); });
}

constexpr auto notes =
    "\n"
    "changed: elements whose bf16 is not that of the first release.\n"
    "step: relative L2 error of the stage alone, from the card's own operands, against float64.\n"
    "total: the same through all stages.\n"
    "Times and energies are modelled, of one forward with its transfers.\n";

Json to_json(const Comparison& comparison) {
  Json inputs = Json::array(), ops = Json::array();
  for (const Comparison::Input& input : comparison.inputs) {
    Json stages = Json::array();
    for (std::size_t stage = 0; stage < input.cards.front().costs.size(); ++stage) {
      Json by_release = Json::object();
      for (std::size_t i = 0; i < comparison.releases.size(); ++i) {
        const StageCost& cost = input.cards[i].costs[stage];
        by_release[comparison.releases[i]] = {{"changed", input.cards[i].changed[stage]},
                                              {"step_relative_l2", cost.step.relative_l2},
                                              {"total_relative_l2", cost.total.relative_l2},
                                              {"pcc", cost.total.pcc}};
      }
      stages.push_back(
          {{"stage", input.cards.front().costs[stage].stage}, {"releases", by_release}});
    }
    inputs.push_back({{"input", input.name}, {"stages", stages}});
  }
  for (const OpTotals& op : comparison.ops) {
    Json by_release = Json::object();
    for (std::size_t i = 0; i < comparison.releases.size(); ++i)
      by_release[comparison.releases[i]] = {{"modelled_ms", 1e3 * op.time_s[i]},
                                            {"modelled_j", op.card_j[i]}};
    ops.push_back({{"op", op.op}, {"releases", by_release}});
  }
  return {{"releases", comparison.releases}, {"cases", inputs}, {"ops", ops}};
}

}  // namespace

bool names_releases(const DeviceChoice& choice) {
  return choice.options.release_profile.find(',') != std::string::npos;
}

void compare_releases(ReleasesCase releases_case) {
  VerifyCase& sizes = releases_case.verify_case;
  if (sizes.heads.heads > 0)
    sizes.head_dim = std::max<std::int64_t>(1, sizes.embed_dim / sizes.heads.heads);
  const Comparison comparison = compute(releases_case);
  if (releases_case.json) return print_json(to_json(comparison));
  print_out("verify wormhole in releases {}: {} tokens, embed_dim {}, head_dim {}, draws {}\n",
            fmt::join(comparison.releases, " and "), sizes.tokens, sizes.embed_dim, sizes.head_dim,
            sizes.draws);
  for (const Comparison::Input& input : comparison.inputs) print(input, comparison.releases);
  print(comparison.ops, comparison.releases);
  print_out("{}", notes);
}

}  // namespace wattention::cli
