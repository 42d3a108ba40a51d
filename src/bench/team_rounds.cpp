#include "bench/team_rounds.h"

namespace wattention {
namespace {

constexpr const char* failed = "failed";

}  // namespace

std::vector<Json> TeamRounds::exchange(const Json& own) {
  if (team_ == nullptr) return {own};
  std::vector<Json> all;
  is_broken_ = true;  // until all have come
  for (const std::string& words : team_->gather(own.dump(), stop_))
    all.push_back(Json::parse(words));
  is_broken_ = false;
  return all;
}

std::vector<Json> TeamRounds::meet(const Json& own) {
  is_told_ = false;
  std::vector<Json> all = exchange(own);
  for (std::size_t rank = 0; rank < all.size(); ++rank)
    if (all[rank].is_object() && all[rank].contains(failed)) {
      is_told_ = true;
      const int number = static_cast<int>(rank);
      fail(ErrorKind::unsupported, "{} (rank {}, {})", all[rank][failed].get<std::string>(), number,
           host(number));
    }
  return all;
}

void TeamRounds::fail_with(const std::string& reason) {
  if (!is_told_) exchange({{failed, reason}});
  is_told_ = false;
}

}  // namespace wattention
