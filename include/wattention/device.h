#pragma once
// Devices: what there is, how to open one, and how tensors move.
#include <wattention/format.h>
#include <wattention/tensor.h>

#include <memory>
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

/// Passes of the Wormhole's multiplier over the mantissas: 1, 2, 3, 4.
enum class Fidelity { lofi = 1, hifi2, hifi3, hifi4 };
std::string_view to_string(Fidelity fidelity);
/// "lofi", "hifi2", "hifi3", "hifi4". Throws Error{bad_input} for any other word.
Fidelity parse_fidelity(std::string_view word);

/// `exact` computes values; `shape` runs the same programs without values, at any size.
enum class Mode { exact, shape };

struct DeviceOptions {
  int threads = 0;  ///< host threads; 0: all that this process may use
  /// Force a kernel or ISA by name ("avx2"); empty: the fastest that fits.
  std::string kernel = {};
  Mode mode = Mode::exact;
  bool program_cache = false;  ///< also on where the release starts with it
  /// The TT-NN release to follow, of list_releases(); empty: its first.
  std::string release_profile = {};
  bool explain = false;  ///< keep a report per op, see Device::take_reports()
};

struct DeviceInfo {
  std::string name;
  bool available = false;
  std::string description;           ///< chip, ISA, threads; or the model's release profile
  std::string reason;                ///< when not available: why, and how to get it
  std::vector<std::string> kernels;  ///< names that DeviceOptions::kernel takes
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

  /// Keep built programs from now on, or forget them; devices without programs have nothing to keep.
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
  std::string name;  ///< what DeviceOptions::release_profile takes
  TtnnFormat print;  ///< how it prints tensors
};
/// All that are known, the default first.
std::vector<ReleaseInfo> list_releases();
/// The default for an empty name. Throws Error{absent} for one that is not known.
ReleaseInfo release_info(std::string_view name = {});

/// Where and how a tensor is to lie on a device.
struct Placement {
  Memory memory = Memory::dram;
  Layout layout = Layout::tile;
  DType dtype = DType::bf16;
};

/// Copies a host tensor to a device. Devices without own memory (cpu, reference) take only the
/// values.
Tensor to_device(const Tensor& tensor, const Device& device, const Placement& placement = {});
/// Copies back: row major, without padding, in the tensor's dtype (a host tensor is returned as it
/// is).
Tensor to_host(const Tensor& tensor);

}  // namespace wattention
