// Words of all ranks: to rank 0, and from there to all.
#include <cstring>
#include <numeric>

#include "cluster/state.h"

namespace wattention {
namespace {

using Bytes = std::shared_ptr<std::string>;

std::span<std::byte> span_of(std::string& text) {
  return {reinterpret_cast<std::byte*>(text.data()), text.size()};
}

Bytes bytes_of(std::string text) {
  return std::make_shared<std::string>(std::move(text));
}

Bytes length_bytes(std::size_t length) {
  const std::uint64_t number = length;
  return bytes_of({reinterpret_cast<const char*>(&number), sizeof number});
}

std::size_t length_in(const std::string& bytes) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

// A text and, before it, its length.
std::vector<Courier::Receipt> send_text(Courier& courier, const Bytes& text, int to) {
  const Bytes length = length_bytes(text->size());
  return {courier.send(span_of(*length), length, to, Subject::length),
          courier.send(span_of(*text), text, to, Subject::words)};
}

std::string receive_text(Courier& courier, int from, const StopQuestion& stop) {
  const Bytes length = length_bytes(0);
  courier.wait(courier.receive(span_of(*length), length, from, Subject::length), stop);
  const Bytes text = bytes_of(std::string(length_in(*length), '\0'));
  courier.wait(courier.receive(span_of(*text), text, from, Subject::words), stop);
  return *text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += *length_bytes(word.size()) + word;
  return all;
}

std::vector<std::string> split(const std::string& all) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t length = length_in(all.substr(at, sizeof(std::uint64_t)));
    words.push_back(all.substr(at + sizeof(std::uint64_t), length));
    at += sizeof(std::uint64_t) + length;
  }
  return words;
}

}  // namespace

std::vector<std::string> gather_words(Courier& courier, std::string_view own,
                                      const StopQuestion& stop) {
  if (courier.rank() > 0) {
    for (const auto& sent : send_text(courier, bytes_of(std::string(own)), 0))
      courier.wait(sent, stop);
    return split(receive_text(courier, 0, stop));
  }
  std::vector<std::string> words{std::string(own)};
  for (int rank = 1; rank < courier.size(); ++rank)
    words.push_back(receive_text(courier, rank, stop));
  const Bytes all = bytes_of(joined(words));
  std::vector<Courier::Receipt> sent;
  for (int rank = 1; rank < courier.size(); ++rank)
    for (auto& receipt : send_text(courier, all, rank)) sent.push_back(std::move(receipt));
  for (const auto& receipt : sent) courier.wait(receipt, stop);
  return words;
}

}  // namespace wattention
