#include "backends/cpu/amx_player.h"

#if defined(__x86_64__) && defined(__linux__)

#include <cpuid.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace wattention::cpu_test {
namespace {

constexpr int tiles = 8, max_rows = 16, max_row_bytes = 64;
constexpr float smallest_normal = 0x1p-126f;

// One thread's tile registers. Nothing is configured at first.
struct Tiles {
  bool configured;
  int rows[tiles], row_bytes[tiles];
  std::uint32_t words[tiles][max_rows][max_row_bytes / 4];
};
thread_local Tiles state;

std::atomic<long> configurations, releases, zeros, loads, stores, multiplies;

// nullptr: done. Otherwise why the SDM raises an exception here.
using Refusal = const char*;

// The VEX prefix of three bytes, opcode, ModRM, and, where there is one, the memory operand.
struct Instruction {
  int map, width, vector_bits, prefix, opcode;  // prefix: 0 none, 1 66, 2 F3, 3 F2
  int reg, rm, vvvv;
  bool in_memory, has_index;
  std::uint64_t address,
      stride;  // the index register, scaled, is a tile's stride, not part of the address
  std::uint64_t length;
};

std::uint64_t general_register(const ucontext_t& thread, int number) {
  constexpr int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                           REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  return static_cast<std::uint64_t>(thread.uc_mcontext.gregs[order[number]]);
}

template <class Displacement>
std::uint64_t displacement(const unsigned char* bytes) {
  Displacement value;
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

// ModRM's memory forms of 64-bit mode; `bytes` begin at ModRM, `begin` at the instruction.
void decode_memory(const ucontext_t& thread, const unsigned char* bytes, bool x, bool b,
                   std::uint64_t begin, std::uint64_t before, Instruction& out) {
  const int mod = bytes[0] >> 6, low = bytes[0] & 7;
  std::uint64_t used = 1, base = 0;
  int base_bits = low;
  if (low == 4) {
    const int sib = bytes[used++], index = (sib >> 3 & 7) | (x ? 8 : 0);
    base_bits = sib & 7;
    out.has_index = index != 4;
    if (out.has_index) out.stride = general_register(thread, index) << (sib >> 6);
  }
  const bool no_base = mod == 0 && base_bits == 5;
  if (!no_base) base = general_register(thread, base_bits | (b ? 8 : 0));
  const unsigned char* rest = bytes + used;
  if (mod == 1) base += displacement<std::int8_t>(rest), used += 1;
  if (mod == 2 || no_base) base += displacement<std::int32_t>(rest), used += 4;
  out.length = before + used;
  if (no_base && low == 5) base += begin + out.length;  // relative to the next instruction
  out.address = base;
}

bool decode(const ucontext_t& thread, Instruction& out) {
  const auto begin = static_cast<std::uint64_t>(thread.uc_mcontext.gregs[REG_RIP]);
  const auto* bytes = reinterpret_cast<const unsigned char*>(begin);
  if (bytes[0] != 0xc4) return false;
  const int second = bytes[1], third = bytes[2], modrm = bytes[4];
  const bool r = !(second & 0x80), x = !(second & 0x40), b = !(second & 0x20);
  out = {.map = second & 31,
         .width = third >> 7,
         .vector_bits = third & 4 ? 256 : 128,
         .prefix = third & 3,
         .opcode = bytes[3],
         .reg = (modrm >> 3 & 7) | (r ? 8 : 0),
         .rm = (modrm & 7) | (b ? 8 : 0),
         .vvvv = ~(third >> 3) & 15,
         .in_memory = modrm >> 6 != 3,
         .has_index = false,
         .address = 0,
         .stride = 0,
         .length = 5};
  if (out.in_memory) decode_memory(thread, bytes + 4, x, b, begin, 4, out);
  return true;
}

const char* memory(std::uint64_t address) {
  return reinterpret_cast<const char*>(address);
}

Refusal load_configuration(const char* bytes) {
  unsigned char config[64];
  std::memcpy(config, bytes, sizeof config);
  if (config[0] != 1) return "LDTILECFG: expected palette 1";
  for (int i = 1; i < 16; ++i)
    if (config[i] != 0) return "LDTILECFG: expected start_row and reserved bytes of 0";
  Tiles loaded = {};
  loaded.configured = true;
  for (int tile = 0; tile < 16; ++tile) {
    std::uint16_t row_bytes;
    std::memcpy(&row_bytes, config + 16 + 2 * tile, 2);
    const int rows = config[48 + tile];
    if (tile >= tiles && (rows || row_bytes)) return "LDTILECFG: palette 1 has 8 tiles";
    if (rows > max_rows || row_bytes > max_row_bytes) return "LDTILECFG: a tile is too large";
    if ((rows == 0) != (row_bytes == 0))
      return "LDTILECFG: a tile of rows without bytes, or the reverse";
    if (tile < tiles) loaded.rows[tile] = rows, loaded.row_bytes[tile] = row_bytes;
  }
  state = loaded;
  ++configurations;
  return nullptr;
}

bool valid(int tile) {
  return state.configured && tile < tiles && state.rows[tile] > 0;
}

Refusal zero(int tile) {
  if (!valid(tile)) return "TILEZERO: the tile is not configured";
  std::memset(state.words[tile], 0, sizeof state.words[tile]);
  ++zeros;
  return nullptr;
}

Refusal load(const Instruction& in) {
  if (!valid(in.reg)) return "TILELOADD: the tile is not configured";
  std::memset(state.words[in.reg], 0, sizeof state.words[in.reg]);
  for (int row = 0; row < state.rows[in.reg]; ++row)
    std::memcpy(state.words[in.reg][row], memory(in.address + row * in.stride),
                state.row_bytes[in.reg]);
  ++loads;
  return nullptr;
}

Refusal store(const Instruction& in) {
  if (!valid(in.reg)) return "TILESTORED: the tile is not configured";
  for (int row = 0; row < state.rows[in.reg]; ++row)
    std::memcpy(const_cast<char*>(memory(in.address + row * in.stride)), state.words[in.reg][row],
                state.row_bytes[in.reg]);
  ++stores;
  return nullptr;
}

float flushed(float value) {
  return std::fabs(value) < smallest_normal ? std::copysign(0.0f, value) : value;
}

// The bf16 in the upper half of a word, as f32; a subnormal reads as zero.
float upper_half(std::uint32_t word) {
  word &= 0xffff0000u;
  float value;
  std::memcpy(&value, &word, sizeof value);
  return flushed(value);
}

void multiply_element(std::uint32_t& c, const std::uint32_t* a, const std::uint32_t (*b)[16], int n,
                      int pairs) {
  float sums[2] = {0.0f, 0.0f}, element;  // of even and of odd k
  for (int k = 0; k < pairs; ++k) {
    sums[0] = flushed(std::fma(upper_half(a[k] << 16), upper_half(b[k][n] << 16), sums[0]));
    sums[1] = flushed(std::fma(upper_half(a[k]), upper_half(b[k][n]), sums[1]));
  }
  std::memcpy(&element, &c, sizeof element);
  element = flushed(flushed(element) + flushed(sums[0] + sums[1]));
  std::memcpy(&c, &element, sizeof element);
}

Refusal multiply(int c, int a, int b) {
  if (c == a || c == b || a == b) return "TDPBF16PS: expected three different tiles";
  if (!valid(c) || !valid(a) || !valid(b)) return "TDPBF16PS: a tile is not configured";
  const int columns = state.row_bytes[c] / 4, pairs = state.row_bytes[a] / 4;
  if (state.rows[c] != state.rows[a]) return "TDPBF16PS: C and A differ in their rows";
  if (state.row_bytes[c] != state.row_bytes[b]) return "TDPBF16PS: C and B differ in their columns";
  if (state.rows[b] != pairs) return "TDPBF16PS: A and B differ in k";
  for (int m = 0; m < state.rows[c]; ++m)
    for (int n = 0; n < columns; ++n)
      multiply_element(state.words[c][m][n], state.words[a][m], state.words[b], n, pairs);
  ++multiplies;
  return nullptr;
}

Refusal release() {
  state = {};
  ++releases;
  return nullptr;
}

Refusal play(const Instruction& in) {
  if (in.map != 2 || in.width != 0 || in.vector_bits != 128) return "not a tile instruction";
  if (in.opcode == 0x5c && in.prefix == 2 && !in.in_memory) return multiply(in.reg, in.rm, in.vvvv);
  if (in.vvvv != 0) return "expected VEX.vvvv of 1111b";
  if (in.opcode == 0x49 && in.prefix == 0) {
    if (in.reg != 0 || (!in.in_memory && in.rm != 0)) return "not a tile instruction";
    return in.in_memory ? load_configuration(memory(in.address)) : release();
  }
  if (in.opcode == 0x49 && in.prefix == 3 && !in.in_memory && in.rm == 0) return zero(in.reg);
  if (in.opcode != 0x4b || !in.in_memory) return "not a tile instruction";
  if ((in.rm & 7) != 4 || !in.has_index) return "expected a stride in an index register";
  if (in.prefix == 3) return load(in);
  return in.prefix == 2 ? store(in) : "not a tile instruction";
}

void say(const char* text) {
  if (write(STDERR_FILENO, text, std::strlen(text)) < 0) return;  // nobody is left to tell
}

void on_illegal_instruction(int, siginfo_t*, void* context) {
  auto& thread = *static_cast<ucontext_t*>(context);
  Instruction instruction;
  const Refusal refusal =
      decode(thread, instruction) ? play(instruction) : "not a tile instruction";
  if (!refusal) {
    thread.uc_mcontext.gregs[REG_RIP] += static_cast<long long>(instruction.length);
    return;
  }
  say("AmxPlayer: ");
  say(refusal);
  say("\n");
  std::signal(SIGILL, SIG_DFL);  // the instruction is met again, and ends the program
}

}  // namespace

AmxPlayer::AmxPlayer() {
  struct sigaction action = {};
  action.sa_sigaction = on_illegal_instruction;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGILL, &action, &before_);
}

AmxPlayer::~AmxPlayer() {
  sigaction(SIGILL, &before_, nullptr);
}

bool AmxPlayer::can_play() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool told = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0;
  return !told || (d >> 24 & 1u) == 0;  // CPUID.7:EDX[24]: AMX-TILE
}

PlayedCounts AmxPlayer::counts() {
  return {configurations, releases, zeros, loads, stores, multiplies};
}

}  // namespace wattention::cpu_test

#else

namespace wattention::cpu_test {
AmxPlayer::AmxPlayer() : before_{} {}
AmxPlayer::~AmxPlayer() = default;
bool AmxPlayer::can_play() {
  return false;
}
PlayedCounts AmxPlayer::counts() {
  return {};
}
}  // namespace wattention::cpu_test

#endif
