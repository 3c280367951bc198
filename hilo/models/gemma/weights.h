#pragma once
#include <map>
#include <string>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/formats/weight_source.h"
#include "hilo/models/gemma/config.h"
#include "hilo/models/gemma/division.h"
#include "hilo/nn/store.h"
#include "hilo/pjrt/client.h"

// Where the weights of a model stand in files, by three conventions. Axes of a place: D width, N
// heads, K key heads, H width of a head, F hidden width, V vocabulary.
namespace hilo::models::gemma {

/// Whose names the tensors of a file have.
enum class Layout : std::uint8_t {
  kHuggingFace,  ///< model.layers.0.self_attn.q_proj.weight [N H,D]
  kOrbax,        ///< transformer/layer_0/attn/q_einsum.w [N,D,H]: Kaggle's Flax folders
  kGguf,         ///< blk.0.attn_q.weight [N H,D]; norms have 1 added
};

/// One way in which a file may hold a weight.
struct Place {
  std::string name;
  Dims dims{};         ///< in the file
  int index = -1;      ///< which element of the first axis it is; -1: it is the whole tensor
  Axes permutation{};  ///< of the axes (without the first, if there is an index); empty: none
  double added = 0;    ///< what the file's numbers are larger by
  bool may_be_longer = false;  ///< rows behind dims[0] are left out
};

/// A weight of the model, and the places where a file of the layout may hold it.
struct Weight {
  std::string path;  ///< in the Store
  Shape shape;
  std::vector<Place> places;
};

/// All weights of the model, in the order of the report. Names of kHuggingFace and kOrbax lack the
/// prefix that files put before all of them ("model.", "transformer/").
std::vector<Weight> weight_table(const Config& config, Layout layout);

/// Which layout the names are of. Throws FormatError if none.
Layout layout_of(const formats::WeightSource& source);

/// Names where each weight is found, having compared all of them with the file.
/// Throws:  FormatError with the list of weights that are missing, have other dims, or that no
///          Gemma has. Towers for pictures, rotary tables and the copy of the embeddings that some
///          files have are passed over.
struct Found {
  Weight weight;
  Place place;  ///< with its whole name
};
std::vector<Found> match_weights(const Config& config, Layout layout,
                                 const formats::WeightSource& source);

/// The type of plain numbers of f16 and bf16; F32 for any other dtype.
formats::BlockType plain_type(DType dtype);

/// What `Precision::blocks` is where matrices in less than f32 stay as the source has them.
std::map<std::string, formats::BlockType, std::less<>> blocks_of(
    const Config& config, Layout layout, const formats::WeightSource& source);

/// Numbers in all weights of the model.
std::int64_t parameter_count(const Config& config);

/// The numbers of a weight as the model wants them, in its own dtype still; or its blocks.
Array read_weight(const formats::WeightSource& source, const Found& found);

/// A weight's numbers on the device, or laid over the devices of a mesh.
Tensor placed(const Array& x, std::string_view path, const pjrt::Client& client,
              const Division& division);

/// Loads every weight onto the device, one after the other, converted to the dtypes of the config, and put together where it
/// `is_fused` (not with a division: its axes would cut across).
/// Cost:    memory of the weights, and on the host that of the largest variable.
nn::Store load_weights(const Config& config, Layout layout, const formats::WeightSource& source,
                       const pjrt::Client& client, const Division& division = {});

/// The config in the metadata of a GGUF file. What llama.cpp's files leave out (patterns, caps,
/// rope of local layers) is what it takes then. Throws:  FormatError for another architecture than
/// gemma, gemma2 or gemma3, or a missing key.
Config config_from_gguf(const formats::GgufFile& file);

/// query_scale^-2 that readers of GGUF files take, which no key tells: the width of a head, but for
/// two sizes the width over the heads.
Dim gguf_query_width(const Config& config);

/// The config of a published size whose weights have these shapes; others are refused with the
/// names of the sizes.
Config recognise(Layout layout, const formats::WeightSource& source);

}  // namespace hilo::models::gemma
