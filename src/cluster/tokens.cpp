// Tokens of a sequence over the ranks, striped.
#include <cstring>

#include "base/fail.h"
#include "cluster/rows.h"
#include "cluster/shared_attention.h"
#include "cluster/state.h"

namespace wattention {
namespace {

// [..., rows, columns] as blocks of rows, in bytes.
struct Rows {
  explicit Rows(const Tensor& tensor)
      : bytes(tensor.storage()->host_bytes()),
        row_bytes(static_cast<std::size_t>(tensor.size(-1)) * size_of(tensor.dtype())),
        rows(tensor.size(-2)),
        blocks(rows * tensor.size(-1) == 0 ? 0 : tensor.numel() / (rows * tensor.size(-1))) {}
  std::byte* at(std::int64_t block, std::int64_t row) const {
    return bytes + static_cast<std::size_t>(block * rows + row) * row_bytes;
  }

  std::byte* bytes;
  std::size_t row_bytes;
  std::int64_t rows, blocks;
};

// Row i of the part is row first + i * stride of the whole.
enum class Way { to_part, to_whole };
void copy_stripe(const Tensor& whole, const Tensor& part, int first, int stride, Way way) {
  const Rows all(whole), own(part);
  for (std::int64_t block = 0; block < own.blocks; ++block)
    for (std::int64_t i = 0; i < own.rows; ++i) {
      std::byte *far = all.at(block, first + i * stride), *near = own.at(block, i);
      way == Way::to_part ? std::memcpy(near, far, own.row_bytes)
                          : std::memcpy(far, near, own.row_bytes);
    }
}

void expect_rows(const Tensor& tensor) {
  expect(tensor.defined() && tensor.on_host() && tensor.rank() >= 2,
         "[cluster] expected tokens [..., tokens, columns] on the host; found another tensor");
}

}  // namespace

std::int64_t Cluster::tokens_of(int rank, std::int64_t tokens) const {
  return stripe(tokens, rank, size());
}

Tensor Cluster::own_tokens(const Tensor& whole) const {
  expect_rows(whole);
  Tensor own = with_rows(whole, tokens_of(rank(), whole.size(-2)));
  copy_stripe(whole, own, rank(), size(), Way::to_part);
  return own;
}

Tensor Cluster::whole_tokens(const Tensor& own) {
  expect_rows(own);
  std::int64_t tokens = 0;
  for (const std::string& count : gather(std::to_string(own.size(-2)))) tokens += std::stoll(count);
  expect(own.size(-2) == tokens_of(rank(), tokens),
         "[cluster] expected {} of {} tokens on rank {} of {}; found {}", tokens_of(rank(), tokens),
         tokens, rank(), size(), own.size(-2));
  if (rank() > 0) {
    Courier& courier = *state_->courier;
    courier.wait(courier.send(bytes_of(own), own.storage(), 0, Subject::rows));
    return {};
  }
  Tensor whole = with_rows(own, tokens);
  copy_stripe(whole, own, 0, size(), Way::to_whole);
  for (int rank = 1; rank < size(); ++rank) {
    Courier& courier = *state_->courier;
    Tensor part = with_rows(own, tokens_of(rank, tokens));
    courier.wait(courier.receive(bytes_of(part), part.storage(), rank, Subject::rows));
    copy_stripe(whole, part, rank, size(), Way::to_whole);
  }
  return whole;
}

}  // namespace wattention
