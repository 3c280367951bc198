#include "hilo/stablehlo/bytecode_codes.h"

namespace hilo::stablehlo::bytecode {
namespace {

constexpr std::string_view kDirections = "EQ NE GE GT LE LT";
constexpr std::string_view kCompareTypes = "NOTYPE FLOAT TOTALORDER SIGNED UNSIGNED WEAKORDER";
constexpr std::string_view kFftTypes = "FFT IFFT RFFT IRFFT";
constexpr std::string_view kPrecisions = "DEFAULT HIGH HIGHEST";
constexpr std::string_view kRngAlgorithms = "DEFAULT THREE_FRY PHILOX";
constexpr std::string_view kRngDistributions = "- UNIFORM NORMAL";
constexpr std::string_view kTransposes = "TRANSPOSE_INVALID NO_TRANSPOSE TRANSPOSE ADJOINT";
constexpr std::string_view kAccuracyModes = "DEFAULT HIGHEST TOLERANCE";
constexpr std::string_view kApiVersions =
    "API_VERSION_UNSPECIFIED API_VERSION_ORIGINAL API_VERSION_STATUS_RETURNING "
    "API_VERSION_STATUS_RETURNING_UNIFIED API_VERSION_TYPED_FFI";
constexpr std::string_view kAlias = "output_tuple_indices operand_index operand_tuple_indices";
constexpr std::string_view kGather =
    "offset_dims collapsed_slice_dims operand_batching_dims start_indices_batching_dims "
    "start_index_map index_vector_dim";
constexpr std::string_view kScatter =
    "update_window_dims inserted_window_dims input_batching_dims scatter_indices_batching_dims "
    "scatter_dims_to_operand_dims index_vector_dim";

}  // namespace

const std::vector<Code>& attribute_codes() {
  static const std::vector<Code> codes = {
      {"builtin", 0, Form::kList, "A"},
      {"builtin", 1, Form::kDictionary, "P"},
      {"builtin", 2, Form::kString, "S"},
      {"builtin", 3, Form::kString, "St"},
      {"builtin", 4, Form::kSymbol, "a"},
      {"builtin", 5, Form::kSymbol, "aA"},
      {"builtin", 6, Form::kTypeOf, "t"},
      {"builtin", 7, Form::kUnit, ""},
      {"builtin", 8, Form::kInteger, "tN"},
      {"builtin", 9, Form::kFloat, "tN"},
      {"builtin", 10, Form::kLocation, "aa", "callsite"},
      {"builtin", 11, Form::kLocation, "avv", "file"},
      {"builtin", 12, Form::kLocation, "A", "fused"},
      {"builtin", 13, Form::kLocation, "Aa", "fused"},
      {"builtin", 14, Form::kLocation, "aa", "name"},
      {"builtin", 15, Form::kLocation, "", "unknown"},
      {"builtin", 16, Form::kResource, "tR"},
      {"builtin", 17, Form::kArray, "tvB"},
      {"builtin", 18, Form::kTensor, "tB"},
      {"builtin", 19, Form::kUnsupported, "", "dense strings"},
      {"builtin", 20, Form::kUnsupported, "", "a sparse constant"},
      {"builtin", 21, Form::kUnsupported, "", "a distinct attribute"},
      {"builtin", 22, Form::kLocation, "aV", "file"},

      {"stablehlo", 1, Form::kStruct, "ss", "channel_handle", "handle type"},
      {"stablehlo", 2, Form::kEnum, "v", "comparison_direction", kDirections},
      {"stablehlo", 3, Form::kEnum, "v", "comparison_type", kCompareTypes},
      {"stablehlo", 4, Form::kStruct, "ssIssIssI", "conv",
       "input_batch_dimension input_feature_dimension input_spatial_dimensions "
       "kernel_input_feature_dimension kernel_output_feature_dimension kernel_spatial_dimensions "
       "output_batch_dimension output_feature_dimension output_spatial_dimensions"},
      {"stablehlo", 5, Form::kStruct, "IIII", "dot",
       "lhs_batching_dimensions rhs_batching_dimensions lhs_contracting_dimensions "
       "rhs_contracting_dimensions"},
      {"stablehlo", 6, Form::kEnum, "v", "fft_type", kFftTypes},
      {"stablehlo", 7, Form::kStruct, "IIIIIs", "gather", kGather},
      // Before batching axes came in 1.1.0.
      {"stablehlo", 7, Form::kStruct, "IIIs", "gather",
       "offset_dims collapsed_slice_dims start_index_map index_vector_dim"},
      {"stablehlo", 8, Form::kEnum, "v", "precision", kPrecisions},
      {"stablehlo", 9, Form::kEnum, "v", "rng_algorithm", kRngAlgorithms},
      {"stablehlo", 10, Form::kEnum, "v", "rng_distribution", kRngDistributions},
      {"stablehlo", 11, Form::kStruct, "IIIIIs", "scatter", kScatter},
      {"stablehlo", 11, Form::kStruct, "IIIs", "scatter",
       "update_window_dims inserted_window_dims scatter_dims_to_operand_dims index_vector_dim"},
      {"stablehlo", 12, Form::kEnum, "v", "transpose", kTransposes},
      {"stablehlo", 13, Form::kStruct, "I", "type_extensions", "bounds"},
      {"stablehlo", 14, Form::kStruct, "IsI", "output_operand_alias", kAlias},
      {"stablehlo", 15, Form::kStruct, "tttsssb", "dot_algorithm",
       "lhs_precision_type rhs_precision_type accumulation_type lhs_component_count "
       "rhs_component_count num_primitive_operations allow_imprecise_accumulation"},
      {"stablehlo", 16, Form::kEnum, "v", "result_accuracy_mode", kAccuracyModes},
      {"stablehlo", 17, Form::kStruct, "DDsa", "result_accuracy", "atol rtol ulps mode"},
      {"stablehlo", 18, Form::kStruct, "aA", "replica_group_mesh_axes", "mesh axes"},
      {"stablehlo", 19, Form::kStruct, "ss", "sub_axis_info", "pre_size size"},
      {"stablehlo", 20, Form::kStruct, "So", "axis_ref", "name sub_axis_info"},

      {"chlo", 0, Form::kEnum, "v", "chlo.comparison_direction", kDirections},
      {"chlo", 1, Form::kEnum, "v", "chlo.comparison_type", kCompareTypes},

      {"sdy", 0, Form::kStruct, "A", "sdy.manual_axes", "value"},
      {"sdy", 1, Form::kStruct, "Ss", "sdy.mesh_axis", "name size"},
      {"sdy", 2, Form::kMesh, "AI"},
      {"sdy", 3, Form::kStruct, "ss", "sdy.sub_axis_info", "pre_size size"},
      {"sdy", 4, Form::kStruct, "S?", "sdy.axis_ref", "name sub_axis_info"},
      {"sdy", 5, Form::kStruct, "Abp", "sdy.dim_sharding", "axes is_closed priority"},
      {"sdy", 6, Form::kSharding, "aAA"},
      {"sdy", 7, Form::kShardings, "A"},
      {"sdy", 8, Form::kStruct, "I", "sdy.dim_mapping", "factor_indices"},
      {"sdy", 9, Form::kStruct, "A", "sdy.tensor_mapping", "dim_mappings"},
      {"sdy", 10, Form::kStruct, "IAAIIIIb", "sdy.op_sharding_rule",
       "factor_sizes operand_mappings result_mappings reduction_factors need_replication_factors "
       "permutation_factors blocked_propagation_factors is_custom_rule"},
      {"sdy", 11, Form::kUnsupported, "", "axes of a collective of sdy"},
      {"sdy", 12, Form::kUnsupported, "", "axes of a collective of sdy"},
      {"sdy", 13, Form::kUnsupported, "", "axes of a collective of sdy"},
      {"sdy", 14, Form::kUnsupported, "", "axes of a collective of sdy"},
      {"sdy", 15, Form::kSharding, "aAAA"},
      {"sdy", 16, Form::kShardings, "A"},
      {"sdy", 17, Form::kUnsupported, "", "a sharding that is reduced by another op than a sum"},

      {"vhlo", 1, Form::kList, "A"},
      {"vhlo", 2, Form::kBool, "v"},
      {"vhlo", 3, Form::kEnum, "v", "comparison_direction", kDirections},
      {"vhlo", 4, Form::kEnum, "v", "comparison_type", kCompareTypes},
      {"vhlo", 5, Form::kEnum, "v", "custom_call_api_version", kApiVersions},
      {"vhlo", 6, Form::kDictionary, "P"},
      {"vhlo", 7, Form::kEnum, "v", "fft_type", kFftTypes},
      {"vhlo", 8, Form::kFloat, "tN"},
      {"vhlo", 9, Form::kInteger, "tN"},
      {"vhlo", 10, Form::kStruct, "IsI", "output_operand_alias", kAlias},
      {"vhlo", 11, Form::kEnum, "v", "precision", kPrecisions},
      {"vhlo", 12, Form::kEnum, "v", "rng_algorithm", kRngAlgorithms},
      {"vhlo", 13, Form::kEnum, "v", "rng_distribution", kRngDistributions},
      {"vhlo", 14, Form::kString, "S"},
      {"vhlo", 15, Form::kTensor, "tB"},
      {"vhlo", 16, Form::kEnum, "v", "transpose", kTransposes},
      {"vhlo", 17, Form::kTypeOf, "t"},
      {"vhlo", 18, Form::kStruct, "I", "type_extensions", "bounds"},
      {"vhlo", 19, Form::kEnum, "v", "result_accuracy_mode", kAccuracyModes, {1, 9, 0}},
      {"vhlo", 20, Form::kStruct, "DDsa", "result_accuracy", "atol rtol ulps mode", {1, 9, 0}},
      {"vhlo", 21, Form::kStruct, "ss", "sub_axis_info", "pre_size size", {1, 16, 0}},
      {"vhlo", 22, Form::kStruct, "af", "axis_ref", "name sub_axis_info", {1, 16, 0}},
      {"vhlo", 23, Form::kStruct, "aa", "replica_group_mesh_axes", "mesh axes", {1, 16, 0}},
  };
  return codes;
}

const std::vector<Code>& type_codes() {
  constexpr Version kFirst{};
  constexpr auto element = [](std::string_view dialect, int code, DType dtype, Version since) {
    return Code{dialect, code, Form::kElement, "", "", "", since, dtype};
  };
  static const std::vector<Code> codes = {
      {"builtin", 0, Form::kSized, "v"},
      {"builtin", 1, Form::kElement, "", "index", "", kFirst, kI64},
      {"builtin", 2, Form::kFunction, "TT"},
      element("builtin", 3, kBF16, kFirst),
      element("builtin", 4, kF16, kFirst),
      element("builtin", 5, kF32, kFirst),
      element("builtin", 6, kF64, kFirst),
      {"builtin", 7, Form::kUnsupported, "", "f80"},
      {"builtin", 8, Form::kUnsupported, "", "f128"},
      {"builtin", 9, Form::kComplex, "t"},
      {"builtin", 10, Form::kUnsupported, "", "memref"},
      {"builtin", 11, Form::kUnsupported, "", "memref"},
      {"builtin", 12, Form::kNone, ""},
      {"builtin", 13, Form::kRanked, "It"},
      {"builtin", 14, Form::kRanked, "aIt"},
      {"builtin", 15, Form::kTuple, "T"},
      {"builtin", 16, Form::kUnsupported, "", "an unranked memref"},
      {"builtin", 17, Form::kUnsupported, "", "an unranked memref"},
      {"builtin", 18, Form::kUnsupported, "", "a tensor without a rank"},
      {"builtin", 19, Form::kUnsupported, "", "vector"},
      {"builtin", 20, Form::kUnsupported, "", "vector"},
      {"builtin", 21, Form::kWord, "", "tf32"},
      element("builtin", 22, DType::kF8E5M2, kFirst),
      element("builtin", 23, DType::kF8E4M3, kFirst),
      element("builtin", 24, DType::kF8E4M3FN, kFirst),
      element("builtin", 25, DType::kF8E5M2FNUZ, kFirst),
      element("builtin", 26, DType::kF8E4M3FNUZ, kFirst),
      element("builtin", 27, DType::kF8E4M3B11FNUZ, kFirst),
      element("builtin", 28, DType::kF8E3M4, kFirst),
      element("builtin", 29, DType::kF4E2M1FN, kFirst),
      element("builtin", 30, DType::kF6E2M3FN, kFirst),
      element("builtin", 31, DType::kF6E3M2FN, kFirst),
      element("builtin", 32, DType::kF8E8M0FNU, kFirst),

      {"quant", 1, Form::kUnsupported, "", "any quantized type"},
      {"quant", 2, Form::kUnsupported, "", "any quantized type"},
      {"quant", 3, Form::kUnsupported, "", "a calibrated quantized type"},
      {"quant", 4, Form::kQuantized, "vttDsss"},
      {"quant", 5, Form::kQuantized, "vttvssEI"},
      {"quant", 6, Form::kUnsupported, "", "a sub-channel quantized type"},

      element("stablehlo", 0, DType::kToken, kFirst),
      {"stablehlo", 1, Form::kUnsupported, "", "a future"},

      element("vhlo", 0, kI1, kFirst),
      {"vhlo", 1, Form::kComplex, "t"},
      element("vhlo", 2, kBF16, kFirst),
      element("vhlo", 3, kF16, kFirst),
      element("vhlo", 4, kF32, kFirst),
      element("vhlo", 5, kF64, kFirst),
      element("vhlo", 6, DType::kF8E4M3FN, kFirst),
      element("vhlo", 7, DType::kF8E5M2, kFirst),
      {"vhlo", 8, Form::kFunction, "TT"},
      element("vhlo", 10, DType::kI4, kFirst),
      element("vhlo", 11, kI8, kFirst),
      element("vhlo", 12, kI16, kFirst),
      element("vhlo", 13, kI32, kFirst),
      element("vhlo", 14, kI64, kFirst),
      {"vhlo", 9, Form::kElement, "", "index", "", kFirst, kI64},
      element("vhlo", 15, DType::kU4, kFirst),
      element("vhlo", 16, kU8, kFirst),
      element("vhlo", 17, kU16, kFirst),
      element("vhlo", 18, kU32, kFirst),
      element("vhlo", 19, kU64, kFirst),
      {"vhlo", 20, Form::kRanked, "It"},
      {"vhlo", 21, Form::kRanked, "aIt"},
      element("vhlo", 22, DType::kToken, kFirst),
      {"vhlo", 23, Form::kTuple, "T"},
      {"vhlo", 24, Form::kQuantized, "vttDsss"},
      {"vhlo", 25, Form::kUnsupported, "", "a tensor without a rank"},
      {"vhlo", 26, Form::kUnsupported, "", "a witness"},
      element("vhlo", 27, DType::kF8E4M3FNUZ, {0, 10, 0}),
      element("vhlo", 28, DType::kF8E5M2FNUZ, {0, 10, 0}),
      element("vhlo", 29, DType::kF8E4M3B11FNUZ, {0, 11, 0}),
      {"vhlo", 30, Form::kQuantized, "vttvssEI", "", "", {0, 18, 0}},
      element("vhlo", 31, DType::kI2, {1, 2, 0}),
      element("vhlo", 32, DType::kU2, {1, 2, 0}),
      {"vhlo", 33, Form::kNone, "", "", "", {1, 6, 0}},
      {"vhlo", 34, Form::kWord, "", "tf32", "", {1, 6, 0}},
      element("vhlo", 35, DType::kF8E4M3, {1, 7, 0}),
      element("vhlo", 36, DType::kF8E3M4, {1, 7, 0}),
      element("vhlo", 37, DType::kF4E2M1FN, {1, 8, 0}),
      element("vhlo", 38, DType::kF6E2M3FN, {1, 8, 0}),
      element("vhlo", 39, DType::kF6E3M2FN, {1, 8, 0}),
      element("vhlo", 40, DType::kF8E8M0FNU, {1, 8, 0}),
      {"vhlo", 41, Form::kUnsupported, "", "a buffer"},
      {"vhlo", 42, Form::kUnsupported, "", "a future"},
  };
  return codes;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find(' ', at);
    if (end != at) result.push_back(text.substr(at, end - at));
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return result;
}

}  // namespace hilo::stablehlo::bytecode
