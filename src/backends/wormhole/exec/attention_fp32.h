#pragma once
// A chunk of queries with a 32-bit Dst: scores and sums of fp32, maxima and contexts of bf16 between chunks of keys.
#include <array>

#include "backends/wormhole/exec/attention_chunk.h"

namespace wattention::wormhole {

class AttentionFp32 : AttentionChunk<Word> {
 public:
  using AttentionChunk::AttentionChunk;
  void run(const QueryChunk& at);

 private:
  using SumRow = std::array<Word, sum_columns_of_a_row>;

  void meet(const KeyChunk& keys, bool first);
  void weigh(std::int64_t row, const KeyChunk& keys, bool first);
  Word weight(Word difference) const;
  Word product(Word a, Word b) const;
  void multiply_values(std::int64_t columns);
  void add_earlier(std::int64_t row);
  void finish();

  std::vector<Bits> maxima_, earlier_, context_, earlier_context_;
  std::vector<SumRow> sums_, earlier_sums_;
};

}  // namespace wattention::wormhole
