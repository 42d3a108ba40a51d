#pragma once
// AMX for processors that lack it: the kernel's own instructions, played one at a time.
//
// Such a processor refuses a tile instruction, and Linux tells the thread with SIGILL. While an AmxPlayer lives,
// its handler reads the bytes of the instruction that the thread stopped at, does to eight tiles of that thread
// what Intel's SDM (volume 2; VEX encodings, table 18-1 of volume 1) prescribes, and sends the thread on behind it.
// An instruction that the SDM refuses is refused here, too: one line on stderr, then SIGILL ends the program.
//
// Only x86-64 under Linux has such instructions to play; elsewhere a player does nothing.
#include <csignal>

namespace wattention::cpu_test {

/// How many of each were played, by all threads, since the first player.
struct PlayedCounts {
  long configurations, releases, zeros, loads, stores, multiplies;
};

class AmxPlayer {
 public:
  AmxPlayer();
  ~AmxPlayer();
  AmxPlayer(const AmxPlayer&) = delete;
  AmxPlayer& operator=(const AmxPlayer&) = delete;

  /// x86-64 under Linux, and a processor that refuses tile instructions itself.
  static bool can_play();
  static PlayedCounts counts();

 private:
  struct sigaction before_;
};

}  // namespace wattention::cpu_test
