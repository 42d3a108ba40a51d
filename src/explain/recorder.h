#pragma once
// What an Explainer watches: a device's calls, each run beside float64.
#include <wattention/explain.h>

#include <mutex>
#include <string>
#include <unordered_map>

#include "device/call_observer.h"
#include "explain/exact_run.h"
#include "explain/journal.h"
#include "explain/measure.h"
#include "explain/row_run.h"
#include "explain/rows.h"
#include "explain/shadows.h"

namespace wattention {

class Explainer::Recorder final : public CallObserver {
 public:
  Recorder() = default;
  ~Recorder() override { leave(); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void watch(const Device& device);
  void leave();
  void locate(std::function<CallSite()> locator);
  void rounded(const Tensor& source, const Tensor& host);
  void change(Change change);
  std::optional<Tensor> exact_values(const Tensor& tensor) const;
  void restart_at_stages();
  Explanation explanation() const;
  RunEstimate estimate() const;
  void skip_errors();
  void keep_journal();
  void releasing(const Tensor& tensor);
  void released(const Device& device);
  std::string journal_json() const;

  std::vector<Tensor> run(Backend& device, const OpCall& call) override;
  Tensor upload(Backend& device, const Tensor& host, const Placement& placement) override;
  Tensor download(Backend& device, const Tensor& tensor) override;
  void happened(const Event& event) override { events_.push_back(event); }
  void reported(const OpReport& report) override { reports_.push_back(report); }

 private:
  /// An operand's numbers, on the host and in any dtype: as it has them (nobody looks: none), and the float64 ones
  /// beside it. Equal ones share their bytes.
  struct Numbers {
    Tensor own;
    Tensor exact;
    double error = 0;                                    ///< total, of the tensor
    std::optional<ErrorFigures> figures = std::nullopt;  ///< as Shadows has them
    bool ends_stage = false;                             ///< as Shadows has it
    bool same() const { return own.defined() && own.storage() == exact.storage(); }
  };
  /// What a call is measured by.
  struct Seen {
    Backend& device;
    const OpCall& call;
    const std::vector<Numbers>& operands;
  };
  ExplainedOp row_here(std::string_view op) const;
  OpAttributes changed(const CallSite& site, std::string_view op, OpAttributes attributes,
                       AttributeSet takes) const;
  Numbers numbers_of(Backend& device, const OpCall& call, const Tensor& tensor, bool looks) const;
  std::vector<Numbers> numbers_of(Backend& device, const OpCall& call, bool looks) const;
  bool looks_at(const ExplainedOp& row);
  void follow_results(const OpCall& call, const std::vector<Numbers>& operands,
                      const std::vector<Tensor>& results, const ExplainedOp& row);
  std::vector<Tensor> exact_results(const OpCall& call, const std::vector<Numbers>& operands) const;
  void measure_results(const Seen& seen, const std::vector<Tensor>& results, ExplainedOp& row);
  bool measure_move(const Seen& seen, const Tensor& result, ExplainedOp& row);
  bool measure_rows(const Seen& seen, const Tensor& result, ExplainedOp& row);
  void measure_tensors(const Seen& seen, const std::vector<Tensor>& results, ExplainedOp& row);
  void conclude(const Seen& seen, const std::vector<Tensor>& operands, const Tensor& result,
                const Measured& own, const Measured& total, ExplainedOp& row);
  void keep(const Seen& seen, const Tensor& tensor, const Measured& total, Tensor exact);
  bool ends_stage(const OpCall& call, const std::vector<Numbers>& operands) const;
  std::size_t begin();
  std::vector<Event> events_since(std::size_t mark) const;
  void finish(ExplainedOp row, std::size_t mark, const CallTensors& tensors);

  const Backend* modelled_device() const;
  RunEstimate estimate_locked() const;

  std::function<CallSite()> locator_;

  mutable std::mutex mutex_;       // guards what follows: one call at a time
  std::optional<ExactRun> exact_;  ///< from the first device on, with its threads
  bool measures_ = true;
  bool by_stages_ = false;
  std::unordered_map<std::string, std::int64_t> calls_of_line_;
  std::vector<std::shared_ptr<Backend>> devices_;
  std::vector<Change> changes_;
  Shadows shadows_;
  Rows rows_;
  std::vector<Event> events_;
  std::vector<std::size_t> row_of_call_;
  std::vector<std::size_t> call_of_event_;
  std::vector<OpReport> reports_;  ///< of the call that runs
  std::optional<Journal> journal_;
  std::optional<ErrorFigures> outputs_;
  std::optional<ErrorFigures> last_;
};

}  // namespace wattention
