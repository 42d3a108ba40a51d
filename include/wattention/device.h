#pragma once
// Devices: what there is, how to open one, and how tensors move.
#include <wattention/attribute_set.h>
#include <wattention/format.h>
#include <wattention/sharding.h>
#include <wattention/tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wattention {

class Backend;

/// A device's compute cores, rows first as TT-NN's CoreGrid(y, x).
struct CoreGrid {
  int y = 8;
  int x = 8;
  friend bool operator==(const CoreGrid&, const CoreGrid&) = default;
};
/// "8x8": rows x columns.
std::string to_string(CoreGrid grid);
/// "8x8", or "8" for both sides. Throws Error{bad_input} for any other word.
CoreGrid parse_core_grid(std::string_view word);

/// Passes of the Wormhole's multiplier over the mantissas: 1, 2, 3, 4.
enum class Fidelity { lofi = 1, hifi2, hifi3, hifi4 };
std::string_view to_string(Fidelity fidelity);
/// "lofi", "hifi2", "hifi3", "hifi4". Throws Error{bad_input} for any other word.
Fidelity parse_fidelity(std::string_view word);

/// `exact` computes values; `shape` runs the same programs without values, at any size.
enum class Mode { exact, shape };
std::string_view to_string(Mode mode);
/// "exact", "shape". Throws Error{bad_input} for any other word.
Mode parse_mode(std::string_view word);

/// What a device does not take is refused by open_device, never ignored. What is unset, the device decides.
struct DeviceOptions {
  int threads = 0;  ///< host threads; 0: all that this process may use
  /// Force a kernel or ISA by name ("avx2"); empty: the fastest that fits.
  std::string kernel = {};
  Mode mode = Mode::exact;
  /// Keep built programs; unset: the release decides.
  std::optional<bool> program_cache = std::nullopt;
  /// The TT-NN release to follow, of list_releases(); empty: WATTENTION_RELEASE of the environment, or its first.
  std::string release_profile = {};
  bool explain = false;  ///< keep a report per op, see Device::take_reports()
  /// Refuse ops whose digits are `unverified`: known from source only (docs/numerics.md). So does WATTENTION_STRICT=1.
  bool strict = false;
};

struct DeviceInfo {
  std::string name;
  bool available = false;
  std::string description;           ///< chip, ISA, threads; or the model's release profile
  std::string reason;                ///< when not available: why, and how to get it
  std::vector<std::string> kernels;  ///< names that DeviceOptions::kernel takes
};

/// What a device has and takes.
struct Capabilities {
  bool host_memory = false;   ///< computes in host memory: plain host tensors may join its ops
  bool own_memory = false;    ///< has memory of its own that tensors are sent to
  bool simulated = false;     ///< a software model computes: wall time tells nothing of the chip
  bool shape_mode = false;    ///< runs without values, at any size
  bool programs = false;      ///< builds programs, and can keep them
  bool mixes_floats = false;  ///< operands of one op may be floats of several dtypes
  std::vector<DType> dtypes;  ///< of its tensors
  DType computes_in = DType::f32;        ///< where nobody says otherwise
  std::vector<Layout> layouts;           ///< of its tensors
  std::vector<Memory> memories;          ///< where its tensors may lie
  AttributeSet attributes;               ///< of role `how`, that its ops take
  std::optional<CoreGrid> core_grid;     ///< all its compute cores
  std::vector<std::string> releases;     ///< that it can follow; its own first
  std::vector<std::string_view> meters;  ///< that see the chip which computes, the closest first
};

/// What one op did: the kernel or program that ran, its attributes, and why others were refused.
struct OpReport {
  std::string op;
  std::string kernel;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<std::pair<std::string, std::string>> refused;  ///< {kernel, reason}
};

/// A handle to an open device; copies share it. The last copy closes it.
class Device {
 public:
  Device() = default;
  explicit Device(std::shared_ptr<Backend> backend) : backend_(std::move(backend)) {}

  std::string_view name() const;
  bool is_open() const;
  /// Frees what the device holds. Later use of it, or of its tensors, is Error{closed}. Twice is
  /// allowed.
  void close();
  /// Reports of the ops since the last call; empty unless opened with explain.
  std::vector<OpReport> take_reports();

  const Capabilities& capabilities() const;

  /// Keep built programs from now on, or not. Throws Error{unsupported} where a device has none.
  void set_program_cache(bool enabled);

  /// For ops: the implementation. Throws Error{closed} after close().
  Backend& backend() const;
  const std::shared_ptr<Backend>& shared_backend() const { return backend_; }

 private:
  std::shared_ptr<Backend> backend_;
};

/// All devices this build knows, the absent ones too.
std::vector<DeviceInfo> list_devices();
/// Throws Error{absent} for a device or kernel that is unknown or cannot serve here; never falls
/// back.
Device open_device(std::string_view name, const DeviceOptions& options = {});

/// A TT-NN release that the software Wormhole can follow.
struct ReleaseInfo {
  std::string name;          ///< what DeviceOptions::release_profile takes
  TtnnFormat print;          ///< how it prints tensors
  bool cuts_numbers = true;  ///< a number loses its low half on its way to bf16
  bool quick_gelu = true;    ///< `gelu` in a product's program is the quick one
  bool in_part = false;      ///< ops that it does not list are refused
  std::vector<std::string> composites =
      {};                             ///< in part: the words of several ops whose digits are known
  std::vector<std::string> ops = {};  ///< in part: the ops whose digits are known
};
/// All that are known, the default first.
std::vector<ReleaseInfo> list_releases();
/// The default for an empty name. Throws Error{absent} for one that is not known.
ReleaseInfo release_info(std::string_view name = {});

/// Where and how a tensor is to lie on a device. What is unset, the device decides: the Wormhole takes bf16 tiles in
/// DRAM, cpu keeps the dtype, reference makes f64 of any float. Integers keep their dtype everywhere.
struct Placement {
  std::optional<Memory> memory = std::nullopt;
  std::optional<Layout> layout = std::nullopt;
  std::optional<DType> dtype = std::nullopt;
  std::optional<Sharding> sharding = std::nullopt;  ///< shards in L1, with their shape and cores
};

/// Copies a host tensor to a device. Throws Error{bad_input} for a place or a dtype that it does not have.
Tensor to_device(const Tensor& tensor, const Device& device, const Placement& placement = {});
/// Copies back: row major, without padding, in the tensor's dtype (a host tensor is returned as it
/// is).
Tensor to_host(const Tensor& tensor);

}  // namespace wattention
