#include "hilo/models/gemma/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/safetensors.h"
#include "hilo/models/gemma/model_files.h"
#include "hilo/tokenizers/gguf_vocabulary.h"

namespace hilo::models::gemma {
namespace {

namespace fs = std::filesystem;
using formats::BlockType;
using formats::GgufValue;
using tokenizers::SentencePieceModel;

// A tensor to be: where its numbers are, and where they go.
struct Move {
  Found from;
  Place to;
  BlockType type = BlockType::kF32;
  bool is_copied = false;  // its blocks as they are
};

bool is_quantised(BlockType type) { return !formats::block_traits(type).dtype; }
DType dtype_of(BlockType type) { return *formats::block_traits(type).dtype; }

// What a matrix, or in a folder anything, is written in.
BlockType type_for(const formats::WeightInfo& info, bool is_gguf, bool is_table,
                   const std::optional<BlockType>& asked) {
  if (asked) return *asked == BlockType::kQ4_0 && is_table ? BlockType::kQ8_0 : *asked;
  if (info.block) return is_gguf ? *info.block : BlockType::kF32;
  return plain_type(info.shape.dtype);
}

std::vector<Move> moves_of(const ModelFiles& files, Layout layout,
                           const std::optional<BlockType>& asked) {
  const bool is_gguf = layout == Layout::kGguf;
  std::vector<Move> moves;
  std::vector<Found> found = match_weights(files.config, files.layout, *files.source);
  const std::vector<Weight> targets = weight_table(files.config, layout);
  for (std::size_t i = 0; i < found.size(); ++i) {
    Move move{.from = std::move(found[i]), .to = targets[i].places.front()};
    if (!is_gguf) move.to.name = "model." + move.to.name;
    const formats::WeightInfo& info = files.source->info(move.from.place.name);
    // llama.cpp takes norms in f32 alone.
    if (!is_gguf || move.to.dims.size() > 1)
      move.type = type_for(info, is_gguf, move.to.name == "token_embd.weight", asked);
    move.is_copied = info.block == move.type && info.shape.dims == move.to.dims;
    const int block = formats::block_traits(move.type).elements;
    if (!move.is_copied && move.to.dims.back() % block != 0) {
      throw Error(fmt::format(
          "convert: {} has rows of {}; expected a multiple of {} for {}\n"
          "  hint:  --type f16 or bf16 fits any row",
          move.to.name, move.to.dims.back(), block, formats::block_traits(move.type).name));
    }
    moves.push_back(std::move(move));
  }
  return moves;
}

// The numbers of a weight as the layout that is written has them, in the dtype they are kept in
// until they are rounded for good.
Array numbers_of(const formats::WeightSource& source, const Move& move) {
  Found from = move.from;
  from.place.added -= move.to.added;
  return read_weight(source, from);
}

// Rounded to the type; refused where f16 has no number for it.
Array rounded(const formats::WeightSource& source, const Move& move, DType dtype) {
  Array x = numbers_of(source, move);
  if (dtype != kF16 || x.shape().dtype == kF16) return x.as(dtype);
  x = x.as(kF32);
  for (const float v : x.data<float>()) {
    if (std::isfinite(v) && std::abs(v) >= 65520) {
      throw Error(
          fmt::format("convert: {} has the number {}; f16 holds at most 65504\n"
                      "  hint:  --type bf16 holds it",
                      move.from.place.name, v));
    }
  }
  return x.as(kF16);
}

std::uint64_t bytes_of(const Move& move) {
  return *formats::block_bytes(formats::block_traits(move.type),
                               static_cast<std::uint64_t>(checked_size(move.to.dims)));
}

// The SentencePiece model of the tokenizer, where it has one.
std::optional<SentencePieceModel> sentencepiece_of(const ModelFiles& files) {
  if (const auto file = files.tokenizer_file()) {
    if (read_text(*file).starts_with("{")) return {};
    return tokenizers::parse_sentencepiece(read_file(*file), file->string());
  }
  if (files.source->gguf() == nullptr) return {};
  auto vocabulary = tokenizers::gguf_vocabulary(*files.source->gguf());
  if (!vocabulary) return {};
  return tokenizers::sentencepiece_of(std::move(*vocabulary), files.source->path().string());
}

// --- GGUF

std::uint32_t file_type(const std::vector<Move>& moves) {
  const auto is = [&](BlockType type) {
    return std::ranges::any_of(moves, [&](const Move& m) { return m.type == type; });
  };
  if (is(BlockType::kQ4_0)) return 2;
  if (is(BlockType::kQ8_0)) return 7;
  return is(BlockType::kBF16) ? 32 : is(BlockType::kF16) ? 1 : 0;
}

formats::GgufMetadata metadata_of(const ModelFiles& files, const fs::path& from,
                                  const std::vector<Move>& moves, const ConvertOptions& options) {
  formats::GgufMetadata all;
  const formats::GgufFile* gguf = files.source->gguf();
  if (gguf != nullptr && options.config.empty() && options.tokenizer.empty()) {
    for (const auto& [key, value] : gguf->metadata()) {
      const bool is_of_file = key.starts_with("split.") || key == "general.file_type";
      if (!is_of_file || (key == "general.file_type" && !options.type))
        all.emplace_back(key, value);
    }
    if (options.type) all.emplace_back("general.file_type", GgufValue::of(file_type(moves)));
    return all;
  }
  all = gguf_metadata(files.config);
  const fs::path name = fs::absolute(from).lexically_normal();
  const std::string label = (name.has_filename() ? name : name.parent_path()).stem().string();
  all.emplace_back("general.name", GgufValue::of(is_utf8(label) ? label : "gemma"));
  all.emplace_back("general.file_type", GgufValue::of(file_type(moves)));
  all.emplace_back("general.quantization_version", GgufValue::of(std::uint32_t{2}));
  const auto model = sentencepiece_of(files);
  if (!model && files.tokenizer_file()) {
    throw Error(
        fmt::format("convert: {} has no scores, which a GGUF file needs\n"
                    "  hint:  --tokenizer tokenizer.model",
                    files.tokenizer_file()->string()));
  }
  const auto rows = static_cast<std::size_t>(files.config.vocabulary);
  if (model) {
    for (auto& item : tokenizers::gguf_metadata(*model, rows)) all.push_back(std::move(item));
  } else {
    all.emplace_back("tokenizer.ggml.model", GgufValue::of("no_vocab"));
    all.emplace_back(std::string(all.front().second.text()) + ".vocab_size",
                     GgufValue::of(static_cast<std::uint32_t>(rows)));
  }
  return all;
}

void write_gguf(const ModelFiles& files, const fs::path& from, const fs::path& to,
                const ConvertOptions& options, Converted& result) {
  const std::vector<Move> moves = moves_of(files, Layout::kGguf, options.type);
  std::vector<formats::GgufTensorSpec> specs;
  for (const Move& move : moves) specs.push_back({move.to.name, move.to.dims, move.type});
  const auto metadata = metadata_of(files, from, moves, options);
  result.has_tokenizer = std::ranges::any_of(
      metadata, [](const auto& item) { return item.first == "tokenizer.ggml.tokens"; });
  formats::GgufWriter file(to, metadata, specs);
  for (const Move& move : moves) {
    result.bytes += bytes_of(move);
    if (move.is_copied) {
      file.write(files.source->read_blocks(move.from.place.name));
    } else if (is_quantised(move.type)) {
      file.write(numbers_of(*files.source, move));
    } else {
      file.write(rounded(*files.source, move, dtype_of(move.type)));
    }
  }
  file.commit();
  result.files.push_back(to);
}

// --- Hugging Face

// What stands beside the weights of a folder and says nothing of them.
constexpr const char* kKept[] = {
    "tokenizer.model",   "tokenizer.json",      "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "chat_template.jinja", "generation_config.json"};

void write_tokenizer(const ModelFiles& files, const fs::path& folder, Converted& result) {
  if (files.source->gguf() == nullptr) {
    for (const char* name : kKept) {
      if (const auto file = files.find(name)) fs::copy_file(*file, folder / name);
    }
  }
  const auto model = sentencepiece_of(files);
  if (const auto file = files.tokenizer_file(); file && !files.given_tokenizer.empty()) {
    fs::copy_file(*file, folder / (model ? "tokenizer.model" : "tokenizer.json"),
                  fs::copy_options::overwrite_existing);
  } else if (!file && model) {
    write_file_atomically(folder / "tokenizer.model", tokenizers::sentencepiece_bytes(*model));
  }
  result.has_tokenizer =
      fs::exists(folder / "tokenizer.model") || fs::exists(folder / "tokenizer.json");
  if (!model || fs::exists(folder / "tokenizer_config.json")) return;
  // Without it transformers does not know whose tokenizer it is.
  nlohmann::ordered_json json = {{"tokenizer_class", "GemmaTokenizer"}, {"add_bos_token", true}};
  const auto& v = model->vocabulary;
  const auto add = [&](const char* key, const std::optional<tokenizers::TokenId>& id) {
    if (id) json[key] = v.pieces[static_cast<std::size_t>(*id)];
  };
  add("bos_token", v.bos);
  add("eos_token", v.eos);
  add("unk_token", v.unknown);
  add("pad_token", v.pad);
  if (files.source->gguf() != nullptr) {
    if (const auto chat = files.source->gguf()->text("tokenizer.chat_template"))
      json["chat_template"] = *chat;
  }
  write_file_atomically(folder / "tokenizer_config.json", json.dump(2) + "\n");
}

// How many tensors each file gets, in order.
std::vector<std::size_t> shards_of(const std::vector<Move>& moves, std::uint64_t most) {
  std::vector<std::size_t> counts = {0};
  std::uint64_t bytes = 0;
  for (const Move& move : moves) {
    if (counts.back() > 0 && bytes + bytes_of(move) > most) {
      counts.push_back(0);
      bytes = 0;
    }
    ++counts.back();
    bytes += bytes_of(move);
  }
  return counts;
}

void write_folder(const ModelFiles& files, const fs::path& to, const ConvertOptions& options,
                  Converted& result) {
  const std::vector<Move> moves = moves_of(files, Layout::kHuggingFace, options.type);
  StagedFolder staged(to);
  const std::vector<std::size_t> shards = shards_of(moves, options.shard_bytes);
  nlohmann::ordered_json index;
  std::size_t first = 0;
  for (std::size_t s = 0; s < shards.size(); ++s) {
    const std::string name =
        shards.size() == 1 ? "model.safetensors"
                           : fmt::format("model-{:05}-of-{:05}.safetensors", s + 1, shards.size());
    std::vector<std::pair<std::string, Shape>> shapes;
    for (std::size_t i = first; i < first + shards[s]; ++i) {
      shapes.emplace_back(moves[i].to.name, Shape{dtype_of(moves[i].type), moves[i].to.dims});
      index["weight_map"][moves[i].to.name] = name;
      result.bytes += bytes_of(moves[i]);
    }
    formats::write_safetensors(
        staged.path() / name, shapes, {{"format", "pt"}}, [&](std::size_t i) {
          return rounded(*files.source, moves[first + i], shapes[i].second.dtype);
        });
    first += shards[s];
    result.files.push_back(to / name);
  }
  index["metadata"]["total_size"] = result.bytes;
  if (shards.size() > 1)
    write_file_atomically(staged.path() / "model.safetensors.index.json", index.dump(2) + "\n");
  SpecialIds ids;
  if (const auto tokenizer = files.tokenizer()) {
    const auto& v = tokenizer->vocabulary();
    ids = {v.bos.value_or(ids.bos), v.eos.value_or(ids.eos), v.pad.value_or(ids.pad)};
  }
  // The table is the largest of the matrices, and of their dtype.
  write_file_atomically(staged.path() / "config.json",
                        config_text(files.config, dtype_of(moves.front().type), ids));
  write_tokenizer(files, staged.path(), result);
  staged.publish();
}

}  // namespace

Converted convert(const fs::path& from, const fs::path& to, const ConvertOptions& options) {
  const bool is_gguf = to.extension() == ".gguf";
  if (fs::exists(to))
    throw UsageError("convert: " + to.string() + " exists; expected a name that is free");
  if (!is_gguf && options.type && is_quantised(*options.type)) {
    throw UsageError(
        fmt::format("convert: {} in the folder {}; expected f32, f16 or bf16\n"
                    "  hint:  --out {}.gguf takes it",
                    formats::block_traits(*options.type).name, to.string(), to.string()));
  }
  const ModelFiles files = ModelFiles::open(from, options.config, options.tokenizer);
  Converted result;
  if (is_gguf) {
    write_gguf(files, from, to, options, result);
  } else {
    write_folder(files, to, options, result);
  }
  return result;
}

}  // namespace hilo::models::gemma
