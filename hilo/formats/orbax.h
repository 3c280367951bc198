#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hilo/core/array.h"

namespace hilo::formats {

/// A checkpoint of Orbax, as Kaggle serves Flax models: a folder of zarr arrays (version 2 or 3),
/// each with files of its own or all in an OCDBT database. Copies share what is open.
/// A parameter's name is its path joined with "/" ("transformer/layer_0/attn/q_einsum/w"), be the
/// tree flat, with paths as keys, or nested.
class OrbaxFolder {
 public:
  /// Throws:  FormatError for damaged metadata, or parameters of `_METADATA` that are not stored.
  static OrbaxFolder open(const std::filesystem::path& folder);
  /// Whether `folder` looks like one.
  static bool is_orbax(const std::filesystem::path& folder);

  /// Sorted.
  [[nodiscard]] const std::vector<std::string>& names() const;
  /// Throws FormatError with near names if there is no such parameter.
  [[nodiscard]] Shape shape(std::string_view name) const;
  /// Bytes that it takes in the checkpoint as it is packed.
  /// Cost:    `at` reads only what the array needs; see `read_zarr`.
  [[nodiscard]] Array at(std::string_view name) const;

 private:
  struct State;
  explicit OrbaxFolder(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace hilo::formats
