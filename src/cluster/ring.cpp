// Attention by tokens: keys and values go round. While a rank computes with those that it has, it sends them on and
// gets the next ones.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/ring_options.h"
#include "cluster/rows.h"
#include "cluster/shared_attention.h"

namespace wattention {
namespace {

constexpr double ms_per_s = 1e3;

struct Keys {
  Tensor key, value;
};

// To the next rank what we have, and from the one before what it has.
class Exchange {
 public:
  Exchange(const SharedAttention& attention, const Keys& own, Keys& coming)
      : courier_(attention.courier) {
    const int next = (attention.rank() + 1) % attention.size();
    const int before = (attention.rank() + attention.size() - 1) % attention.size();
    carry(own.key, coming.key, next, before, Subject::key);
    carry(own.value, coming.value, next, before, Subject::value);
  }
  void wait() const {
    for (const auto& receipt : receipts_) courier_.wait(receipt);
  }
  /// When the last of it was done.
  double done_s() const {
    double last = 0;
    for (const auto& receipt : receipts_) last = std::max(last, Courier::done_s(receipt));
    return last;
  }
  std::int64_t sent_bytes() const { return sent_bytes_; }

 private:
  void carry(const Tensor& own, const Tensor& coming, int next, int before, Subject subject) {
    receipts_.push_back(courier_.receive(bytes_of(coming), coming.storage(), before, subject));
    receipts_.push_back(courier_.send(bytes_of(own), own.storage(), next, subject));
    sent_bytes_ += static_cast<std::int64_t>(bytes_of(own).size());
  }

  Courier& courier_;
  std::vector<Courier::Receipt> receipts_;
  std::int64_t sent_bytes_ = 0;
};

}  // namespace

Tensor attend_by_tokens(const SharedAttention& attention, PartedAttention& parts) {
  const int rank = attention.rank(), size = attention.size();
  const double start_s = now_s();
  const auto ms = [&](double at_s) { return (at_s - start_s) * ms_per_s; };
  Keys keys{attention.key, attention.value};
  for (int turn = 0; turn < size; ++turn) {
    const int from = (rank - turn + size) % size, next_from = (from - 1 + size) % size;
    const std::int64_t next_keys = stripe(attention.keys, next_from, size);
    ClusterStep step{.keys_from = from, .start_ms = ms(now_s())};
    Keys coming;
    std::optional<Exchange> exchange;
    if (turn + 1 < size) {
      coming = {with_rows(attention.key, next_keys), with_rows(attention.value, next_keys)};
      exchange.emplace(attention, keys, coming);
    }
    if (const auto options = ring_options(attention.options, rank, from, size))
      parts.attend(keys.key, keys.value, *options);
    step.computed_ms = ms(now_s());
    step.exchanged_ms = step.start_ms;
    if (exchange) {
      exchange->wait();
      step.exchanged_ms = ms(exchange->done_s());
      step.sent_bytes = exchange->sent_bytes();
    }
    attention.steps.push_back(step);
    keys = std::move(coming);
  }
  return parts.context();
}

}  // namespace wattention
