#include "hilo/stablehlo/op_versions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>

#include "hilo/core/error.h"
#include "hilo/stablehlo/bytecode_encoder.h"

namespace hilo::stablehlo::bytecode {
namespace {

// name | attributes of the op (? optional, + optional and not in older files) | versions in VHLO,
// each with the release that it came with. "=": those of the version before; "*": those of the op.

constexpr std::string_view kConvolution =
    "window_strides lhs_dilation rhs_dilation window_reversal input_batch_dimension "
    "input_feature_dimension input_spatial_dimensions kernel_input_feature_dimension "
    "kernel_output_feature_dimension kernel_spatial_dimensions output_batch_dimension "
    "output_feature_dimension output_spatial_dimensions feature_group_count batch_group_count "
    "precision_config";

const std::string kDot =
    "lhs_batching_dimensions rhs_batching_dimensions lhs_contracting_dimensions "
    "rhs_contracting_dimensions precision_config";
const std::string kGatherNumbers =
    "offset_dims collapsed_slice_dims start_index_map index_vector_dim indices_are_sorted";
const std::string kScatter =
    "update_window_dims inserted_window_dims scatter_dims_to_operand_dims index_vector_dim "
    "indices_are_sorted unique_indices";
const std::string kGatherBatching = " operand_batching_dims start_indices_batching_dims";
const std::string kAlgorithm =
    " lhs_precision_type rhs_precision_type accumulation_type lhs_component_count "
    "rhs_component_count num_primitive_operations allow_imprecise_accumulation";

std::vector<std::array<std::string, 3>> texts() {
  const std::string conv(kConvolution);
  return {
      // Elementwise and the like: no attributes.
      {"abs add after_all and atan2 bitcast_convert case ceil clamp complex convert "
       "count_leading_zeros create_token divide "
       "dynamic_pad dynamic_reshape dynamic_update_slice floor if imag is_finite maximum minimum "
       "multiply negate not "
       "optimization_barrier or partition_id popcnt power real real_dynamic_slice remainder "
       "replica_id reshape return "
       "round_nearest_afz round_nearest_even select shift_left shift_right_arithmetic "
       "shift_right_logical sign subtract "
       "tuple uniform_dequantize uniform_quantize while xor",
       "", "0.9.0"},
      {"cbrt cosine exponential_minus_one log log_plus_one logistic rsqrt sine sqrt tanh",
       "result_accuracy+", "0.9.0; 1.10.0 *"},
      {"exponential", "result_accuracy+", "0.9.0; 1.9.0 *"},
      {"tan", "result_accuracy+", "1.4.0; 1.10.0 *"},
      {"async_start async_done", "", "1.15.0"},

      {"all_gather", "all_gather_dim replica_groups channel_handle? use_global_device_ids?",
       "0.9.0 all_gather_dim replica_groups channel_id use_global_device_ids; 1.5.0 ="},
      {"all_reduce", "replica_groups channel_handle? use_global_device_ids?",
       "0.9.0 replica_groups channel_id use_global_device_ids; 1.5.0 ="},
      {"all_to_all", "split_dimension concat_dimension split_count replica_groups channel_handle?",
       "0.9.0 split_dimension concat_dimension split_count replica_groups channel_id; 1.5.0 ="},
      {"batch_norm_grad batch_norm_inference batch_norm_training", "epsilon feature_index",
       "0.9.0 *"},
      {"broadcast_in_dim", "broadcast_dimensions", "0.9.0 *"},
      {"broadcast", "broadcast_sizes", "0.9.0 *"},
      {"cholesky", "lower?", "0.9.0 *"},
      {"collective_broadcast", "replica_groups channel_handle? has_dynamic_root+",
       "0.16.0 replica_groups channel_id; 1.20.0 = has_dynamic_root"},
      {"collective_permute", "source_target_pairs channel_handle?",
       "0.9.0 source_target_pairs channel_id"},
      {"collective_reduce",
       "replica_groups channel_handle? use_global_device_ids? has_dynamic_root?",
       "1.19.0 replica_groups channel_id use_global_device_ids has_dynamic_root"},
      {"compare", "comparison_direction compare_type?", "0.9.0 *"},
      {"composite", "name composite_attributes? decomposition version?", "0.19.0 *; 1.14.0 ="},
      {"concatenate", "dimension", "0.9.0 *"},
      {"constant", "value", "0.9.0 *"},
      {"convolution",
       "window_strides? padding? lhs_dilation? rhs_dilation? window_reversal? dimension_numbers "
       "feature_group_count "
       "batch_group_count precision_config?",
       "0.9.0 padding " + conv},
      {"cross-replica-sum", "replica_groups", "0.9.0 *"},
      {"custom_call",
       "call_target_name has_side_effect? backend_config? api_version? called_computations? "
       "operand_layouts? "
       "result_layouts? output_operand_aliases? result_tilings+",
       "0.9.0 call_target_name has_side_effect backend_config api_version called_computations "
       "operand_layouts "
       "result_layouts output_operand_aliases; 1.18.0 = result_tilings"},
      {"dot_general", "dot_dimension_numbers precision_config? algorithm+",
       "0.9.0 " + kDot + "; 1.6.0 =" + kAlgorithm},
      {"dot", "precision_config?", "0.9.0 *"},
      {"dynamic_broadcast_in_dim",
       "broadcast_dimensions known_expanding_dimensions? known_nonexpanding_dimensions?",
       "0.9.0 *"},
      {"dynamic_conv",
       "window_strides? lhs_dilation? rhs_dilation? window_reversal? dimension_numbers "
       "feature_group_count "
       "batch_group_count precision_config?",
       "0.9.0 padding " + conv + "; 0.20.0 " + conv},
      {"dynamic_gather", "dimension_numbers indices_are_sorted?",
       "0.9.0 " + kGatherNumbers + "; 1.1.0 =" + kGatherBatching},
      {"dynamic_iota iota", "iota_dimension", "0.9.0 *"},
      {"dynamic_slice", "slice_sizes", "0.9.0 *"},
      {"einsum unary_einsum", "einsum_config", "0.9.0 *"},
      {"fft", "fft_type fft_length", "0.9.0 *"},
      {"gather", "dimension_numbers slice_sizes indices_are_sorted?",
       "0.9.0 slice_sizes " + kGatherNumbers + "; 1.1.0 =" + kGatherBatching},
      {"get_dimension_size set_dimension_size", "dimension", "0.9.0 *"},
      {"get_tuple_element", "index", "0.9.0 *"},
      {"infeed", "infeed_config? layout?", "0.9.0 *"},
      {"map reduce reverse", "dimensions", "0.9.0 *"},
      {"outfeed", "outfeed_config?", "0.9.0 *"},
      {"pad", "edge_padding_low edge_padding_high interior_padding", "0.9.0 *"},
      {"recv send", "channel_handle is_host_transfer? source_target_pairs+",
       "0.9.0 channel_id channel_type is_host_transfer; 1.12.0 = source_target_pairs"},
      {"reduce_precision", "exponent_bits mantissa_bits", "0.9.0 *"},
      {"reduce_scatter", "scatter_dimension replica_groups channel_handle? use_global_device_ids?",
       "0.9.0 scatter_dimension replica_groups channel_id use_global_device_ids"},
      {"reduce_window",
       "window_dimensions window_strides? base_dilations? window_dilations? padding?", "0.9.0 *"},
      {"rng_bit_generator", "rng_algorithm", "0.9.0 *"},
      {"rng", "rng_distribution", "0.9.0 *"},
      {"scatter", "scatter_dimension_numbers indices_are_sorted? unique_indices?",
       "0.9.0 " + kScatter + "; 1.1.0 = input_batching_dims scatter_indices_batching_dims"},
      {"select_and_scatter", "window_dimensions? window_strides? padding?", "0.9.0 *"},
      {"slice", "start_indices limit_indices strides", "0.9.0 *"},
      {"sort", "dimension? is_stable?", "0.9.0 *"},
      {"torch_index_select", "dim batch_dims", "0.9.0 *"},
      {"trace", "tag", "0.9.0 *"},
      {"transpose", "permutation", "0.9.0 *"},
      {"triangular_solve", "left_side lower unit_diagonal transpose_a", "0.9.0 *"},

      {"builtin.module", "sym_name? sym_visibility?", ""},
      {"func.func", "sym_name function_type sym_visibility? arg_attrs? res_attrs? no_inline+",
       "0.9.0 sym_name function_type sym_visibility arg_attrs res_attrs"},
      {"func.call", "callee arg_attrs+ res_attrs+ no_inline+", "0.9.0 callee"},
      {"func.return", "", ""},

      {"chlo.broadcast_add chlo.broadcast_and chlo.broadcast_atan2 chlo.broadcast_complex "
       "chlo.broadcast_divide "
       "chlo.broadcast_maximum chlo.broadcast_minimum chlo.broadcast_multiply "
       "chlo.broadcast_next_after "
       "chlo.broadcast_or chlo.broadcast_polygamma chlo.broadcast_power chlo.broadcast_remainder "
       "chlo.broadcast_shift_left chlo.broadcast_shift_right_arithmetic "
       "chlo.broadcast_shift_right_logical "
       "chlo.broadcast_subtract chlo.broadcast_xor chlo.broadcast_zeta",
       "broadcast_dimensions?", ""},
      {"chlo.broadcast_compare", "broadcast_dimensions? comparison_direction compare_type?", ""},
      {"chlo.constant chlo.constant_like arith.constant tensor.constant", "value", ""},
      {"chlo.ragged_dot", "ragged_dot_dimension_numbers precision_config?", ""},
      {"chlo.top_k", "k", ""},
      {"mhlo.copy", "cross_program_prefetch_index?", ""},

      {"sdy.mesh", "sym_name mesh", ""},
      {"sdy.sharding_constraint sdy.reshard", "sharding", ""},
      {"sdy.manual_computation", "in_shardings out_shardings manual_axes", ""},
      {"sdy.propagation_barrier", "allowed_direction", ""},
      {"sdy.sharding_group", "group_id", ""},
      {"sdy.named_computation", "name in_shardings? out_shardings?", ""},
  };
}

Version version_from(std::string_view text) {
  Version v;
  int* const parts[] = {&v.major, &v.minor, &v.patch};
  for (int* part : parts) {
    const auto end = std::from_chars(text.data(), text.data() + text.size(), *part).ptr;
    text.remove_prefix(std::min(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
  }
  return v;
}

void add_versions(OpRow& row, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    std::vector<std::string_view> parts = words(text.substr(at, end - at));
    OpVersion version{version_from(parts.at(0)), {}};
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (parts[i] == "=")
        version.attributes = row.versions.back().attributes;
      else if (parts[i] != "*")
        version.attributes.push_back(parts[i]);
      else
        for (const auto& a : row.attributes) version.attributes.push_back(a.name);
    }
    std::ranges::sort(version.attributes);
    row.versions.push_back(std::move(version));
    at = end + 1;
  }
}

// The views in it point into the texts, which live as long.
struct Table {
  std::vector<std::array<std::string, 3>> source = texts();
  std::map<std::string, OpRow, std::less<>> rows{};

