#include "report/modelled_tracks.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace wattention::report {
namespace {

constexpr const char* source = "modelled";
constexpr double one_ns_ms = 1e-6, ms_per_s = 1e3;

Json object_of(const std::vector<std::pair<std::string, double>>& values, double factor) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json[name] = value * factor;
  return json;
}

/// A step on the clock of all parts.
struct PlacedStep {
  const TimedStep* step;
  std::size_t part;
  double start_ms;

  double duration_ms() const { return step->duration_s * ms_per_s; }
  double end_ms() const { return start_ms + duration_ms(); }
};

/// An op from its dispatch to its end. Several wait at a time, so the queue has slots: spans of a track may not
/// overlap.
struct Command {
  PlacedStep op;
  PlacedStep dispatch;
  std::size_t slot;

  double enqueued_ms() const { return dispatch.end_ms(); }
};

bool on_bus(const TimedStep& step) {
  return step.phase == Phase::write || step.phase == Phase::read;
}

std::vector<PlacedStep> steps_of(std::span<const ModelledPart> parts) {
  std::vector<PlacedStep> steps;
  double part_ms = 0;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (const TimedStep& step : parts[part].steps)
      steps.push_back({&step, part, part_ms + step.start_s * ms_per_s});
    part_ms += parts[part].time_ms.value.value_or(0);
  }
  return steps;
}

/// The host's step that sent the op.
const PlacedStep* dispatch_of(const PlacedStep& op, const std::vector<PlacedStep>& steps) {
  const auto found = std::ranges::find_if(steps, [&](const PlacedStep& other) {
    return other.step->phase == Phase::dispatch && other.part == op.part &&
           other.step->event == op.step->event;
  });
  return found == steps.end() ? nullptr : &*found;
}

/// An op takes the first slot that is free when it is sent.
std::vector<Command> commands_of(const std::vector<PlacedStep>& steps) {
  std::vector<Command> commands;
  std::vector<double> free_at_ms;
  for (const PlacedStep& op : steps) {
    const PlacedStep* dispatch = op.step->on_device ? dispatch_of(op, steps) : nullptr;
    if (dispatch == nullptr) continue;
    Command command{op, *dispatch, 0};
    while (command.slot < free_at_ms.size() && free_at_ms[command.slot] > command.enqueued_ms())
      ++command.slot;
    if (command.slot == free_at_ms.size()) free_at_ms.push_back(0);
    free_at_ms[command.slot] = op.end_ms();
    commands.push_back(command);
  }
  return commands;
}

Json step_args(const TimedStep& step) {
  Json args{{"source", source}, {"phase", to_string(step.phase)}, {"bound", to_string(step.bound)}};
  if (step.flops > 0) args["flop"] = step.flops;
  if (!step.bytes.empty()) args["bytes"] = object_of(step.bytes, 1);
  if (step.card_j > 0) args["card_j"] = step.card_j;
  return args;
}

Json op_args(const TimedStep& op) {
  Json args = step_args(op);
  args["closed_form_ms"] = op.closed_form_s * ms_per_s;
  args["units_ms"] = object_of(op.units_s, ms_per_s);
  args["program"] = op.program;
  args["fidelity"] = op.fidelity ? to_string(*op.fidelity) : "";
  args["core_grid"] = to_string(op.grid);
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
    for (const PlacedStep& placed : steps_)
      if (!placed.step->on_device) add_host_step(placed);
    for (const Command& command : commands_) add_command(command);
    add_power();
  }

 private:
  void make_card_tracks() {
    std::size_t slots = 0, rows = 0;
    for (const Command& command : commands_) {
      slots = std::max(slots, command.slot + 1);
      rows = std::max(rows, static_cast<std::size_t>(command.op.step->grid.y));
    }
    for (std::size_t slot = 0; slot < slots; ++slot)
      slots_.push_back(events_.thread(card_, fmt::format("command queue, slot {}", slot)));
    if (std::ranges::any_of(steps_, [](const PlacedStep& p) { return on_bus(*p.step); }))
      bus_ = events_.thread(card_, "bus (PCIe)");
    for (std::size_t row = 0; row < rows; ++row)
      rows_.push_back(events_.thread(card_, fmt::format("core row {}", row)));
  }

  void add_parts() {
    double start_ms = 0;
    for (const ModelledPart& part : parts_) {
      Json args{{"source", source}};
      put(args, "time_ms", part.time_ms);
      put(args, "card_j", part.card_j);
      for (const auto& [name, value] : part.notes) args[name] = value;
      const double duration_ms = part.time_ms.value.value_or(0);
      events_.span(host_, {part.name, "part", start_ms, duration_ms, args});
      start_ms += duration_ms;
    }
  }

  void add_host_step(const PlacedStep& placed) {
    const TimedStep& step = *placed.step;
    const TraceSpan span{step.name, std::string(to_string(step.phase)), placed.start_ms,
                         placed.duration_ms(), step_args(step)};
    events_.span(host_, span);
    if (on_bus(step)) events_.span(*bus_, span);
  }

  void add_command(const Command& command) {
    const TimedStep& op = *command.op.step;
    const Track slot = slots_[command.slot];
    const double start_ms = command.op.start_ms, enqueued_ms = command.enqueued_ms(),
                 waiting_ms = start_ms - enqueued_ms;
    events_.span(slot, {op.name,
                        "queue",
                        enqueued_ms,
                        command.op.end_ms() - enqueued_ms,
                        {{"source", source}, {"waiting_ms", waiting_ms}}});
    if (waiting_ms > one_ns_ms)
      events_.span(slot, {"waiting", "queue", enqueued_ms, waiting_ms, {{"source", source}}});
    for (std::size_t row = 0; row < static_cast<std::size_t>(op.grid.y); ++row)
      events_.span(rows_[row], {op.name, std::string(to_string(op.phase)), start_ms,
                                command.op.duration_ms(), op_args(op)});
    // The last nanosecond still lies inside the dispatch; its end may belong to the next step.
    const double leaves_ms = std::max(command.dispatch.start_ms, enqueued_ms - one_ns_ms);
    events_.arrow(op.name, {{host_, leaves_ms}, {slot, enqueued_ms}, {rows_[0], start_ms}});
  }

  void add_power() {
    double part_ms = 0;
    const PowerSpan* last = nullptr;
    for (const ModelledPart& part : parts_) {
      for (const PowerSpan& power : part.card_w) {
        add_power(part_ms + power.start_s * ms_per_s, power);
        last = &power;
      }
      part_ms += part.time_ms.value.value_or(0);
    }
    if (last != nullptr)
      add_power(part_ms, *last);  // marks the end: a counter holds its last value
  }

  void add_power(double time_ms, const PowerSpan& power) {
    events_.counter(card_, "card power (modelled)", time_ms, "W", power.watts.value);
    events_.counter(card_, "card power, low (modelled)", time_ms, "W", power.watts.low);
    events_.counter(card_, "card power, high (modelled)", time_ms, "W", power.watts.high);
  }

  TraceEvents& events_;
  std::span<const ModelledPart> parts_;
  std::vector<PlacedStep> steps_;  // pointing into parts_
  std::vector<Command> commands_;
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
