#include "hilo/models/gemma/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "hilo/core/error.h"
#include "hilo/exec/split.h"
#include "hilo/models/gemma/model.h"
#include "hilo/models/gemma/programs.h"
#include "hilo/pjrt/buffer.h"

namespace hilo::models::gemma {
namespace {

constexpr std::size_t kMostDifferences = 20;

// The table's first name as files of the layout end with it: what stands before is the prefix.
std::string_view anchor_of(Layout layout) {
  return layout == Layout::kHuggingFace ? "embed_tokens.weight"
         : layout == Layout::kOrbax     ? "embedder/input_embedding"
                                        : "token_embd.weight";
}

// What stands before all names, if the layout is that of the file.
const std::string* anchored(const formats::WeightSource& source, Layout layout) {
  const auto found = std::ranges::find_if(
      source.names(), [&](const std::string& n) { return n.ends_with(anchor_of(layout)); });
  return found == source.names().end() ? nullptr : &*found;
}

std::string prefix_of(const formats::WeightSource& source, Layout layout) {
  const std::string* name = anchored(source, layout);
  return name == nullptr ? "" : name->substr(0, name->size() - anchor_of(layout).size());
}

// Tensors that stand in files beside the model of text.
bool is_passed_over(const std::string& name) {
  static const std::vector<std::string> parts = {
      "vision_tower.",       "multi_modal_projector.", "rotary_emb.inv_freq",
      "lm_head.weight",      "SigLiPFromPatches_0",    "vision_encoder",
      "mm_input_projection", "mm_soft_embedding_norm", "rope_freqs.weight"};
  return std::ranges::any_of(
      parts, [&](const std::string& part) { return name.find(part) != std::string::npos; });
}

bool fits(const Place& place, const Dims& dims) {
  if (dims == place.dims) return true;
  if (!place.may_be_longer || dims.size() != place.dims.size() || dims[0] < place.dims[0])
    return false;
  return std::equal(dims.begin() + 1, dims.end(), place.dims.begin() + 1);
}

// Everything about a file that is compared with the table.
struct Comparison {
  std::vector<Found> found{};
  std::vector<std::string> differences{};
};

Comparison compare(const Config& config, Layout layout, const formats::WeightSource& source) {
  const std::string prefix = prefix_of(source, layout);
  const std::set<std::string> names(source.names().begin(), source.names().end());
  std::set<std::string> used;
  Comparison result;
  for (Weight& weight : weight_table(config, layout)) {
    const Place* fitting = nullptr;
    std::string other;
    for (Place& place : weight.places) {
      place.name = prefix + place.name;
      if (fitting != nullptr || !names.contains(place.name)) continue;
      used.insert(place.name);
      const Shape shape = source.info(place.name).shape;
      if (fits(place, shape.dims))
        fitting = &place;
      else
        other = fmt::format("{} is {}; expected {}", place.name, to_string(shape.dims),
                            to_string(place.dims));
    }
    if (fitting != nullptr) {
      const Place place = *fitting;
      result.found.push_back({std::move(weight), place});
    } else {
      result.differences.push_back(
          !other.empty() ? other : fmt::format("{} is missing", weight.places.front().name));
    }
  }
  for (const std::string& name : source.names()) {
    if (!used.contains(name) && !is_passed_over(name))
      result.differences.push_back(name + " is no weight of this model");
  }
  return result;
}

// x with its axes in another order.
Array permuted(const Array& x, const Axes& permutation) {
  if (permutation.empty()) return x;
  const Dims from = x.shape().dims, steps = strides(from);
  Dims dims, by;
  for (std::int64_t axis : permutation) {
    dims.push_back(from[static_cast<std::size_t>(axis)]);
    by.push_back(steps[static_cast<std::size_t>(axis)]);
  }
  Array y(Shape{x.shape().dtype, dims});
  const auto size = static_cast<std::size_t>(bytes(x.shape().dtype));
  const std::byte* in = x.bytes().data();
  std::byte* out = y.mutable_bytes().data();
  Dims at(dims.size(), 0);
  const Dim inner = dims.back(), step = by.back();
  const Dim rows = inner == 0 ? 0 : y.size() / inner;
  for (Dim row = 0; row < rows; ++row) {
    Dim start = 0;
    for (std::size_t a = 0; a + 1 < dims.size(); ++a) start += at[a] * by[a];
    for (Dim i = 0; i < inner; ++i, out += size) {
      std::memcpy(out, in + static_cast<std::size_t>(start + i * step) * size, size);
    }
    for (std::size_t a = dims.size() - 1; a-- > 0;) {
      if (++at[a] < dims[a]) break;
      at[a] = 0;
    }
  }
  return y;
}

// Rows `from` .. of the first axis, which views x's bytes.
Array rows_of(const Array& x, Dim from, Dim count, Dims dims) {
  const std::size_t row =
      x.bytes().size() / static_cast<std::size_t>(std::max<Dim>(x.shape().dims[0], 1));
  return {Shape{x.shape().dtype, std::move(dims)}, std::make_shared<Array>(x),
          x.bytes().subspan(static_cast<std::size_t>(from) * row,
                            static_cast<std::size_t>(count) * row)};
}

// The numbers less what the layout adds.
Array without(const Array& x, double added) {
  std::vector<double> values = x.to_doubles();
  for (double& v : values) v -= added;
  return from_doubles(Shape{kF32, x.shape().dims}, values);
}

// Whether a CPU's buffer is where x is, and no copy: PJRT takes memory that is aligned to a cache line.
bool is_taken_in_place(const Array& x) { return reinterpret_cast<std::uintptr_t>(x.bytes().data()) % 64 == 0; }

// The rows of a variable that a weight of the table fills.
struct Rows {
  std::string path;
  Dim first = 0;
};

Rows rows_in_store(const Config& config, const std::string& path) {
  if (!config.is_fused) return {path};
  for (const Fusion& fusion : {attention_fusion(config), mlp_fusion(config)}) {
    Dim first = 0;
    for (const Fusion::Part& part : fusion.parts) {
      const std::string end = fmt::format("/{}/kernel", part.name);
      if (path.ends_with(end))
        return {fmt::format("{}/{}/kernel", path.substr(0, path.size() - end.size()), fusion.name), first};
      first += part.out;
    }
  }
  return {path};
}

// Variables whose rows come from several tensors, until they are complete.
class Fused {
 public:
  explicit Fused(const nn::Store& store) : store_(store) {}

