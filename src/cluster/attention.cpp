// scaled_dot_product_attention over ranks: that all of them mean the same, and which way it goes.
#include <fmt/format.h>

#include <sstream>

#include "base/alike_ranks.h"
#include "base/fail.h"
#include "cluster/rows.h"
#include "cluster/shared_attention.h"
#include "cluster/state.h"

namespace wattention {
namespace {

// The same whatever a rank's number of tokens is.
std::string shape_words(const Tensor& tensor) {
  const Tensor without_tokens = with_rows(tensor, 0);
  return without_tokens.shape().text();
}

std::string number_words(const std::optional<int>& number) {
  return number ? std::to_string(*number) : "none";
}

// Of everything that the ranks' results hang on.
std::string call_words(const Tensor& query, const Tensor& key, const Tensor& value,
                       const ScaledDotProductAttentionOptions& options, ClusterSplit split) {
  return fmt::format(
      "{} x {} x {} {} by {}, heads {} of {}, causal {}, windows {} and {}, scale {}, softcap {}",
      shape_words(query), shape_words(key), shape_words(value), to_string(query.dtype()),
      to_string(split), number_words(options.heads), number_words(options.kv_heads),
      options.is_causal, number_words(options.window_left), number_words(options.window_right),
      options.scale.value_or(0), options.softcap);
}

void expect_operand(const Tensor& tensor) {
  expect(tensor.defined() && tensor.rank() >= 2, "[cluster] expected operands; found none");
  expect(tensor.storage()->host_bytes() != nullptr,
         "[cluster] expected operands in host memory; found them on {}", tensor.device_name());
}

void expect_plain(const ScaledDotProductAttentionOptions& options) {
  if (options.mask.defined() || options.key_lengths.defined() || options.alignment ||
      options.position)
    fail(ErrorKind::unsupported,
         "[cluster] expected an attention that causal and windows describe; found a mask, key "
         "lengths, an alignment or a position");
}

// Four lines, whatever a rank has sent.
std::vector<std::string> lines_of(const std::string& words) {
  std::vector<std::string> lines;
  std::istringstream text(words);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  lines.resize(4);
  return lines;
}

// One question for all that must agree: what is asked, on what kernel, and how many tokens each has.
struct Agreement {
  std::vector<std::string> calls, kernels;
  std::int64_t queries = 0, keys = 0;
};

Agreement agree(Cluster& cluster, const std::string& call, const std::string& kernel,
                const Tensor& query, const Tensor& key) {
  Agreement agreement;
  const std::string own = fmt::format("{}\n{}\n{}\n{}", query.size(-2), key.size(-2), kernel, call);
  for (const std::string& words : cluster.gather(own)) {
    const std::vector<std::string> lines = lines_of(words);
    agreement.queries += std::stoll(lines[0]);
    agreement.keys += std::stoll(lines[1]);
    agreement.kernels.push_back(lines[2]);
    agreement.calls.push_back(lines[3]);
  }
  return agreement;
}

void expect_stripes(const Cluster& cluster, const Tensor& tensor, std::int64_t tokens) {
  const std::int64_t wanted = cluster.tokens_of(cluster.rank(), tokens);
  expect(tensor.size(-2) == wanted, "[cluster] expected {} of {} tokens on rank {} of {}; found {}",
         wanted, tokens, cluster.rank(), cluster.size(), tensor.size(-2));
}

}  // namespace

std::string_view to_string(ClusterSplit split) {
  return split == ClusterSplit::tokens ? "tokens" : "heads";
}

ClusterSplit parse_cluster_split(std::string_view word) {
  expect(word == "tokens" || word == "heads", "[cluster] expected tokens or heads; found '{}'",
         word);
  return word == "tokens" ? ClusterSplit::tokens : ClusterSplit::heads;
}

Tensor scaled_dot_product_attention(Cluster& cluster, const Tensor& query, const Tensor& key,
                                    const Tensor& value,
                                    const ScaledDotProductAttentionOptions& options,
                                    ClusterSplit split) {
  for (const Tensor* tensor : {&query, &key, &value}) expect_operand(*tensor);
  expect_plain(options);
  auto& state = ClusterParts::state(cluster);
  state.steps.clear();
  if (cluster.size() == 1) return scaled_dot_product_attention(query, key, value, options);
  PartedAttention parts(query, key, value, options);
  const Agreement all =
      agree(cluster, call_words(query, key, value, options, split), parts.kernel(), query, key);
  const auto host = [&](int rank) { return cluster.host(rank); };
  expect_alike("cluster", "CPU kernel", all.kernels, host);
  expect_alike("cluster", "attention", all.calls, host);
  expect_stripes(cluster, query, all.queries);
  expect_stripes(cluster, key, all.keys);
  const SharedAttention shared{*state.courier, query,       key,      value,
                               options,        all.queries, all.keys, state.steps};
  return split == ClusterSplit::tokens ? attend_by_tokens(shared, parts) : attend_by_heads(shared);
}

}  // namespace wattention
