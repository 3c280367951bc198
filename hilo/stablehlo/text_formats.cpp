#include "hilo/stablehlo/text_formats.h"

#include <string>
#include <unordered_map>
#include <vector>

#include "hilo/core/error.h"

namespace hilo::stablehlo::ir {
namespace {

// A format and the ops that have it.
struct Family {
  std::string_view dialect, ops, format;
};

// Source: the assembly formats of StableHLO's, CHLO's, Shardy's and MLIR's op definitions.
constexpr Family kFamilies[] = {
    {"stablehlo",
     "abs cbrt ceil convert cosine count_leading_zeros exponential exponential_minus_one floor "
     "imag is_finite log "
     "log_plus_one logistic negate not popcnt real round_nearest_afz round_nearest_even rsqrt sign "
     "sine sqrt tan tanh "
     "uniform_dequantize uniform_quantize",
     "% {} :same"},
    {"stablehlo",
     "add and atan2 divide maximum minimum multiply or power remainder shift_left "
     "shift_right_arithmetic "
     "shift_right_logical subtract xor",
     "% , % {} :same"},
    {"stablehlo", "clamp", "% , % , % {} :same"},
    {"stablehlo", "after_all", "%* {} :same"},
    {"stablehlo", "select", "% , % , % {} :select"},
    {"stablehlo", "complex", "% , % {} :complex"},
    {"stablehlo", "reverse", "% , dims = $dimensions:list {} :same"},
    {"stablehlo", "reduce_precision", "% , format = $:exponent_mantissa {} :same"},
    {"stablehlo", "cholesky", "% ?[ , lower = $lower:bool ?] {} :same"},
    {"stablehlo", "iota", "dim = $iota_dimension:int {} :result"},
    {"stablehlo", "create_token partition_id replica_id", "{} :result"},
    {"stablehlo", "constant", "{} $value:constant"},
    {"stablehlo", "bitcast_convert reshape", "% {} :function"},
    {"stablehlo", "compute_reshape_shape cstr_reshapable dynamic_reshape", "% , % {} :function"},
    {"stablehlo", "dynamic_pad dynamic_update_slice real_dynamic_slice", "%* {} :function"},
    {"stablehlo", "broadcast", "% , sizes = $broadcast_sizes:list {} :function"},
    {"stablehlo", "broadcast_in_dim", "% , dims = $broadcast_dimensions:list {} :function"},
    {"stablehlo", "dynamic_broadcast_in_dim",
     "% , % , dims = $broadcast_dimensions:list {} :function"},
    {"stablehlo", "dynamic_iota", "% , dim = $iota_dimension:int {} :function"},
    {"stablehlo", "concatenate", "%* , dim = $dimension:int {} :function"},
    {"stablehlo", "compare",
     "$comparison_direction:enum.comparison_direction , % , % ?[ , "
     "$compare_type:enum.comparison_type ?] {} :function"},
    {"stablehlo", "custom_call", "$call_target_name:symbol_text ( %* ) {} :function"},
    {"stablehlo", "composite", "$name:string %* {} :function"},
    {"stablehlo", "dot", "% , % ?[ , precision = $precision_config:precisions ?] {} :function"},
    {"stablehlo", "dot_general",
     "% , % $:dot_numbers ?[ , precision = $precision_config:precisions ?] "
     "?[ , algorithm = $algorithm:struct.dot_algorithm ?] {} :function"},
    {"stablehlo", "convolution dynamic_conv",
     "( %* ) dim_numbers = $dimension_numbers:convolution_numbers , window = $:window {} "
     ":function"},
    {"stablehlo", "dynamic_slice", "%* , sizes = $slice_sizes:list {} :function"},
    {"stablehlo", "einsum", "% , % , config = $einsum_config:string {} :function"},
    {"stablehlo", "unary_einsum", "% , config = $einsum_config:string {} :function"},
    {"stablehlo", "fft",
     "% , type = $fft_type:enum.fft_type , length = $fft_length:list {} :function"},
    {"stablehlo", "get_dimension_size", "% , dim = $dimension:int {} :function"},
    {"stablehlo", "set_dimension_size", "% , % , dim = $dimension:int {} :function"},
    {"stablehlo", "get_tuple_element", "% [ $index:int32 ] {} :function"},
    {"stablehlo", "tuple", "%* {} :tuple"},
    {"stablehlo", "optimization_barrier", "{} $:operands_or_none :pairwise"},
    {"stablehlo", "pad",
     "% , % , low = $edge_padding_low:list , high = $edge_padding_high:list , interior = "
     "$interior_padding:list {} "
     ":function"},
    {"stablehlo", "slice", "% $:slice {} :function"},
    {"stablehlo", "transpose", "% , dims = $permutation:list {} :function"},
    {"stablehlo", "trace", "% , $tag:string {} :operands"},
    {"stablehlo", "rng",
     "% , % , % , distribution = $rng_distribution:enum.rng_distribution {} :function"},
    {"stablehlo", "rng_bit_generator",
     "% , algorithm = $rng_algorithm:enum.rng_algorithm {} :function"},
    {"stablehlo", "return", "{} %* {} :returned"},

    {"chlo",
     "_asin_acos_kernel acos acosh asin asinh atan atanh bessel_i1e conj cosh digamma erf erf_inv "
     "erfc is_inf is_neg_inf "
     "is_pos_inf lgamma sinh square tan",
     "% {} :function"},
    {"chlo", "mulhi next_after polygamma zeta", "% , % {} :function"},
    {"chlo",
     "broadcast_add broadcast_and broadcast_atan2 broadcast_compare broadcast_complex "
     "broadcast_divide broadcast_maximum broadcast_minimum "
     "broadcast_multiply broadcast_next_after broadcast_or broadcast_polygamma broadcast_power "
     "broadcast_remainder "
     "broadcast_shift_left broadcast_shift_right_arithmetic broadcast_shift_right_logical "
     "broadcast_subtract "
     "broadcast_xor broadcast_zeta dynamic_reshape",
     "% , % {} :function"},
    {"chlo", "broadcast_select", "% , % , % {} :function"},
    {"mhlo", "copy erf", "% {} :same"},
    {"chlo", "minimum_broadcast_shapes", "%* {} :function"},
    {"chlo", "constant", "{} $value:constant"},
    {"chlo", "top_k", "( % , k = $k:int ) {} :function"},

    {"check", "expect_eq eq almost_eq", "% , % {} :operands"},
    {"check", "expect_almost_eq", "% , % ?[ , tolerance = $tolerance:real ?] {} :operands"},
    {"check", "expect_close",
     "% , % ?[ , max_ulp_difference = $max_ulp_difference:int ?] ?[ , min_ulp_difference = "
     "$min_ulp_difference:int ?] {} "
     ":operands"},
    {"check", "expect_eq_const eq_const", "% , $value:attribute {}"},
    {"check", "expect_almost_eq_const almost_eq_const",
     "% , $value:attribute ?[ , tolerance = $tolerance:real ?] {}"},
    {"check", "expect_close_const",
     "% , $value:attribute ?[ , max_ulp_difference = $max_ulp_difference:int ?] ?[ , "
     "min_ulp_difference = $min_ulp_difference:int ?] {}"},
    {"check", "expect_serialized_eq",
     "% , probe_id = $probe_id:string ?[ , iter = $iter:int ?] {} :operands"},
    {"interpreter", "print", "% {} :same"},
    {"interpreter", "probe", "% , probe_id = $probe_id:string {} :same"},

    {"func", "call", "$callee:symbol ( %* ) {} :function"},
    {"func", "return", "{} %* {} :returned"},

    {"sdy", "mesh", "$sym_name:symbol_text = $mesh:mesh {}"},
    {"sdy", "sharding_constraint reshard", "% $sharding:sharding {} :same"},
    {"sdy", "return", "{} %* {} :returned"},
    {"sdy", "sharding_group", "% group_id = $group_id:int {} :operands"},
    {"sdy", "constant", "{} $value:constant"},
    {"sdy", "data_flow_edge", "% ?[ sharding = $sharding:sharding ?] {} :same"},
    {"sdy", "func_data_flow_edge", "% {} :same"},
    {"sdy", "propagation_barrier", "% allowed_direction = $allowed_direction:direction {} :same"},
    {"sdy", "all_gather",
     "$gathering_axes:axes.list_of_axis_ref_lists % out_sharding = $out_sharding:sharding {} "
     ":same"},
    {"sdy", "all_slice",
     "$slicing_axes:axes.list_of_axis_ref_lists % out_sharding = $out_sharding:sharding {} :same"},
    {"sdy", "reduce_scatter",
     "$reduce_scatter_axes:axes.list_of_axis_ref_lists % out_sharding = $out_sharding:sharding {} "
     ":same"},
    {"sdy", "sharded_to_unreduced",
     "$axes:axes.list_of_axis_ref_lists % out_sharding = $out_sharding:sharding {} :same"},
    {"sdy", "all_reduce",
     "$reduction_axes:axes.axis_ref_list % out_sharding = $out_sharding:sharding {} :same"},
    {"sdy", "replicated_to_unreduced",
     "$axes:axes.axis_ref_list % out_sharding = $out_sharding:sharding {} :same"},
    {"sdy", "all_to_all",
     "$params:axes.all_to_all_param_list % out_sharding = $out_sharding:sharding {} :same"},
    {"sdy", "collective_permute", "% out_sharding = $out_sharding:sharding {} :same"},

    {"arith",
     "addi subi muli divsi divui ceildivsi ceildivui floordivsi remsi remui andi ori xori shli "
     "shrsi shrui maxsi maxui "
     "minsi minui addf subf mulf divf remf maximumf minimumf maxnumf minnumf",
     "% , % $:flags {} :same"},
    {"arith", "negf", "% $:flags {} :same"},
    {"arith", "cmpi", "$predicate:cmpi , % , % {} :compare"},
    {"arith", "cmpf", "$predicate:cmpf , % , % {} :compare"},
    {"arith", "select", "% , % , % {} :select"},
    {"arith",
     "index_cast index_castui extsi extui extf trunci truncf sitofp uitofp fptosi fptoui bitcast",
     "% {} :function"},
    {"arith", "constant", "{} $value:constant"},

    {"shape",
     "shape_of num_elements to_extent_tensor rank get_extent dim concat broadcast split_at",
     "%* {} :function"},
    {"shape", "const_shape", "$shape:shape {} :result"},
    {"shape", "const_size", "$value:size"},
    {"shape", "const_witness", "$passing:witness"},
    {"shape", "cstr_broadcastable cstr_eq assuming_all", "%* {} :witness"},
    {"shape", "is_broadcastable", "%* {} :truth"},
    {"shape", "from_extents value_as_shape", "%* {} :shape"},
    {"shape", "size_to_index index_to_size", "% {} :size"},
    {"shape", "assuming_yield", "{} %* {} :returned"},

    {"tensor", "from_elements", "%* {} :elements"},
    {"tensor", "dim", "% , % {} :axis"},
    {"tensor", "extract", "% [ %* ] {} :indexed"},
    {"tensor", "cast", "% {} :function"},
    {"tensor", "empty", "( %* ) {} :extents"},
};

std::unordered_map<std::string, std::string_view> read_table() {
  std::unordered_map<std::string, std::string_view> table;
  for (const Family& family : kFamilies) {
    for (std::string_view rest = family.ops; !rest.empty();) {
      const std::string_view op = rest.substr(0, rest.find(' '));
      rest.remove_prefix(op.size() == rest.size() ? op.size() : op.size() + 1);
      table.emplace(std::string(family.dialect).append(".").append(op), family.format);
    }
  }
  return table;
}

const std::unordered_map<std::string, std::string_view>& table() {
  static const auto all = read_table();
  return all;
}

}  // namespace

std::string_view pretty_format(std::string_view op) {
  const auto found = table().find(std::string(op));
  return found == table().end() ? std::string_view{} : found->second;
}

std::string near_ops(const std::string& name) {
  if (name.size() > 60) return {};
  std::vector<std::string> known;
  for (const auto& [op, format] : table()) known.push_back(op);
  return near_names(name, known);
}

}  // namespace hilo::stablehlo::ir
