#pragma once
// The inner loop of plain_product.cpp. Compiled once for each ISA: it includes and calls nothing that another file
// could link against.

namespace {

// Row by row a vector of the panel times a number of a; the sums stay in registers. Two halves of the columns in turn
// where the ISA has fewer: 8 x 3 of 32 registers with 8 lanes, 4 x 3 of 16 with 4.
template <class Vector, int rows, int columns>
inline void add_rows(const double* a, long a_stride, const double* panel, int panel_columns,
                     long depth, double* sums) {
  constexpr int lanes = static_cast<int>(sizeof(Vector) / sizeof(double));
  constexpr int vectors = columns / lanes;
  struct Unaligned {
    Vector value;
  } __attribute__((packed, may_alias));
  Vector held[rows][vectors];
  for (int row = 0; row < rows; ++row)
    for (int v = 0; v < vectors; ++v)
      held[row][v] =
          reinterpret_cast<const Unaligned*>(sums + row * panel_columns + v * lanes)->value;
  for (long k = 0; k < depth; ++k) {
    Vector b[vectors];
    for (int v = 0; v < vectors; ++v)
      b[v] = reinterpret_cast<const Unaligned*>(panel + k * panel_columns + v * lanes)->value;
    for (int row = 0; row < rows; ++row)
      for (int v = 0; v < vectors; ++v) held[row][v] += a[row * a_stride + k] * b[v];
  }
  for (int row = 0; row < rows; ++row)
    for (int v = 0; v < vectors; ++v)
      reinterpret_cast<Unaligned*>(sums + row * panel_columns + v * lanes)->value = held[row][v];
}

}  // namespace
