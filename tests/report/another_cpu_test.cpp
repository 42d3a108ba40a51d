// The i7-13700 in the report: its tables, its part of the answer, and measurements in the place of predictions.
#include "report/another_cpu.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "bench/machine.h"
#include "bench/modelled.h"
#include "bench/sample_run.h"
#include "notebook/processors.h"
#include "report/answer.h"

namespace wattention::report {
namespace {

BenchRecord forward_record(DType dtype, std::int64_t count, double forward_ms) {
  BenchRecord record;
  record.axes = {.dtype = dtype, .count = count};
  const double all_ms = forward_ms * static_cast<double>(count);
  record.repeats = {{count, 10, forward_ms, all_ms, all_ms}};
  complete(record, false);
  return record;
}

BenchRun run_on(const std::string& cpu_model) {
  BenchRun run;
  run.context.cpu_model = cpu_model;
  run.records = {forward_record(DType::f32, 1, 50), forward_record(DType::f32, 100, 40)};
  return run;
}

// Of a file as the kernel of such a machine writes it.
std::string model_in(const std::string& name) {
  const std::string path = testing::TempDir() + "cpuinfo";
  std::ofstream(path)
      << "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 183\n"
         "model name\t: "
      << name << "\nstepping\t: 1\n";
  const std::string model = cpu_model_of(path.c_str());
  std::filesystem::remove(path);
  return model;
}

TEST(AnotherCpu, EveryTimeIsAnInterval) {
  const Section section = another_cpu_section(run_on("Another CPU"));
  ASSERT_EQ(section.tables.size(), 2u);
  const Table& loop = section.tables[0];
  ASSERT_EQ(loop.rows.size(), 4u);
  EXPECT_NE(loop.title.find("modelled"), std::string::npos);
  for (const std::vector<std::string>& row : loop.rows)
    for (std::size_t i = 1; i <= 4; ++i)
      EXPECT_NE(row[i].find(" to "), std::string::npos) << row[i];
  EXPECT_EQ(loop.rows[3][5], "109.9");
  // 34.36 GFLOP at 1717.5 GFLOP/s x 0.82, and at 16 x 24 GFLOP/s x 0.62.
  EXPECT_NE(section.tables[1].rows[0][2].find("(24.4 to 144)"), std::string::npos)
      << section.tables[1].rows[0][2];
}

TEST(AnotherCpu, TheXeonIsHeldAgainstItsPrint) {
  const Table table = another_cpu_section(run_on("Another CPU")).tables[1];
  const std::vector<std::string>& check = table.rows.back();
  EXPECT_EQ(check[0], "Xeon w5-3535X");
  EXPECT_EQ(check[5], "11.59 notebook");
  EXPECT_NE(check[6].find("inside"), std::string::npos);
  EXPECT_EQ(table.rows.size(), 5u);
}

TEST(AnotherCpu, TheDocumentSaysTheSame) {
  std::ifstream file(WATTENTION_SOURCE_DIR "/docs/i7_13700.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Table table = another_cpu_section({}).tables[1];
  for (const std::vector<std::string>& row : table.rows) {
    if (row[0] == "i7-13700")
      EXPECT_NE(text.find(fmt::format("| {} | {} | {} | {} |", row[1], row[2], row[3], row[4])),
                std::string::npos)
          << row[1];
    else
      EXPECT_NE(text.find(row[2].substr(0, 4) + " ms" + row[2].substr(4)), std::string::npos)
          << row[2];
  }
}

TEST(AnotherCpu, EveryFactHasItsSource) {
  const Table facts = another_cpu_facts().tables[0];
  EXPECT_EQ(facts.rows.size(), processor_facts().size());
  for (const std::vector<std::string>& row : facts.rows) EXPECT_FALSE(row.back().empty()) << row[1];
}

TEST(AnotherCpu, AMeasurementTakesThePredictionsPlace) {
  const BenchRun run = run_on(model_in("13th Gen Intel(R) Core(TM) i7-13700"));
  const Section section = another_cpu_section(run);
  EXPECT_EQ(section.tables[0].rows[0][2], "0.06 measured");  // 10 ms to prepare, 50
  EXPECT_EQ(section.tables[0].rows[1][2], "4.01 measured");
  EXPECT_NE(section.tables[0].rows[2][2].find(" to "), std::string::npos);  // was not run
  EXPECT_NE(section.tables[0].rows[0][1].find(" to "),
            std::string::npos);  // PyTorch: not ours to run
  const std::vector<std::string>& own = section.tables[1].rows[1];
  const double predicted_ms = desktop_predictions()[1].forward_s().value * 1e3;
  EXPECT_EQ(own[5], "40.000 here");  // of the longest count
  EXPECT_EQ(own[6], fmt::format("{:+.1f} %, inside", 100 * (predicted_ms / 40 - 1)));
  EXPECT_EQ(section.tables[1].rows[3][5], "");  // bf16 was not run
}

TEST(AnotherCpu, AMissIsCalledOne) {
  BenchRun run = run_on("13th Gen Intel(R) Core(TM) i7-13700");
  run.records = {forward_record(DType::f32, 100, 4)};
  EXPECT_NE(another_cpu_section(run).tables[1].rows[1][6].find("outside"), std::string::npos);
}

TEST(AnotherCpu, OnlyItsOwnMachineAndItsOwnForwardCount) {
  for (const char* other : {"13th Gen Intel(R) Core(TM) i7-13700K", "A CPU"}) {
    const Section section = another_cpu_section(run_on(model_in(other)));
    EXPECT_NE(section.tables[0].rows[0][2].find(" to "), std::string::npos) << other;
  }
  BenchRun run = run_on("13th Gen Intel(R) Core(TM) i7-13700");
  for (BenchRecord& record : run.records) record.axes.threads = 2;  // a part of the machine
  EXPECT_NE(another_cpu_section(run).tables[0].rows[0][2].find(" to "), std::string::npos);
}

TEST(AnotherCpu, MeasuredJoulesAreHeldAgainstTheModels) {
  BenchRun run = run_on("13th Gen Intel(R) Core(TM) i7-13700");
  run.records[1].sensors = metered_record().sensors;
  complete(run.records[1], false);
  const Table table = another_cpu_section(run).tables[1];
  EXPECT_EQ(table.columns.back().name, "measured package J");
  EXPECT_NE(table.rows[1].back().find("0.75 here: "), std::string::npos) << table.rows[1].back();
  EXPECT_NE(table.rows[1].back().find("outside"), std::string::npos);
  run.records[1].energy_scope = MeterScope::wall;  // holds more than a package
  EXPECT_NE(another_cpu_section(run).tables[1].columns.back().name, "measured package J");
}

TEST(AnotherCpu, TheAnswerSaysWhoWinsAndByHowMuch) {
  const NotebookPower power = notebook_power({19.5, 19, 20});
  const std::string words = another_cpu_sentence(run_on("A CPU"), {10.9, 8.7, 13.1}, &power);
  EXPECT_NE(words.find("An i7-13700: the card, clearly."), std::string::npos) << words;
  EXPECT_NE(words.find("Less energy: the card, clearly."), std::string::npos) << words;
  EXPECT_NE(words.find("times as long"), std::string::npos);
  EXPECT_NE(words.find("modelled"), std::string::npos);
  EXPECT_EQ(words.find("measured here"), std::string::npos);
  // A card as slow as that would leave it open.
  EXPECT_NE(another_cpu_sentence({}, {60, 30, 90}, nullptr).find("too close to tell"),
            std::string::npos);
}

TEST(AnotherCpu, TheAnswerOfSuchAMachineIsTheMeasuredOne) {
  BenchRun run = run_on("13th Gen Intel(R) Core(TM) i7-13700");
  const NotebookPower power = notebook_power({19.5, 19, 20});
  const Interval card_ms{10.9, 8.7, 13.1};
  const std::string words = another_cpu_sentence(run, card_ms, &power);
  EXPECT_NE(words.find("40.0 ms, measured here where"), std::string::npos) << words;
  EXPECT_NE(words.find("3.67 (3.05 to 4.6) times"), std::string::npos) << words;  // 40 / 10.9
  // Faster than the card: against PyTorch the card would win, against this library not.
  run.records = {forward_record(DType::f32, 100, 4)};
  EXPECT_NE(another_cpu_sentence(run, card_ms, &power).find("i7-13700: too close to tell"),
            std::string::npos);
}

}  // namespace
}  // namespace wattention::report
