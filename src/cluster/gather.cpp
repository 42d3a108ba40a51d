// Words of all ranks: to rank 0, and from there to all.
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

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

// From each of some ranks at once.
std::vector<std::string> receive_texts(Courier& courier, const std::vector<int>& from,
                                       const StopQuestion& stop) {
  std::vector<Bytes> lengths, texts;
  std::vector<Courier::Receipt> receipts;
  const auto receive = [&](const Bytes& bytes, int rank, Subject subject) {
    receipts.push_back(courier.receive(span_of(*bytes), bytes, rank, subject));
  };
  for (const int rank : from) receive(lengths.emplace_back(length_bytes(0)), rank, Subject::length);
  for (const auto& receipt : std::exchange(receipts, {})) courier.wait(receipt, stop);
  for (std::size_t i = 0; i < from.size(); ++i)
    receive(texts.emplace_back(bytes_of(std::string(length_in(*lengths[i]), '\0'))), from[i],
            Subject::words);
  for (const auto& receipt : receipts) courier.wait(receipt, stop);
  std::vector<std::string> words;
  words.reserve(texts.size());
  for (const Bytes& text : texts) words.push_back(std::move(*text));
  return words;
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
    return split(receive_texts(courier, {0}, stop).front());
  }
  std::vector<int> others(static_cast<std::size_t>(courier.size() - 1));
  std::iota(others.begin(), others.end(), 1);
  std::vector<std::string> words = receive_texts(courier, others, stop);
  words.insert(words.begin(), std::string(own));
  const Bytes all = bytes_of(joined(words));
  std::vector<Courier::Receipt> sent;
  for (const int rank : others)
    for (auto& receipt : send_text(courier, all, rank)) sent.push_back(std::move(receipt));
  for (const auto& receipt : sent) courier.wait(receipt, stop);
  return words;
}

}  // namespace wattention
