// What the page holds, without a browser.
#include "report/page.h"

#include <gtest/gtest.h>

#include "bench/modelled.h"
#include "bench/sample_run.h"
#include "device/backend.h"
#include "report/charts.h"
#include "report/escaped.h"
#include "report/fidelity_rows.h"
#include "report/numbers.h"

namespace wattention::report {
namespace {

CardFacts card_facts() {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  const CostModel& model = *card.backend().cost_model();
  return {notebook_power(model.idle_w()), model.ceilings()};
}

BenchCase resident() {
  return {.device = "wormhole", .variant = Variant::resident, .dtype = DType::bf16, .count = 1000};
}

std::vector<std::string> headings_of(const Page& page) {
  std::vector<std::string> headings;
  for (const Section& section : page.sections) headings.push_back(section.heading);
  return headings;
}

TEST(Page, AnswersFirst) {
  BenchRun run;
  run.records.push_back(modelled_record(resident()));
  BenchCase small_grid = resident();
  small_grid.core_grid = CoreGrid{2, 2};
  run.records.push_back(modelled_record(small_grid));
  const CardFacts facts = card_facts();
  const Page page = page_of(run, &facts, {{.heading = "Digits", .text = "All equal."}});
  EXPECT_EQ(page.verdict, "The card is 5 % faster than the CPU and takes 32 % less energy");
  EXPECT_EQ(headings_of(page),
            (std::vector<std::string>{"Answer", "Time", "Power", "Another CPU", "Phases", "Ops",
                                      "Core grids", "Facts of the other CPU", "Digits", "Records",
                                      "Machine", "Sources"}));
}

// The card's model would be faster, and is not here.
TEST(Page, TheHeadlineOfAnyShapeIsWhatWasMeasured) {
  BenchCase small = resident();
  small.tokens = small.embed_dim = small.head_dim = 64;
  BenchRecord card = modelled_record(small), cpu = measured_record();
  cpu.axes.tokens = 100;
  cpu.time_per_forward_ms = Figure::of(1e6, Source::measured);
  BenchRun run;
  run.records = {card, cpu};
  ASSERT_EQ(page_of(run, nullptr).headlines.size(), 1u);
  EXPECT_EQ(page_of(run, nullptr).headlines[0].words,
            "A forward on this machine: cpu fused bf16 2 threads, 100x2048x2048, measured.");
  run.records = {card};
  EXPECT_EQ(page_of(run, nullptr).headlines[0].words,
            "A forward: wormhole resident bf16, 64x64x64, modelled.");
}

TEST(Page, WithoutRecordsSaysSo) {
  const CardFacts facts = card_facts();
  const Page page = page_of({}, &facts);
  EXPECT_EQ(headings_of(page), (std::vector<std::string>{"Records", "Machine"}));
  EXPECT_TRUE(page.headlines.empty());
  EXPECT_NE(to_html(page).find("There are no records"), std::string::npos);
}

TEST(Page, EscapesEveryWordOfTheRecords) {
  BenchRun run = sample_run();
  run.context.command = run.context.host_name = run.context.cpu_model = "<i>'\"&";
  for (BenchRecord& record : run.records) record.axes.device = record.kernel = "<i>'\"&";
  run.records.back().skipped = "<i>'\"&";
  const std::string html = to_html(page_of(run, nullptr));
  EXPECT_EQ(html.find("<i>"), std::string::npos);
  EXPECT_NE(html.find("&lt;i&gt;&#39;&quot;&amp;"), std::string::npos);
}

TEST(TableAsHtml, PutsAColumnBelowTheOneBeforeIt) {
  Table table;
  table.columns = {{"ms"}, {.name = "difference", .below = true}, {"source", Align::left}};
  table.rows = {{"12.5 (9 to 13)", "+1.0 %", "modelled"}, {"3", absent_mark, "measured"}};
  const std::string html = to_html(table);
  EXPECT_NE(html.find("<th>ms<br><span class=\"below\">difference</span></th>"), std::string::npos);
  EXPECT_NE(html.find("<td>12.5<span class=\"gap\"> </span>(9 to 13)<br><span "
                      "class=\"below\">+1.0 %</span></td>"),
            std::string::npos);
  EXPECT_NE(html.find("<td>3</td><td class=\"left\">measured</td>"), std::string::npos);
}

TEST(Escaped, LeavesNoControlBytes) {
  EXPECT_EQ(escaped(std::string_view("a\0b\x1b\n", 5)), "a b \n");
  EXPECT_EQ(escaped("µ ±"), "µ ±");
}

TEST(RooflineChart, CeilingsAreTheCards) {
  // 4,096 multiplications and additions per cycle and core in one phase, half of it in two, ...
  const Ceilings ceilings = card_facts().ceilings;
  ASSERT_EQ(ceilings.flops_per_s.size(), 4u);
  for (const auto& [fidelity, peak] : ceilings.flops_per_s)
    EXPECT_DOUBLE_EQ(peak, 4096.0 / static_cast<int>(fidelity) * 64 * ceilings.clock_hz);
  BenchRun run;
  run.records.push_back(modelled_record(resident()));
  const Chart chart = *roofline_chart(run, ceilings);
  EXPECT_NE(chart.svg.find("HiFi4 59 TFLOP/s"), std::string::npos);
  EXPECT_NE(chart.svg.find("3 x matmul"), std::string::npos);
  EXPECT_NE(chart.caption.find("64 cores at 907 MHz"), std::string::npos);
  EXPECT_FALSE(roofline_chart({}, ceilings));
}

TEST(Fidelity, ARowForEachWayAndTheCpuFirst) {
  BenchRun run;
  for (const Fidelity fidelity : {Fidelity::lofi, Fidelity::hifi4}) {
    BenchCase one = resident();
    one.fidelity = fidelity;
    run.records.push_back(modelled_record(one));
    run.records.back().error = BenchError{.relative_l2 = 0.08, .pcc = 0.999, .rows = 32};
  }
  EXPECT_TRUE(fidelity_chart(run));
  BenchRecord cpu = measured_record();
  cpu.error = BenchError{.relative_l2 = 0.004, .pcc = 0.99999, .rows = 32};
  run.records.push_back(cpu);
  run.records.push_back(modelled_record(resident()));  // no error: no row
  const Table table = *fidelity_table(run);
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[0][0], "CPU bf16");
  EXPECT_EQ(table.rows[0][1], "0.4 %");
  EXPECT_EQ(table.rows[2][0], "HiFi4");
  EXPECT_NE(fidelity_chart(run)->svg.find("no meter"), std::string::npos);
  EXPECT_FALSE(fidelity_table({}));
}

TEST(Charts, AreEmptyWithoutTheirRecords) {
  EXPECT_FALSE(count_chart({}));
  EXPECT_FALSE(fidelity_chart({}));
  EXPECT_FALSE(phase_chart(BenchRecord{}));
}

}  // namespace
}  // namespace wattention::report
