#include "hilo/hilo.h"  // first and alone: it brings what it needs

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace hilo {
namespace {

Value classify(nn::Scope scope, Value images) {  // u8[B,32,32,3] -> f32[B,10]
  Value x = nn::expect_shape(images, kU8, {"B", 32, 32, 3}).as(kF32) / 255.0;
  x = nn::dropout(scope / "drop1",
                  max_pool(relu(nn::conv2d(scope / "conv1", x, {.filters = 32, .kernel = 3})), 2),
                  0.3);
  x = nn::dropout(scope / "drop2",
                  max_pool(relu(nn::conv2d(scope / "conv2", x, {.filters = 64, .kernel = 3})), 2),
                  0.5);
  x = nn::dropout(scope / "drop3", relu(nn::dense(scope / "hidden", flatten(x), 128)), 0.5);
  return nn::dense(scope / "logits", x, 10);
}

// x: bf16[B,T,D] -> bf16[B,T,D].  B batch, T tokens, D model width, F hidden width.
Value gated_mlp(nn::Scope scope, Value x, Dim hidden) {
  const Value gate =
      gelu_tanh(nn::dense(scope / "gate_proj", x, hidden, {.bias = false}));     // [B,T,F]
  const Value up = nn::dense(scope / "up_proj", x, hidden, {.bias = false});     // [B,T,F]
  return nn::dense(scope / "down_proj", gate * up, x.dim(-1), {.bias = false});  // [B,T,D]
}

TEST(Umbrella, ModelsReadAsTheGuideSays) {
  nn::Store store;
  const Function classifier = nn::declare(store, classify, {kU8, {64, 32, 32, 3}});
  EXPECT_EQ(classifier.results()[0].shape(), (Shape{kF32, {64, 10}}));
  EXPECT_EQ(store.element_count(), 545'098);

  nn::Store gemma;
  const Function mlp =
      nn::declare(gemma, [](nn::Scope scope, Value x) { return gated_mlp(scope / "mlp", x, 32); },
                  {kBF16, {2, 5, 8}});
  EXPECT_EQ(mlp.results()[0].shape(), (Shape{kBF16, {2, 5, 8}}));
  EXPECT_THAT(
      nn::model_paths(gemma),
      testing::ElementsAre("mlp/down_proj/kernel", "mlp/gate_proj/kernel", "mlp/up_proj/kernel"));
}

// Headers for the sources of their own room. A header is in the umbrella, or here, or says so
// itself.
const std::set<std::string> kInternal = {
    "hilo/autodiff/sweep.h",
    "hilo/core/crc32c.h",
    "hilo/core/narrow.h",
    "hilo/kernels/block_products.h",
    "hilo/kernels/block_rows.h",
    "hilo/kernels/cuda_kernel.h",
    "hilo/kernels/decoder_layer_cuda.h",
    "hilo/kernels/kernels.h",
    "hilo/kernels/matrices.h",
    "hilo/kernels/parallel.h",
    "hilo/kernels/solvers.h",
    "hilo/ops/collective_groups.h",
    "hilo/ops/dynamic_rules.h",
    "hilo/ops/elementwise_rules.h",
    "hilo/ops/factor_rules.h",
    "hilo/ops/formula.h",
    "hilo/ops/jacobi.h",
    "hilo/ops/known_integers.h",
    "hilo/ops/loop_rules.h",
    "hilo/ops/math_formulas.h",
    "hilo/ops/reflections.h",
    "hilo/ops/value_lists.h",
    "hilo/core/text.h",
    "hilo/data/class_folders.h",
    "hilo/data/codec.h",
    "hilo/data/parallel_for.h",
    "hilo/data/picture_source.h",
    "hilo/exec/dispatch.h",
    "hilo/exec/latch.h",
    "hilo/exec/tensor_state.h",
    "hilo/formats/byte_reader.h",
    "hilo/formats/byte_stream.h",
    "hilo/formats/chunk_store.h",
    "hilo/formats/idx.h",
    "hilo/formats/json_document.h",
    "hilo/formats/mapped_array.h",
    "hilo/formats/npy_header.h",
    "hilo/formats/ocdbt_node.h",
    "hilo/formats/safetensors_header.h",
    "hilo/formats/tar.h",
    "hilo/formats/zarr.h",
    "hilo/formats/zip.h",
    "hilo/models/image_recipe.h",
    "hilo/nn/block_formulas.h",
    "hilo/nn/layer_checks.h",
    "hilo/ops/convolution_rules.h",
    "hilo/ops/einsum_equation.h",
    "hilo/ops/indexed_windows.h",
    "hilo/ops/random_rules.h",
    "hilo/ops/rules.h",
    "hilo/ops/window_taps.h",
    "hilo/pjrt/c_api.h",
    "hilo/pjrt/elf_check.h",
    "hilo/pjrt/embedded_plugin.h",
    "hilo/pjrt/executable_state.h",
    "hilo/pjrt/ffi_trampolines.h",
    "hilo/pjrt/key_value_callbacks.h",
    "hilo/pjrt/places.h",
    "hilo/pjrt/plugin_checks.h",
    "hilo/pjrt/plugin_file.h",
    "hilo/pjrt/proto_reader.h",
    "hilo/stablehlo/attribute_text.h",
    "hilo/stablehlo/byte_stream.h",
    "hilo/stablehlo/bytecode_codec.h",
    "hilo/stablehlo/bytecode_codes.h",
    "hilo/stablehlo/bytecode_encoder.h",
    "hilo/stablehlo/bytecode_sharding.h",
    "hilo/stablehlo/bytecode_tables.h",
    "hilo/stablehlo/ir_text.h",
    "hilo/stablehlo/jax_export.h",
    "hilo/stablehlo/mesh_table.h",
    "hilo/stablehlo/normal.h",
    "hilo/stablehlo/op_versions.h",
    "hilo/stablehlo/release_forms.h",
    "hilo/stablehlo/type_text.h",
    "hilo/stablehlo/sharding_strings.h",
    "hilo/stablehlo/text_alias.h",
    "hilo/stablehlo/text_attributes.h",
    "hilo/stablehlo/text_formats.h",
    "hilo/stablehlo/text_lexer.h",
    "hilo/stablehlo/text_number.h",
    "hilo/stablehlo/text_program.h",
    "hilo/stablehlo/vhlo_attributes.h",
    "hilo/tokenizers/byte_pieces.h",
    "hilo/tokenizers/encoder.h",
    "hilo/tokenizers/json_file.h",
    "hilo/tokenizers/merge.h",
    "hilo/tokenizers/normalizer.h",
    "hilo/tokenizers/tokenizer_state.h",
    "hilo/tokenizers/utf8.h",
    "hilo/tokenizers/wire_reader.h",
    "hilo/train/bar.h",
    "hilo/train/tally.h",
    "hilo/train/tracer.h",
    "hilo/custom_call.h",  // opt-in: it needs the headers of XLA's FFI
    "hilo/custom_call_library.h",  // the same
};

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(Umbrella, HoldsEveryPublicHeader) {
  const std::filesystem::path root = HILO_SOURCE_DIR;
  const std::string umbrella = text_of(root / "hilo" / "hilo.h");
  std::set<std::string> internal_seen;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "hilo")) {
    const std::string path = entry.path().lexically_relative(root).generic_string();
    if (entry.path().extension() != ".h" || path == "hilo/hilo.h") continue;
    if (kInternal.contains(path)) internal_seen.insert(path);
    const bool is_internal =
        kInternal.contains(path) ||
        text_of(entry.path()).find("for the sources of this room") != std::string::npos;
    const bool is_included = umbrella.find("#include \"" + path + "\"\n") != std::string::npos;
    EXPECT_NE(is_included, is_internal)
        << path << " belongs in hilo/hilo.h or in the list of internal headers";
  }
  EXPECT_EQ(internal_seen, kInternal) << "the list names headers that are gone";
}

}  // namespace
}  // namespace hilo
