#include "hilo/formats/orbax.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/chunk_store.h"
#include "hilo/formats/json_document.h"
#include "hilo/formats/zarr.h"

namespace hilo::formats {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Parameter {
  std::string key;  // of the array in the store
  ZarrArray array;
};

constexpr std::uint64_t kMaxMetadata = std::uint64_t{16} << 20;

// "transformer/layer_0/attn/q_einsum.w" is the array of the path
// (transformer/layer_0/attn/q_einsum, w).
std::string name_of(std::string key) {
  std::replace(key.begin(), key.end(), '.', '/');
  return key;
}

Parameter read_parameter(const ChunkStore& store, const std::string& key) {
  auto found = store.find(key + "/zarr.json");
  if (!found) found = store.find(key + "/.zarray");
  if (!found) throw Error("the metadata of array " + quote(key) + " is gone");
  const std::string_view text(reinterpret_cast<const char*>(found->bytes.data()),
                              found->bytes.size());
  return {key, parse_zarr(text, found->file)};
}

// The names of the parameters that `_METADATA` says are stored.
std::vector<std::string> promised(const Json& metadata, const std::string& file) {
  std::vector<std::string> names;
  const auto tree = metadata.find("tree_metadata");
  if (tree == metadata.end()) return names;
  try {
    for (const auto& [label, entry] : tree->items()) {
      const Json& value = entry.at("value_metadata");
      const Json type = value.value("value_type", Json());
      const bool is_array = type == "jax.Array" || type == "np.ndarray";
      if (!is_array || value.value("skip_deserialize", false)) continue;
      std::string name;
      for (const Json& step : entry.at("key_metadata")) {
        const Json& key = step.at("key");
        name += (name.empty() ? "" : "/") + (key.is_string() ? key.get<std::string>() : key.dump());
      }
      names.push_back(name_of(std::move(name)));
    }
  } catch (const Json::exception& error) {
    throw FormatError(file,
                      std::string("tree_metadata is not as Orbax writes it: ") + error.what());
  }
  return names;
}

}  // namespace

struct OrbaxFolder::State {
  fs::path folder;
  std::unique_ptr<ChunkStore> store;
  bool missing_is_fill = false;
  std::vector<std::string> names{};
  std::map<std::string, Parameter, std::less<>> parameters{};

  [[nodiscard]] const Parameter& parameter(std::string_view name) const {
    const auto found = parameters.find(name);
    if (found != parameters.end()) return found->second;
    const std::string near = near_names(name, names);
    throw FormatError(folder.string(),
                      "no parameter named " + quote(name) + (near.empty() ? "" : "; " + near));
  }

  // Whether all that is promised is there; and what a chunk that is not there means.
  void check_metadata() {
    const fs::path path = folder / "_METADATA";
    if (!fs::exists(path)) return;
    const Json metadata = parse_json(read_text(path, kMaxMetadata), path.string());
    if (!metadata.is_object()) throw FormatError(path.string(), "is no JSON object");
    missing_is_fill = metadata.value("store_array_data_equal_to_fill_value", Json()) != true;
    for (const std::string& name : promised(metadata, path.string())) {
      if (!parameters.contains(name)) {
        throw FormatError(folder.string(),
                          "parameter " + quote(name) + " is listed in _METADATA and not stored");
      }
    }
  }
};

bool OrbaxFolder::is_orbax(const fs::path& folder) {
  if (fs::exists(folder / "manifest.ocdbt") || fs::exists(folder / "_METADATA")) return true;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator();
       at.increment(error)) {  // the first checkpoints: an array a folder, and no list
    if (fs::exists(at->path() / ".zarray") || fs::exists(at->path() / "zarr.json")) return true;
  }
  return false;
}

OrbaxFolder OrbaxFolder::open(const fs::path& folder) {
  auto state = std::make_shared<State>();
  state->folder = folder;
  state->store =
      fs::exists(folder / "manifest.ocdbt") ? open_ocdbt_store(folder) : open_folder_store(folder);
  for (const std::string& key : state->store->arrays()) {
    std::string name = name_of(key);
    if (!state->parameters.emplace(name, read_parameter(*state->store, key)).second) {
      throw FormatError(folder.string(), "parameter " + quote(name) + " is stored twice");
    }
  }
  for (const auto& [name, parameter] : state->parameters) state->names.push_back(name);
  state->check_metadata();
  return OrbaxFolder(std::move(state));
}

const std::vector<std::string>& OrbaxFolder::names() const { return state_->names; }
Shape OrbaxFolder::shape(std::string_view name) const {
  return state_->parameter(name).array.shape;
}

Array OrbaxFolder::at(std::string_view name) const {
  const Parameter& parameter = state_->parameter(name);
  try {
    return read_zarr(parameter.array, *state_->store, parameter.key, state_->missing_is_fill);
  } catch (const FormatError&) {
    throw;
  } catch (const Error& error) {
    throw FormatError(state_->folder.string(), error.what());
  }
}

}  // namespace hilo::formats
