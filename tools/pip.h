#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "tools/wheels.h"

namespace hilo::tools {

/// Downloads pinned wheels with the ordinary `pip download` of a python3 that has pip. Hilo itself needs no Python.
class Pip {
 public:
  /// Throws:  Error that says what to install if no python3 in PATH or /usr/bin has pip.
  static Pip find();

  /// Leaves `folder`/wheel.file, its hash checked by pip. `downloads` may hold it already, then nothing is fetched.
  /// `on_progress` is told, several times a second, how many bytes have come so far.
  /// Throws:  Error with pip's last words.
  void download(const Wheel& wheel, const std::filesystem::path& folder, const std::filesystem::path& downloads,
                const std::function<void(std::uint64_t bytes)>& on_progress) const;

 private:
  explicit Pip(std::string python) : python_(std::move(python)) {}
  std::string python_;
};

}  // namespace hilo::tools
