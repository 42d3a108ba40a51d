#pragma once
// The largest or smallest elements of a row as the vector unit finds them: a bitonic network over pairs of tiles, then
// merges of their halves. Values alone would follow from any sort; which of equal elements wins does not.
// Source: tt-llk 7343d48f, ckernel_sfpu_topk.h; tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/reduction/topk/device/
// kernels/compute; Tenstorrent ISA documentation, WormholeB0 VectorUnit: SFPSWAP, SFPTRANSP; a public functional
// simulator for what SFPSWAP does with equals.
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/sfpu.h"

namespace wattention::wormhole::kernels {

/// An element and its place in the row.
struct Ranked {
  Bits value;
  Bits place;
};

/// Two tiles' worth of one row in Dst: 64 elements, worked on 16 at a time in four registers of four.
class TopkUnit {
 public:
  /// Which lanes of a register keep the larger element in the first of two; the others keep the smaller one.
  enum class Larger { in_all, in_first_two, in_even };

  using Half = std::span<Ranked, 32>;
  TopkUnit(Half first, Half second) : halves_{first, second} {}

  /// Runs of 2^(phases) elements, in turn one way and the other.
  void sort(bool ascending, int phases) {
    for (int group = 0; group < 4; ++group) on_sixteen(group, [&] { first_phase(); });
    for (int group = 0; group < 4; ++group) on_sixteen(group, [&] { second_phase(); });
    for (int group = 0; group < 4; ++group) on_sixteen(group, [&] { third_phase(); });
    for (int group = 0; group < 4; ++group)
      on_sixteen(group, [&] { last_four_steps(ascending != (group % 2 == 1)); });
    for (int phase = 5; phase <= phases; ++phase) long_phase(ascending, phase);
  }

  /// The winners of the two halves into the first.
  void merge(bool smallest) {
    for (int i = 0; i < 32; ++i) {
      Ranked &first = at(i), &second = at(i + 32);
      smallest ? exchange(second, first, true, false) : exchange(first, second, true, false);
    }
  }

  /// Phase `phase` of the sort: its halves are runs that go up and down.
  void long_phase(bool ascending, int phase) {
    const int run = 1 << phase;
    for (int distance = run / 2; distance >= 16; distance /= 2)
      for (int i = 0; i < 64; ++i)
        if ((i & distance) == 0) step(i, distance, ascending != (i >= run));
    for (int group = 0; group < 4; ++group)
      on_sixteen(group, [&] { last_four_steps(ascending != (group * 16 >= run)); });
  }

  void pack() {
    for (Half half : halves_)
      for (Ranked& element : half) element.value = pack_bf16(element.value);
  }

 private:
  Ranked& at(int i) {
    return halves_[static_cast<std::size_t>(i / 32)][static_cast<std::size_t>(i % 32)];
  }

  // SFPSWAP: the first keeps the larger, or the smaller where the lane is of the other kind. Equals change places where
  // one of the two says so, the lane's kind or the unit's reversal.
  static void exchange(Ranked& first, Ranked& second, bool larger_first, bool reversed) {
    const Word a = widen(first.value), b = widen(second.value);
    const bool swaps = larger_first ? ordered_below(a, b) : !ordered_below(a, b);
    if (swaps != reversed) std::swap(first, second);
  }

  void step(int i, int distance, bool ascending) {
    exchange(at(i), at(i + distance), true, false);
    if (ascending) std::swap(at(i), at(i + distance));
  }

  template <class Work>
  void on_sixteen(int group, Work work) {
    for (int i = 0; i < 16; ++i) registers_[i / 4][i % 4] = at(group * 16 + i);
    work();
    for (int i = 0; i < 16; ++i) at(group * 16 + i) = registers_[i / 4][i % 4];
  }

