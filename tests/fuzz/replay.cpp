// Runs a fuzz target without libFuzzer: every seed file as it is, then COUNT mutations of them, always the
// same ones. When the target dies, its input is written to replay.crash.
// Usage: replay_NAME SEED_FOLDER COUNT
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// There under ASan and UBSan, which end the process without a signal.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using Bytes = std::vector<std::uint8_t>;

// What the signal handler needs; it may only use write().
Bytes current;
char last_words[80];

void save_input() {
  const int file = open("replay.crash", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ssize_t written = write(file, current.data(), current.size());
  written += write(STDERR_FILENO, last_words, std::char_traits<char>::length(last_words));
  _exit(written > 0 ? 1 : 3);
}

void run(const Bytes& input, const char* kind, long number) {
  current = input;
  std::snprintf(last_words, sizeof last_words, "ended in %s %ld; its input is in replay.crash\n",
                kind, number);
  // A copy of exactly this size, so that a sanitizer sees each byte read past its end.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::vector<Bytes> read_seeds(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());  // the order of a folder differs between machines
  std::vector<Bytes> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(std::vector<Bytes> seeds) : seeds_(std::move(seeds)) {}

  Bytes next() {
    Bytes input = seeds_[below(seeds_.size())];
    for (std::size_t steps = 1 + below(4); steps > 0; --steps) change(input);
    return input;
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }

  // Heads are short and come first: half of the changes go to the first 128 bytes.
  std::size_t place(const Bytes& input) {
    return below(below(2) == 0 ? std::min<std::size_t>(input.size(), 128) : input.size());
  }

  void change(Bytes& input) {
    if (input.empty()) return input.push_back(static_cast<std::uint8_t>(below(256)));
    const std::size_t at = place(input);
    const auto here = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(7)) {
      case 0: input[at] ^= static_cast<std::uint8_t>(1u << below(8)); break;
      case 1: input[at] = static_cast<std::uint8_t>(below(256)); break;
      case 2: input[at] = static_cast<std::uint8_t>('0' + below(10)); break;
      case 3: input[at] = static_cast<std::uint8_t>("()[]{},:'\" -<>\\\0\xff"[below(18)]); break;
      case 4: input.resize(at); break;
      case 5: input.insert(here, 1 + below(16), input[at]); break;
      default: splice(input, at); break;
    }
  }

  // The tail of another seed from here on.
  void splice(Bytes& input, std::size_t at) {
    const Bytes& other = seeds_[below(seeds_.size())];
    input.resize(at);
    if (at < other.size())
      input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(at), other.end());
  }

  std::vector<Bytes> seeds_;
  std::mt19937 random_{789};
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Bytes> seeds = argc == 3 ? read_seeds(argv[1]) : std::vector<Bytes>{};
  if (seeds.empty()) {
    std::fprintf(stderr, "usage: %s SEED_FOLDER COUNT, with a seed in the folder\n", argv[0]);
    return 2;
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    std::signal(number, [](int) { save_input(); });
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(save_input);
  const long count = std::atol(argv[2]);
  for (std::size_t i = 0; i < seeds.size(); ++i) run(seeds[i], "seed", static_cast<long>(i));
  Mutator mutator(seeds);
  for (long i = 0; i < count; ++i) run(mutator.next(), "mutation", i);
  std::printf("%zu seeds and %ld mutations\n", seeds.size(), count);
}
