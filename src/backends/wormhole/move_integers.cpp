// Which integers the programs of moves take, as the release checks its operands; what is not named here takes all.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: data_movement/*/device/*_op.cpp, *_device_operation.cpp and
// kv_cache/device/update_cache_op.cpp.
#include <algorithm>
#include <array>
#include <string_view>

#include "backends/wormhole/families.h"
#include "backends/wormhole/move_programs.h"

namespace wattention::wormhole {
namespace {

struct Taken {
  std::string_view kernel;
  std::array<bool, 2> integers;  ///< uint32, int32; the shorter ones are not taken
  std::string_view sentence;     ///< the card's own
};

constexpr std::string_view rows_only = "Can only work with bfloat16/float32 or uint32 tensors";
constexpr Taken rows[] = {
    {"tilize_with_val_padding",
     {true, true},
     "Can only tilize bfloat16/float32 or int32/uint32 tensors"},
    {"repeat_last_dim_rm", {true, false}, rows_only},
    {"repeat_higher_dim_rm", {true, false}, rows_only},
    {"reshape_tiled", {true, false}, rows_only},
    {"reshape_rm", {true, false}, rows_only},
    {"pad_rm", {false, false}, "Cannot pad RM tensor with specified format"},
    {"pad_tile", {false, false}, "Cannot pad tilized tensor with specified format"},
    {"transpose_hc", {false, false}, "Error"},
    {"fill_cache", {false, false}, "Error"},
    {"update_cache", {false, false}, "Error"},
};

bool takes(const Taken& row, DType dtype) {
  return dtype == DType::uint32 ? row.integers[0] : dtype == DType::int32 && row.integers[1];
}

}  // namespace

std::optional<Refusal> refuse_integers(const OpCall& call, const MovePrograms& programs) {
  const DType dtype = call.a().dtype();
  if (dtype == DType::uint8 && programs.through_packer)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected a dtype that the release's compute kernels take; found uint8",
                  call.name());
  for (const MoveProblem& program : programs.programs) {
    const Taken* row = std::ranges::find(rows, program.kernel, &Taken::kernel);
    if (row == std::end(rows) || takes(*row, dtype)) continue;
    return refuse(ErrorKind::bad_input,
                  "[{}] expected a dtype that the release's program {} takes; found {}. {}",
                  call.name(), program.kernel, to_string(dtype), row->sentence);
  }
  return std::nullopt;
}

}  // namespace wattention::wormhole
