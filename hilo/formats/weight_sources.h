#pragma once
#include <filesystem>
#include <memory>

#include "hilo/formats/weight_source.h"

// The kinds of weight sources, each in a file of its own; `WeightSource::open` picks among them.
namespace hilo::formats {

using WeightSourcePtr = std::shared_ptr<const WeightSource>;

/// A safetensors file.
WeightSourcePtr open_safetensors_file(const std::filesystem::path& file);
/// `model.safetensors`, or the shards of `model.safetensors.index.json`.
/// Throws:  FormatError naming missing shards, tensors that are not where the index has them, or
///          are in two shards.
WeightSourcePtr open_safetensors_folder(const std::filesystem::path& folder);
/// A GGUF file; of a split any part, which opens the others beside it.
/// Throws:  FormatError naming missing parts, parts of another split, tensors that are in two.
WeightSourcePtr open_gguf(const std::filesystem::path& file);
WeightSourcePtr open_orbax(const std::filesystem::path& folder);

}  // namespace hilo::formats