  void exchange_registers(int a, int b, Larger larger, bool reversed = false) {
    for (int lane = 0; lane < 4; ++lane) {
      const bool larger_first = larger == Larger::in_all ||
                                (larger == Larger::in_first_two && lane < 2) ||
                                (larger == Larger::in_even && lane % 2 == 0);
      exchange(registers_[a][lane], registers_[b][lane], larger_first, reversed);
    }
  }
  void transpose() {
    for (int a = 0; a < 4; ++a)
      for (int b = 0; b < a; ++b) std::swap(registers_[a][b], registers_[b][a]);
  }

  void first_phase() {
    transpose();
    exchange_registers(0, 1, Larger::in_all);
    exchange_registers(2, 3, Larger::in_all);
    std::swap(registers_[2], registers_[3]);
    transpose();
  }
  void second_phase() {
    transpose();
    two_steps(Larger::in_even);
    transpose();
  }
  void third_phase() {
    exchange_registers(0, 1, Larger::in_all);
    exchange_registers(2, 3, Larger::in_all);
    std::swap(registers_[2], registers_[3]);
    transpose();
    two_steps(Larger::in_first_two);
    transpose();
  }
  void last_four_steps(bool ascending) {
    for (int i = 0; i < 2; ++i) {
      two_steps(Larger::in_all, ascending);
      transpose();
    }
  }
  void two_steps(Larger larger, bool reversed = false) {
    exchange_registers(0, 2, larger, reversed);
    exchange_registers(1, 3, larger, reversed);
    exchange_registers(0, 1, larger, reversed);
    exchange_registers(2, 3, larger, reversed);
  }

  std::array<Half, 2> halves_;
  std::array<std::array<Ranked, 4>, 4> registers_{};
};

/// A row of whole tiles, in runs of `k` elements, 32 or 64.
class TopkRow {
 public:
  TopkRow(std::span<Ranked> row, int k, bool smallest) : row_(row), k_(k), smallest_(smallest) {}

  /// Each two tiles on their own: runs in turn one way and the other. An even number of tiles.
  void sort_tiles() {
    bool ascending = smallest_;
    for (int tile = 0; tile < tiles(); tile += 2) {
      TopkUnit unit = unit_of(tile, tile + 1);
      unit.sort(ascending, phases());
      unit.pack();
      if (k_ == 64) ascending = !ascending;
    }
  }

  /// Halves the number of runs, which is a power of two, until one is left: the first, in the order of `ascending`.
  void merge_runs(bool ascending) {
    int runs = tiles() / tiles_of_run();
    for (int apart = tiles_of_run(); runs > 1; apart *= 2) {
      for (int run = 0; run < runs; run += 2)
        for (int tile = 0; tile < tiles_of_run(); ++tile) {
          const int left = run * apart + tile;
          unit_of(left, left + apart).merge(smallest_);
        }
      runs /= 2;
      sort_runs(runs, 2 * apart, ascending);
    }
  }

 private:
  int tiles() const { return static_cast<int>(row_.size() / 32); }
  int tiles_of_run() const { return k_ / 32; }
  int phases() const { return k_ == 64 ? 6 : 5; }

  TopkUnit unit_of(int left, int right) {
    return {TopkUnit::Half(row_.subspan(static_cast<std::size_t>(left) * 32, 32)),
            TopkUnit::Half(row_.subspan(static_cast<std::size_t>(right) * 32, 32))};
  }

  // Runs that merged, two tiles at a time: a run of 64, two of 32, or the last one of 32 with what is beside it.
  void sort_runs(int runs, int apart, bool ascending) {
    for (int run = 0; run < runs; run += 2 / tiles_of_run()) {
      const int left = run * apart, right = k_ == 64 || runs == 1 ? left + 1 : left + apart;
      unit_of(left, right).long_phase(ascending, phases());
      if (k_ == 64) ascending = !ascending;
    }
  }

  std::span<Ranked> row_;
  int k_;
  bool smallest_;
};

}  // namespace wattention::wormhole::kernels
