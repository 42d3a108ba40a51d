#include "report/modelled_tracks.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace wattention::report {
namespace {

constexpr const char* source = "modelled";
constexpr double one_ns_ms = 1e-6;

Json object_of(const std::vector<std::pair<std::string, double>>& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json[name] = value;
  return json;
}

/// An op from its dispatch to its end. Several wait at a time, so the queue has slots: spans of a track may not
/// overlap.
struct Command {
  const BenchStep* op;
  const BenchStep* dispatch;
  std::size_t slot;

  double enqueued_ms() const { return dispatch->start_ms + dispatch->duration_ms; }
};

double end_ms(const BenchStep& step) {
  return step.start_ms + step.duration_ms;
}

bool on_bus(const BenchStep& step) {
  return step.phase == "write" || step.phase == "read";
}

/// The parts' steps on one clock.
std::vector<BenchStep> steps_of(std::span<const ModelledPart> parts) {
  std::vector<BenchStep> steps;
  double part_ms = 0;
  for (const ModelledPart& part : parts) {
    for (BenchStep step : part.run.steps) {
      step.start_ms += part_ms;
      steps.push_back(std::move(step));
    }
    part_ms += part.run.time_ms.value.value_or(0);
  }
  return steps;
}

/// Each op comes right after its dispatch; it takes the first slot that is free by then.
std::vector<Command> commands_of(const std::vector<BenchStep>& steps) {
  std::vector<Command> commands;
  std::vector<double> free_at_ms;
  const BenchStep* dispatch = nullptr;
  for (const BenchStep& step : steps) {
    if (step.phase == "dispatch") dispatch = &step;
    if (!step.on_device || dispatch == nullptr) continue;
    Command command{&step, dispatch, 0};
    while (command.slot < free_at_ms.size() && free_at_ms[command.slot] > command.enqueued_ms())
      ++command.slot;
    if (command.slot == free_at_ms.size()) free_at_ms.push_back(0);
    free_at_ms[command.slot] = end_ms(step);
    commands.push_back(command);
  }
  return commands;
}

Json step_args(const BenchStep& step) {
  Json args{{"source", source}, {"phase", step.phase}, {"bound", step.bound}};
  if (step.flops > 0) args["flop"] = step.flops;
  if (!step.bytes.empty()) args["bytes"] = object_of(step.bytes);
  if (step.card_j > 0) args["card_j"] = step.card_j;
  return args;
}

Json op_args(const BenchStep& op) {
  Json args = step_args(op);
  args["closed_form_ms"] = op.closed_form_ms;
  args["units_ms"] = object_of(op.units_ms);
  args["program"] = op.program;
  args["fidelity"] = op.fidelity;
  args["core_grid"] = fmt::format("{}x{}", op.grid.y, op.grid.x);
  args["cores"] = op.cores;
  return args;
}

void put(Json& args, const char* name, const Figure& figure) {
  if (!figure.value) return;
  args[name] = *figure.value;
  if (figure.range) args[std::string(name) + "_range"] = {figure.range->low, figure.range->high};
}

class ModelledTracks {
 public:
  ModelledTracks(TraceEvents& events, const std::string& name, std::span<const ModelledPart> parts)
      : events_(events),
        parts_(parts),
        steps_(steps_of(parts)),
        commands_(commands_of(steps_)),
        host_(events.thread(events.process("modelled host: " + name, source), "host thread")),
        card_(events.process("modelled card: " + name, source)) {
    make_card_tracks();
  }

  void add() {
    add_parts();
    for (const BenchStep& step : steps_)
      if (!step.on_device) add_host_step(step);
    for (const Command& command : commands_) add_command(command);
    add_power();
  }

 private:
  void make_card_tracks() {
    std::size_t slots = 0, rows = 0;
    for (const Command& command : commands_) {
      slots = std::max(slots, command.slot + 1);
      rows = std::max(rows, static_cast<std::size_t>(command.op->grid.y));
    }
    for (std::size_t slot = 0; slot < slots; ++slot)
      slots_.push_back(events_.thread(card_, fmt::format("command queue, slot {}", slot)));
    if (std::ranges::any_of(steps_, on_bus)) bus_ = events_.thread(card_, "bus (PCIe)");
    for (std::size_t row = 0; row < rows; ++row)
      rows_.push_back(events_.thread(card_, fmt::format("core row {}", row)));
  }

  void add_parts() {
    double start_ms = 0;
    for (const ModelledPart& part : parts_) {
      Json args{{"source", source}};
      put(args, "time_ms", part.run.time_ms);
      put(args, "card_j", part.run.energy_j);
      for (const auto& [name, value] : part.notes) args[name] = value;
      const double duration_ms = part.run.time_ms.value.value_or(0);
      events_.span(host_, {part.name, "part", start_ms, duration_ms, args});
      start_ms += duration_ms;
    }
  }

  void add_host_step(const BenchStep& step) {
    const TraceSpan span{step.name, step.phase, step.start_ms, step.duration_ms, step_args(step)};
    events_.span(host_, span);
    if (on_bus(step)) events_.span(*bus_, span);
  }

  void add_command(const Command& command) {
    const BenchStep& op = *command.op;
    const Track slot = slots_[command.slot];
    const double enqueued_ms = command.enqueued_ms(), waiting_ms = op.start_ms - enqueued_ms;
    events_.span(slot, {op.name,
                        "queue",
                        enqueued_ms,
                        end_ms(op) - enqueued_ms,
                        {{"source", source}, {"waiting_ms", waiting_ms}}});
    if (waiting_ms > one_ns_ms)
      events_.span(slot, {"waiting", "queue", enqueued_ms, waiting_ms, {{"source", source}}});
    for (std::size_t row = 0; row < static_cast<std::size_t>(op.grid.y); ++row)
      events_.span(rows_[row], {op.name, op.phase, op.start_ms, op.duration_ms, op_args(op)});
    // The last nanosecond still lies inside the dispatch; its end may belong to the next step.
    const double leaves_ms = std::max(command.dispatch->start_ms, enqueued_ms - one_ns_ms);
    events_.arrow(op.name, {{host_, leaves_ms}, {slot, enqueued_ms}, {rows_[0], op.start_ms}});
  }

  void add_power() {
    double part_ms = 0;
    const BenchPower* last = nullptr;
    for (const ModelledPart& part : parts_) {
      for (const BenchPower& power : part.run.card_w) {
        add_power(part_ms + power.start_ms, power);
        last = &power;
      }
      part_ms += part.run.time_ms.value.value_or(0);
    }
    if (last != nullptr)
      add_power(part_ms, *last);  // marks the end: a counter holds its last value
  }

  void add_power(double time_ms, const BenchPower& power) {
    events_.counter(card_, "card power (modelled)", time_ms, "W", power.watts);
    events_.counter(card_, "card power, low (modelled)", time_ms, "W", power.range.low);
    events_.counter(card_, "card power, high (modelled)", time_ms, "W", power.range.high);
  }

  TraceEvents& events_;
  std::span<const ModelledPart> parts_;
  std::vector<BenchStep> steps_;
  std::vector<Command> commands_;  // pointing into steps_
  Track host_;
  int card_;
  std::vector<Track> slots_, rows_;
  std::optional<Track> bus_;
};

}  // namespace

void add_modelled(TraceEvents& events, const std::string& name,
                  std::span<const ModelledPart> parts) {
  ModelledTracks(events, name, parts).add();
}

}  // namespace wattention::report
