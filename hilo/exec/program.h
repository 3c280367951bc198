#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hilo/exec/compile_cache.h"
#include "hilo/exec/tensor.h"
#include "hilo/graph/graph.h"
#include "hilo/pjrt/compile_options.h"
#include "hilo/pjrt/executable.h"

namespace hilo {

namespace detail {
class DispatchQueue;
}

/// How functions are compiled.
struct CompileSettings {
  std::string name = "hilo";          ///< of the module; profilers show it
  pjrt::CompileOptions options{};
  /// Which folder keeps executables between processes; null: none.
  std::shared_ptr<CompileCache> cache = CompileCache::standard();
  /// How many programs an Executor keeps in memory; the longest unused goes first, and is made again when wanted.
  std::size_t max_programs = 256;
  /// Divide functions over the devices of the mesh in their shardings (sharded.h), if there is one. Otherwise shardings
  /// say nothing.
  bool divides = false;
};

/// For each donated parameter the first result of its shape that is still free, which may reuse its memory, or -1. Where the
/// function is divided, one that lies on the devices as the parameter does.
std::vector<int> aliases_of(const Function& function, const std::vector<bool>& donated, bool is_divided);

/// A compiled Function, ready to run. A cheap handle. Threads may share it.
class Program {
 public:
  /// Compiles `function`. `donated[i]` says that argument i will be given away: its memory is aliased to the first
  /// result of its shape that is still free.
  /// Throws:  DeviceError with the compiler's message. Of a function that is divided also OpError if an argument or
  ///          result does not divide evenly, DeviceError if the client has too few devices.
  static Program compile(const pjrt::Client& client, const Function& function, const std::vector<bool>& donated = {},
                         const CompileSettings& settings = {});
  /// Compiles StableHLO text or bytecode as it is.
  static Program compile_text(const pjrt::Client& client, std::string_view program, const CompileSettings& settings = {});

  /// Loads what `save` gave, with no compile. `name` is said in errors.
  /// Throws:  FormatError for bytes that are no saved program or are damaged; DeviceError if they are of another plugin,
  ///          platform or kind of machine. The bytes are machine code that is run: load only what you trust.
  static Program load(const pjrt::Client& client, std::string_view bytes, const std::string& name = "program");
  /// The program as bytes: machine code, and a header that says what it is for (saved_program.h).
  /// Throws:  DeviceError where the plugin cannot serialise it.
  [[nodiscard]] std::string save() const;

  /// Starts the program and returns. Arguments on the host or another device are uploaded first, those of a divided
  /// program in parts; its results stay on the devices in parts too.
  /// Throws:  OpError if a tensor was donated before or does not fit a divided program, DeviceError if the plugin refuses the arguments. What fails later
  ///          is thrown by the results.
  [[nodiscard]] std::vector<Tensor> run(std::span<Argument> arguments) const;
  /// The same for arrays, and waits: for tests and small tools.
  [[nodiscard]] std::vector<Array> run(std::span<const Array> arguments) const;

  [[nodiscard]] const pjrt::Executable& executable() const;
  /// Whether it came out of the disk cache.
  [[nodiscard]] bool was_cached() const;
  /// Whether it calls code outside of XLA: then runs are started by the dispatch queue.
  [[nodiscard]] bool has_custom_calls() const;

 private:
  struct State;
  static Program load_or_compile(const pjrt::Client& client, std::string_view key, const std::function<std::string()>& text,
                                 const CompileSettings& settings, State state);
  explicit Program(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// Compiles and runs `function` once; nothing is kept on disk.
std::vector<Array> evaluate(const pjrt::Client& client, const Function& function, std::span<const Array> arguments);

}  // namespace hilo
