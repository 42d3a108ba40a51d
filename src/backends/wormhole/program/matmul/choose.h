#pragma once
// Which matmul program the release picks, and with which blocks. Pure functions.
#include "backends/wormhole/program/matmul/config.h"
#include "backends/wormhole/program/matmul/problem.h"
#include "backends/wormhole/spec/release.h"

namespace wattention::wormhole {

/// The whole procedure. Throws Error{bad_input} where the release refuses its own choice.
MatmulConfig choose_matmul(const MatmulProblem& problem, const Release& release);

/// The user's grid if both its sides fit the device's, else the device's whole grid.
CoreGrid clamp_grid(const std::optional<CoreGrid>& asked);

/// The parts of the procedure.
MatmulConfig configured(const MatmulProblem& problem);
MatmulConfig choose_with_shards(const MatmulProblem& problem, const Release& release);
MatmulConfig choose_with_grid(const MatmulProblem& problem, const Release& release);
MatmulConfig choose_without_grid(const MatmulProblem& problem, CoreGrid grid,
                                 const Release& release);
MatmulConfig choose_all_dram(const MatmulProblem& problem, CoreGrid grid, const Release& release);
MatmulConfig choose_with_l1(const MatmulProblem& problem, CoreGrid grid, const Release& release);
/// One row or column of cores' blocks without a user grid; spreads over the whole device.
MatmulConfig one_dimensional(const MatmulProblem& problem, MatmulKind kind);

/// What the release demands of operands in shards, by its sentences. Throws Error{bad_input}.
void check_operand_shards(const MatmulConfig& config, const MatmulProblem& problem);
/// The result's shards, as the program leaves them: the layout that is asked for, its shape and cores.
Sharding result_shards(const MatmulConfig& config, const MatmulProblem& problem);

/// The longer side more than `ratio` times the shorter (integer division).
bool is_longer(std::int64_t height_tiles, std::int64_t width_tiles, std::int64_t ratio);
/// That, or a side of one tile.
bool is_narrow(std::int64_t height_tiles, std::int64_t width_tiles, std::int64_t ratio);

}  // namespace wattention::wormhole
