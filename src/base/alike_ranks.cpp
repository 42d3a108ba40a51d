#include "base/alike_ranks.h"

#include "base/fail.h"

namespace wattention {

void expect_alike(std::string_view op, std::string_view what, std::span<const std::string> words,
                  const std::function<std::string(int)>& host) {
  for (std::size_t rank = 1; rank < words.size(); ++rank)
    if (words[rank] != words[0])
      fail(ErrorKind::unsupported,
           "[{}] expected one {} on all ranks; found {} on rank 0 ({}) and {} on rank {} ({})", op,
           what, words[0], host(0), words[rank], rank, host(static_cast<int>(rank)));
}

}  // namespace wattention