  // The whole variable, once all its rows are there.
  std::optional<Array> add(const Rows& rows, const Array& x) {
    const Shape& shape = store_.at(rows.path).shape;
    if (shape == x.shape()) return x;
    auto& [array, count] = begun_.try_emplace(rows.path, Array(shape), 0).first->second;
    const std::size_t row = x.bytes().size() / static_cast<std::size_t>(x.shape().dims[0]);
    std::ranges::copy(x.bytes(), array.mutable_bytes().begin() + rows.first * static_cast<Dim>(row));
    count += x.shape().dims[0];
    if (count < shape.dims[0]) return {};
    return std::move(begun_.extract(rows.path).mapped().first);
  }

 private:
  const nn::Store& store_;
  std::map<std::string, std::pair<Array, Dim>> begun_{};
};

}  // namespace

Layout layout_of(const formats::WeightSource& source) {
  for (Layout layout : {Layout::kHuggingFace, Layout::kOrbax, Layout::kGguf}) {
    if (anchored(source, layout) != nullptr) return layout;
  }
  const std::size_t shown = std::min<std::size_t>(source.names().size(), 5);
  throw FormatError(
      source.path().string(),
      fmt::format("it has no embeddings of a Gemma; its tensors are {}{}; expected "
                  "*embed_tokens.weight, *embedder/input_embedding or token_embd.weight",
                  fmt::join(source.names().begin(),
                            source.names().begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                  shown < source.names().size() ? " .." : ""));
}

std::vector<Found> match_weights(const Config& config, Layout layout,
                                 const formats::WeightSource& source) {
  Comparison c = compare(config, layout, source);
  if (c.differences.empty()) return std::move(c.found);
  const std::size_t shown = std::min(c.differences.size(), kMostDifferences);
  std::string text =
      fmt::format("its tensors are not those of the config, in {} places", c.differences.size());
  for (std::size_t i = 0; i < shown; ++i) text += "\n  " + c.differences[i];
  if (shown < c.differences.size()) text += "\n  ..";
  throw FormatError(source.path().string(), text);
}

formats::BlockType plain_type(DType dtype) {
  return dtype == kF16 ? formats::BlockType::kF16 : dtype == kBF16 ? formats::BlockType::kBF16 : formats::BlockType::kF32;
}

std::map<std::string, formats::BlockType, std::less<>> blocks_of(
    const Config& config, Layout layout, const formats::WeightSource& source) {
  std::map<std::string, formats::BlockType, std::less<>> result;
  for (const Found& found : match_weights(config, layout, source)) {
    if (found.weight.shape.rank() != 2) continue;
    const formats::WeightInfo& info = source.info(found.place.name);
    const formats::BlockType type = info.block.value_or(plain_type(info.shape.dtype));
    if (type != formats::BlockType::kF32) result.emplace(found.weight.path, type);
  }
  return result;
}

std::int64_t parameter_count(const Config& config) {
  std::int64_t count = 0;
  for (const Weight& weight : weight_table(config, Layout::kHuggingFace))
    count += Shape{kF32, weight.places.front().dims}.size();
  return count;
}

Array read_weight(const formats::WeightSource& source, const Found& found) {
  const Place& place = found.place;
  if (source.info(place.name).block && found.weight.shape.dtype == kU8) {
    const formats::BlockArray blocks = source.read_blocks(place.name);
    const auto bytes =
        static_cast<std::size_t>(found.weight.shape.size());  // rows behind are left out
    return {found.weight.shape, blocks.owner, blocks.bytes.first(bytes)};
  }
  Array x = source.read(place.name);
  if (place.index >= 0) {
    x = rows_of(x, place.index, 1, Dims(place.dims.begin() + 1, place.dims.end()));
  } else if (place.may_be_longer && x.shape().dims[0] > place.dims[0]) {
    x = rows_of(x, 0, place.dims[0], place.dims);
  }
  x = permuted(x, place.permutation);
  if (found.weight.shape.dtype == kU8) {
    const auto whole = std::make_shared<Array>(std::move(x));
    return {found.weight.shape, whole, whole->bytes()};
  }
  x = x.reshaped(found.weight.shape.dims);
  return place.added != 0 ? without(x, place.added) : x;
}

Tensor placed(const Array& x, std::string_view path, const pjrt::Client& client,
              const Division& division) {
  if (!division.mesh()) return Tensor(pjrt::Buffer::from_host(x, client.default_device()));
  Sharding sharding = division.of_weight(path, x.shape());
  std::vector<pjrt::Buffer> parts = upload(x, sharding, devices_of(client, *division.mesh()));
  return {x.shape(), std::move(sharding), std::move(parts)};
}

nn::Store load_weights(const Config& config, Layout layout, const formats::WeightSource& source,
                       const pjrt::Client& client, const Division& division) {
  nn::Store store = declare_weights(config);
  Fused fused(store);
  const bool is_cpu = client.platform_name() == "cpu" && !division.mesh();
  for (const Found& found : match_weights(config, layout, source)) {
    const Rows rows = rows_in_store(config, found.weight.path);
    const Array own = read_weight(source, found), x = own.as(found.weight.shape.dtype);
    const std::optional<Array> whole = fused.add(rows, x);
    if (whole) store.set(rows.path, placed(*whole, rows.path, client, division));
    if (!is_cpu || !whole || whole->bytes().data() != own.bytes().data() || !is_taken_in_place(*whole))
      source.forget(found.place.name);
  }
  return store;
}

Config recognise(Layout layout, const formats::WeightSource& source) {
  std::vector<std::string> names;
  for (const Published& p : published()) {
    names.push_back(p.name);
    if (compare(p.config, layout, source).differences.empty()) return p.config;
  }
  throw FormatError(
      source.path().string(),
      fmt::format("its weights are of no published size ({}); expected one, or a config: "
                  "--config FILE",
                  fmt::join(names, ", ")));
}

}  // namespace hilo::models::gemma
