#pragma once
// A chunk of queries with a 32-bit Dst: scores and sums of fp32, maxima and contexts of bf16 between chunks of keys.
#include "backends/wormhole/exec/attention_chunk.h"

namespace wattention::wormhole {

class AttentionFp32 final : public AttentionChunk<Word> {
 public:
  using AttentionChunk::AttentionChunk;

 private:
  void weigh(std::int64_t row, const KeyChunk& keys, bool first) override;
  void multiply_values(std::int64_t columns) override;
  void add_earlier(std::int64_t row) override;
  void finish() override;
  Word weight(Word difference) const;
  Word product(Word a, Word b) const;
};

}  // namespace wattention::wormhole
