#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/pjrt/buffer.h"
#include "hilo/pjrt/client.h"
#include "hilo/pjrt/compile_options.h"

namespace hilo::pjrt {

namespace c {
struct ExecutableState;
}

struct ExecuteOptions {
  /// Arguments that are not donated, though the program would let their memory be written.
  std::span<const std::int64_t> keep{};
  /// The device of a portable executable.
  const Device* device = nullptr;
  /// Where to put the event of the whole run's end (also of programs without results).
  Event* done = nullptr;
};

/// Bytes that a program needs on a device, by its compiler's count.
struct CompiledMemory {
  std::int64_t code = 0, arguments = 0, results = 0, aliased = 0, temporary = 0;
  std::int64_t peak = 0;  ///< 0 where the plugin does not say
};

/// A compiled program, loaded on the devices of a client. A cheap handle. Threads may share it.
/// Which arguments are donated is said by the program's text: `tf.aliasing_output` (this argument's
/// memory becomes that result) and `jax.buffer_donor` (any result of the same size). A donated
/// buffer is deleted by the call.
class Executable {
 public:
  Executable() = default;

  /// The options with what the client knows better filled in: the devices, where CUDA's tools are, and that of a NaN
  /// and a number the NaN is the larger and the smaller on a CPU too. What `compile` hands to the plugin.
  static CompileOptions complete(const Client& client, CompileOptions options);
  /// Compiles StableHLO: text, MLIR bytecode or a portable artifact.
  /// Throws:  PluginError with the compiler's message.
  static Executable compile(const Client& client, std::string_view program,
                            const CompileOptions& options = {});
  /// Loads what `serialize` gave on the same plugin and kind of machine. Custom calls are found by
  /// name again.
  /// Throws:  PluginError if the plugin does not accept the bytes. They must come from a trusted
  ///          place: XLA does not check them as it checks a program.
  static Executable deserialize(const Client& client, std::string_view bytes);

  explicit operator bool() const { return state_ != nullptr; }
  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] Client client() const;
  /// Addressable devices that it runs on, in the order of the lists of `execute_sharded`; empty if
  /// it is portable.
  [[nodiscard]] const std::vector<Device>& devices() const;
  /// Shapes of the results on one device.
  [[nodiscard]] std::span<const std::shared_ptr<const Shape>> result_shapes() const;
  [[nodiscard]] std::size_t result_count() const { return result_shapes().size(); }

  /// Runs on one device. Returns as soon as the plugin lets it; results are ready later.
  /// `results` has room for `result_count()` handles. Arguments must not be null.
  /// Throws:  PluginError if the plugin refuses the arguments: their number, device or size in
  ///          bytes. It does not look at their dtypes: that is the caller's part. What fails later
  ///          is said by the results.
  /// Cost:    a fraction of a microsecond and one allocation a result over the bare call of the
  ///          plugin.
  void execute(std::span<const Buffer* const> arguments, std::span<Buffer> results,
               const ExecuteOptions& options = {}) const;
  /// The same for a list of handles.
  [[nodiscard]] std::vector<Buffer> execute(std::span<const Buffer> arguments,
                                            const ExecuteOptions& options = {}) const;

  /// Runs on all devices: `arguments[d]` and the result's [d] belong to `devices()[d]`. `keep` as
  /// in ExecuteOptions.
  [[nodiscard]] std::vector<std::vector<Buffer>> execute_sharded(
      std::span<const std::vector<Buffer>> arguments,
      std::span<const std::int64_t> keep = {}) const;

  /// Machine code as bytes, for `deserialize`.
  [[nodiscard]] std::string serialize() const;
  /// The plugin's name for this very code; empty where it gives none.
  [[nodiscard]] std::string fingerprint() const;
  /// The plugin's estimates: "flops", "bytes accessed"; empty where it gives none.
  [[nodiscard]] NamedValues cost_analysis() const;
  /// None where the plugin does not count.
  [[nodiscard]] std::optional<CompiledMemory> memory() const;
  /// The program after optimisation: a serialised proto ("hlo_with_config", "hlo") or text; empty
  /// where there is none.
  struct Program {
    std::string format, code;
  };
  [[nodiscard]] Program optimized_program() const;

 private:
  explicit Executable(std::shared_ptr<const c::ExecutableState> state) : state_(std::move(state)) {}
  [[nodiscard]] const c::ExecutableState& state() const;
  std::shared_ptr<const c::ExecutableState> state_;
};

}  // namespace hilo::pjrt