  Table() {
    for (const auto& [names, attributes, versions] : source) {
      for (const std::string_view name : words(names)) {
        OpRow row;
        for (std::string_view a : words(attributes)) {
          const char mark = a.back();
          if (mark == '?' || mark == '+') a.remove_suffix(1);
          row.attributes.push_back({a, mark == '?' || mark == '+', mark == '+'});
        }
        std::ranges::sort(row.attributes, {}, &OpRow::Attribute::name);
        add_versions(row, versions);
        const bool has_dialect = name.find('.') != std::string_view::npos;
        const auto at =
            rows.emplace(has_dialect ? std::string(name) : "stablehlo." + std::string(name),
                         std::move(row))
                .first;
        at->second.name = at->first;
      }
    }
  }
};

const Table& table() {
  static const Table the_table;
  return the_table;
}

using Kind = VhloAttribute::Kind;

const std::map<std::string_view, VhloAttribute>& attributes() {
  static const std::map<std::string_view, VhloAttribute> rows = [] {
    std::map<std::string_view, VhloAttribute> r;
    const auto all = [&r](std::string_view names, VhloAttribute how) {
      for (const std::string_view name : words(names)) r[name] = how;
    };
    const auto members = [&r](std::string_view attribute, std::string_view mnemonic, Kind kind,
                              std::string_view names) {
      for (const std::string_view name : words(names)) {
        const std::size_t dot = name.find('.');
        r[name] = {.kind = kind,
                   .name = attribute,
                   .mnemonic = mnemonic,
                   .member = name.substr(dot == std::string_view::npos ? 0 : dot + 1)};
      }
    };
    all("broadcast_dimensions broadcast_sizes dimensions edge_padding_high edge_padding_low "
        "fft_length interior_padding "
        "limit_indices permutation slice_sizes start_indices strides window_dimensions",
        {.kind = Kind::kInts});
    all("base_dilations lhs_dilation rhs_dilation window_dilations window_strides",
        {.kind = Kind::kInts, .absent = "ones"});
    all("known_expanding_dimensions known_nonexpanding_dimensions",
        {.kind = Kind::kInts, .absent = "empty"});
    all("padding", {.absent = "zeros"});
    all("dynamic_conv.padding", {.kind = Kind::kDropped, .absent = "zeros"});
    all("window_reversal", {.kind = Kind::kBools, .absent = "falses"});
    all("has_dynamic_root use_global_device_ids", {.kind = Kind::kUnit, .absent = "false"});
    all("cholesky.lower has_side_effect indices_are_sorted is_host_transfer is_stable "
        "unique_indices",
        {.absent = "false"});
    all("sort.dimension", {.absent = "-1"});
    all("version", {.absent = "0"});
    all("backend_config sym_visibility", {.absent = "\"\""});
    all("infeed_config outfeed_config", {.absent = "=\"\""});
    all("composite_attributes", {.absent = "{}"});
    all("arg_attrs layout res_attrs output_operand_aliases", {.absent = "[]"});
    all("recv.source_target_pairs send.source_target_pairs", {.absent = "empty"});
    all("operand_layouts result_layouts result_tilings", {.kind = Kind::kLayouts, .absent = "[]"});
    all("called_computations", {.kind = Kind::kSymbols, .absent = "[]"});
    all("callee decomposition", {.kind = Kind::kSymbol});
    all("api_version", {.kind = Kind::kApiVersion, .absent = "API_VERSION_ORIGINAL"});
    all("compare_type", {.absent = "NOTYPE"});
    all("precision_config", {.absent = "DEFAULT"});
    all("result_accuracy", {.absent = "accuracy"});
    all("channel_id", {.kind = Kind::kMember,
                       .name = "channel_handle",
                       .mnemonic = "channel_handle",
                       .member = "handle",
                       .absent = "0"});
    for (const std::string_view op : {"recv.channel_id", "send.channel_id"}) {
      r[op] = {.kind = Kind::kMember,
               .name = "channel_handle",
               .mnemonic = "channel_handle",
               .member = "handle"};
    }
    r["channel_type"] = {.kind = Kind::kMember,
                         .name = "channel_handle",
                         .mnemonic = "channel_handle",
                         .member = "type"};
    members("dimension_numbers", "conv", Kind::kMember,
            "input_batch_dimension input_feature_dimension kernel_input_feature_dimension "
            "kernel_output_feature_dimension "
            "output_batch_dimension output_feature_dimension");
    members("dimension_numbers", "conv", Kind::kMemberInts,
            "input_spatial_dimensions kernel_spatial_dimensions output_spatial_dimensions");
    members("dot_dimension_numbers", "dot", Kind::kMemberInts,
            "lhs_batching_dimensions rhs_batching_dimensions lhs_contracting_dimensions "
            "rhs_contracting_dimensions");
    members("algorithm", "dot_algorithm", Kind::kAlgorithm,
            "lhs_precision_type rhs_precision_type accumulation_type lhs_component_count "
            "rhs_component_count "
            "num_primitive_operations allow_imprecise_accumulation");
    members("dimension_numbers", "gather", Kind::kMember, "index_vector_dim");
    members("dimension_numbers", "gather", Kind::kMemberInts,
            "offset_dims collapsed_slice_dims operand_batching_dims start_indices_batching_dims "
            "start_index_map");
    members("scatter_dimension_numbers", "scatter", Kind::kMember, "scatter.index_vector_dim");
    members(
        "scatter_dimension_numbers", "scatter", Kind::kMemberInts,
        "update_window_dims inserted_window_dims input_batching_dims scatter_indices_batching_dims "
        "scatter_dims_to_operand_dims");
    return r;
  }();
  return rows;
}

}  // namespace

const OpRow* find_op(std::string_view name) {
  const auto found = table().rows.find(name);
  return found == table().rows.end() ? nullptr : &found->second;
}

VhloOp find_vhlo_op(std::string_view name) {
  const std::size_t mark = name.rfind("_v");
  if (!name.starts_with("vhlo.") || mark == std::string_view::npos) return {};
  const std::string_view base = name.substr(5, mark - 5);
  const OpRow* row =
      find_op((base == "func" || base == "call" ? "func." : "stablehlo.") + std::string(base));
  std::size_t number = 0;
  const auto [end, error] =
      std::from_chars(name.data() + mark + 2, name.data() + name.size(), number);
  if (row == nullptr || error != std::errc{} || end != name.data() + name.size()) return {};
  if (number == 0 || number > row->versions.size()) return {};
  return {row, &row->versions[number - 1]};
}

std::string vhlo_name(const OpRow& row, const OpVersion& version) {
  return "vhlo." + std::string(row.name.substr(row.name.find('.') + 1)) + "_v" +
         std::to_string(&version - row.versions.data() + 1);
}

VhloAttribute vhlo_attribute(std::string_view op, std::string_view name) {
  const std::string own = std::string(op.substr(op.find('.') + 1)) + "." + std::string(name);
  auto found = attributes().find(own);
  if (found == attributes().end()) found = attributes().find(name);
  VhloAttribute result = found == attributes().end() ? VhloAttribute{} : found->second;
  if (result.name.empty()) result.name = name;
  return result;
}

Version version_from(std::string_view text) {
  constexpr Version kFirst{0, 9, 0}, kLast{1, 22, 0};
  Version v;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int* part : {&v.major, &v.minor, &v.patch}) {
    const auto [next, error] = std::from_chars(at, end, *part);
    const bool is_last = part == &v.patch;
    if (error != std::errc{} || (is_last ? next != end : next == end || *next != '.')) {
      throw Error("\"" + std::string(text) +
                  "\" is no version of StableHLO; expected one like 1.0.0");
    }
    at = next + (is_last ? 0 : 1);
  }
  if (v < kFirst || v > kLast) {
    throw Error("StableHLO " + std::string(text) +
                " has no portable artifacts that are known; expected " + to_string(kFirst) +
                " to " + to_string(kLast));
  }
  return v;
}

}  // namespace hilo::stablehlo::bytecode
