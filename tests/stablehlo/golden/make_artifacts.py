"""Every op of StableHLO that HILO_FIXTURES has too little of, with its attributes at their default and not, as text, as
bytecode and as portable artifacts of several releases: tests/stablehlo/bytecode_test.cpp reads them all, and has to get
the same program. A case stands with the cases that the same releases can hold.

Run in this folder: python make_artifacts.py   (jax 0.10.2, whose StableHLO is 1.17.0)
"""
import glob
import os

from jax._src.interpreters import mlir as jax_mlir
from jaxlib.mlir import ir
from jaxlib.mlir.dialects import stablehlo

RELEASES = ["0.9.0", "0.10.0", "0.12.0", "0.14.0", "0.15.0", "0.19.0", "1.0.0", "1.5.0", "1.9.0", "1.17.0"]

RED='({ ^bb0(%x: tensor<f32>, %y: tensor<f32>): %z = "stablehlo.add"(%x, %y) : (tensor<f32>, tensor<f32>) -> tensor<f32> "stablehlo.return"(%z) : (tensor<f32>) -> () })'
T='!stablehlo.token'
def one(sig, ops):  # sig list of types ; op text uses %a0..
    return f"func.func @main({', '.join(f'%a{i}: {t}' for i,t in enumerate(sig))}) {{\n {ops}\n return\n}}\n"
f='tensor<16x8xf32>'
rg='replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>'
ch='channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>'
CASES = {}
CASES['all_gather']=one([f],f'%r="stablehlo.all_gather"(%a0) {{all_gather_dim = 1 : i64, {rg}}} : ({f}) -> tensor<16x8xf32>')
CASES['all_gather_nd']=one([f],f'%r="stablehlo.all_gather"(%a0) {{all_gather_dim = 1 : i64, {rg}, {ch}, use_global_device_ids}} : ({f}) -> tensor<16x8xf32>')
CASES['all_gather_v']=one([f,f],f'%r:2="stablehlo.all_gather"(%a0, %a1) {{all_gather_dim = 1 : i64, {rg}}} : ({f},{f}) -> ({f},{f})')
CASES['all_reduce']=one(['tensor<f32>'],f'%r="stablehlo.all_reduce"(%a0) {RED} {{{rg}}} : (tensor<f32>) -> tensor<f32>')
CASES['all_reduce_v']=one(['tensor<f32>']*2,f'%r:2="stablehlo.all_reduce"(%a0,%a1) {RED} {{{rg}, {ch}, use_global_device_ids}} : (tensor<f32>,tensor<f32>) -> (tensor<f32>,tensor<f32>)')
CASES['all_to_all']=one(['tensor<4x16xf32>'],'%r="stablehlo.all_to_all"(%a0) {split_dimension = 1 : i64, concat_dimension = 0 : i64, split_count = 4 : i64, replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>} : (tensor<4x16xf32>) -> tensor<16x4xf32>')
CASES['all_to_all_ch']=one(['tensor<4x16xf32>'],f'%r="stablehlo.all_to_all"(%a0) {{{ch}, split_dimension = 1 : i64, concat_dimension = 0 : i64, split_count = 4 : i64, replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>}} : (tensor<4x16xf32>) -> tensor<16x4xf32>')
CASES['reduce_scatter']=one(['tensor<16xf32>'],f'%r="stablehlo.reduce_scatter"(%a0) {RED} {{scatter_dimension = 0 : i64, {rg}, {ch}, use_global_device_ids}} : (tensor<16xf32>) -> tensor<16xf32>')
CASES['collective_permute']=one([f],f'%r="stablehlo.collective_permute"(%a0) {{source_target_pairs = dense<[[0, 1], [1, 2]]> : tensor<2x2xi64>}} : ({f}) -> {f}')
CASES['collective_permute_ch']=one([f],f'%r="stablehlo.collective_permute"(%a0) {{{ch}, source_target_pairs = dense<[[0, 1], [1, 2]]> : tensor<2x2xi64>}} : ({f}) -> {f}')
CASES['collective_broadcast']=one([f],f'%r="stablehlo.collective_broadcast"(%a0) {{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, {ch}}} : ({f}) -> {f}')
CASES['cross_replica_sum']=one([f],f'%r="stablehlo.cross-replica-sum"(%a0) {{{rg}}} : ({f}) -> {f}')
CASES['ids']=one([],'%r="stablehlo.partition_id"() : () -> tensor<ui32> %s="stablehlo.replica_id"() : () -> tensor<ui32>')
CASES['batch_norm']=one(['tensor<2x3x4xf32>']+['tensor<4xf32>']*4,'''%r:3="stablehlo.batch_norm_training"(%a0,%a1,%a2) {epsilon = 0.001 : f32, feature_index = 2 : i64} : (tensor<2x3x4xf32>,tensor<4xf32>,tensor<4xf32>) -> (tensor<2x3x4xf32>,tensor<4xf32>,tensor<4xf32>)
 %s="stablehlo.batch_norm_inference"(%a0,%a1,%a2,%a3,%a4) {epsilon = 0.001 : f32, feature_index = 2 : i64} : (tensor<2x3x4xf32>,tensor<4xf32>,tensor<4xf32>,tensor<4xf32>,tensor<4xf32>) -> tensor<2x3x4xf32>
 %t:3="stablehlo.batch_norm_grad"(%a0,%a1,%a2,%a3,%a0) {epsilon = 0.001 : f32, feature_index = 2 : i64} : (tensor<2x3x4xf32>,tensor<4xf32>,tensor<4xf32>,tensor<4xf32>,tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>,tensor<4xf32>,tensor<4xf32>)''')
CASES['broadcast']=one(['tensor<16xf32>'],'%r="stablehlo.broadcast"(%a0) {broadcast_sizes = array<i64: 16>} : (tensor<16xf32>) -> tensor<16x16xf32>')
CASES['cholesky']=one(['tensor<1x4x4xf32>'],'%r="stablehlo.cholesky"(%a0) {lower = true} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32> %s="stablehlo.cholesky"(%a0) : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>')
CASES['tokens']=one([],f'%r="stablehlo.create_token"() : () -> {T} %s="stablehlo.after_all"(%r,%r) : ({T},{T}) -> {T}')
CASES['conv']=one(['tensor<1x8x8x207xf32>','tensor<3x3x207x16xf32>'],'''%r="stablehlo.convolution"(%a0,%a1) {dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64} : (tensor<1x8x8x207xf32>,tensor<3x3x207x16xf32>) -> tensor<1x6x6x16xf32>
 %s="stablehlo.convolution"(%a0,%a1) {window_strides = array<i64: 2, 2>, padding = dense<1> : tensor<2x2xi64>, lhs_dilation = array<i64: 2, 2>, rhs_dilation = array<i64: 2, 2>, window_reversal = array<i1: true, true>, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} : (tensor<1x8x8x207xf32>,tensor<3x3x207x16xf32>) -> tensor<1x7x7x16xf32>
 %t="stablehlo.convolution"(%a0,%a1) {window_strides = array<i64: 1, 2>, padding = dense<[[0,1],[2,3]]> : tensor<2x2xi64>, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64, window_reversal = array<i1: true, false>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>]} : (tensor<1x8x8x207xf32>,tensor<3x3x207x16xf32>) -> tensor<1x7x6x16xf32>''')
CASES['custom_call']='func.func private @foo(%a: tensor<f32>) -> tensor<f32> {return %a : tensor<f32>}\n'+one(['tensor<f32>'],'''%r="stablehlo.custom_call"(%a0) {call_target_name = "foo"} : (tensor<f32>) -> tensor<f32>
 %s="stablehlo.custom_call"(%a0) {call_target_name = "foo", has_side_effect = true, backend_config = "\\08\\03\\1A\\02", api_version = 2 : i32, called_computations = [@foo], operand_layouts = [dense<> : tensor<0xindex>], output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>], result_layouts = [dense<> : tensor<0xindex>]} : (tensor<f32>) -> tensor<f32>
 %t="stablehlo.custom_call"(%a0) {call_target_name = "foo", api_version = 3 : i32} : (tensor<f32>) -> tensor<f32>
 %u="stablehlo.custom_call"(%a0) {call_target_name = "foo", api_version = 0 : i32, my.attr = [1 : i8, 2.0 : f16, "x", tensor<2xf32>]} : (tensor<f32>) -> tuple<>''')
CASES['custom_call_ffi']=one(['tensor<2x3xf32>'],'''%r="stablehlo.custom_call"(%a0) {call_target_name = "foo", api_version = 4 : i32, backend_config = {a = 1 : i32, b = "s", c = 2.5 : f32, d = dense<[1,2]> : tensor<2xi64>, e = true, f = 3 : ui8, g = -1 : i16, h = {x = 1 : i64}}} : (tensor<2x3xf32>) -> tensor<f32>
 %s="stablehlo.custom_call"(%a0) {call_target_name = "foo", api_version = 4 : i32, operand_layouts = [dense<[1, 0]> : tensor<2xindex>], result_layouts = [dense<[0, 1]> : tensor<2xindex>]} : (tensor<2x3xf32>) -> tensor<2x3xf32>''')
CASES['dot']=one(['tensor<8x16xf32>','tensor<16x8xf32>'],'%r="stablehlo.dot"(%a0,%a1) : (tensor<8x16xf32>,tensor<16x8xf32>) -> tensor<8x8xf32> %s="stablehlo.dot"(%a0,%a1) {precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGH>]} : (tensor<8x16xf32>,tensor<16x8xf32>) -> tensor<8x8xf32>')
CASES['dynamic_broadcast']=one(['tensor<?x?xf32>','tensor<2xi64>'],'%r="stablehlo.dynamic_broadcast_in_dim"(%a0,%a1) {broadcast_dimensions = array<i64: 0, 1>} : (tensor<?x?xf32>,tensor<2xi64>) -> tensor<?x?xf32> %s="stablehlo.dynamic_broadcast_in_dim"(%a0,%a1) {broadcast_dimensions = array<i64: 0, 1>, known_expanding_dimensions = array<i64: 0>, known_nonexpanding_dimensions = array<i64: 1>} : (tensor<?x?xf32>,tensor<2xi64>) -> tensor<?x?xf32>')
CASES['dynamic_conv']=one(['tensor<1x8x8x207xf32>','tensor<3x3x207x16xf32>','tensor<2x2xi64>'],'''%r="stablehlo.dynamic_conv"(%a0,%a1,%a2) {dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64} : (tensor<1x8x8x207xf32>,tensor<3x3x207x16xf32>,tensor<2x2xi64>) -> tensor<1x?x?x16xf32>''')
CASES['dynamic_misc']=one(['tensor<2x4x9xf32>','tensor<1x5x2xi32>','tensor<3xi32>','tensor<1xi64>','tensor<?xf32>','tensor<f32>','tensor<2xi64>'],'''%r="stablehlo.dynamic_gather"(%a0,%a1,%a2) {dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0, 1], start_index_map = [0, 1], index_vector_dim = 2>, indices_are_sorted = true} : (tensor<2x4x9xf32>,tensor<1x5x2xi32>,tensor<3xi32>) -> tensor<1x5x8xf32>
 %s="stablehlo.dynamic_iota"(%a3) {iota_dimension = 0 : i64} : (tensor<1xi64>) -> tensor<?xf32>
 %t="stablehlo.dynamic_pad"(%a4,%a5,%a3,%a3,%a3) : (tensor<?xf32>,tensor<f32>,tensor<1xi64>,tensor<1xi64>,tensor<1xi64>) -> tensor<?xf32>
 %u="stablehlo.dynamic_reshape"(%a4,%a6) : (tensor<?xf32>,tensor<2xi64>) -> tensor<?x?xf32>
 %v="stablehlo.real_dynamic_slice"(%a4,%a3,%a3,%a3) : (tensor<?xf32>,tensor<1xi64>,tensor<1xi64>,tensor<1xi64>) -> tensor<?xf32>
 %w="stablehlo.get_dimension_size"(%a4) {dimension = 0 : i64} : (tensor<?xf32>) -> tensor<i32>
 %x="stablehlo.set_dimension_size"(%s,%w) {dimension = 0 : i64} : (tensor<?xf32>,tensor<i32>) -> tensor<?xf32>''')
CASES['einsum']=one(['tensor<8x16xf32>','tensor<16x8xf32>'],'%r="stablehlo.einsum"(%a0,%a1) {einsum_config = "ab,bc->ac"} : (tensor<8x16xf32>,tensor<16x8xf32>) -> tensor<8x8xf32> %s="stablehlo.unary_einsum"(%a0) {einsum_config = "ab->a"} : (tensor<8x16xf32>) -> tensor<8xf32>')
CASES['fft']=one(['tensor<16xf32>'],'%r="stablehlo.fft"(%a0) {fft_type = #stablehlo<fft_type RFFT>, fft_length = array<i64: 16>} : (tensor<16xf32>) -> tensor<9xcomplex<f32>> %s="stablehlo.fft"(%r) {fft_type = #stablehlo<fft_type IRFFT>, fft_length = array<i64: 16>} : (tensor<9xcomplex<f32>>) -> tensor<16xf32>')
CASES['feeds']=one([T,'tensor<f32>'],f'''%r:2="stablehlo.infeed"(%a0) {{infeed_config = "foo", layout = [[]]}} : ({T}) -> (tensor<f32>,{T})
 %s:2="stablehlo.infeed"(%a0) : ({T}) -> (tensor<f32>,{T})
 %t="stablehlo.outfeed"(%a1,%a0) {{outfeed_config = "foo"}} : (tensor<f32>,{T}) -> {T}
 %u="stablehlo.outfeed"(%a1,%a0) : (tensor<f32>,{T}) -> {T}''')
CASES['sendrecv']=one([T,'tensor<f32>'],f'''%r:2="stablehlo.recv"(%a0) {{channel_handle = #stablehlo.channel_handle<handle = 0, type = 3>, is_host_transfer = true}} : ({T}) -> (tensor<f32>,{T})
 %s:2="stablehlo.recv"(%a0) {{channel_handle = #stablehlo.channel_handle<handle = 0, type = 1>}} : ({T}) -> (tensor<f32>,{T})
 %t="stablehlo.send"(%a1,%a0) {{channel_handle = #stablehlo.channel_handle<handle = 0, type = 2>, is_host_transfer = true}} : (tensor<f32>,{T}) -> {T}
 %u="stablehlo.send"(%a1,%a0) {{channel_handle = #stablehlo.channel_handle<handle = 3, type = 1>}} : (tensor<f32>,{T}) -> {T}''')
CASES['sendrecv_pairs']=one([T,'tensor<f32>'],f'''%s:2="stablehlo.recv"(%a0) {{channel_handle = #stablehlo.channel_handle<handle = 0, type = 1>, source_target_pairs = dense<[[0,1],[1,0]]> : tensor<2x2xi64>}} : ({T}) -> (tensor<f32>,{T})''')
CASES['gather_batch']=one(['tensor<5x2x4x9xf32>','tensor<1x5x2xi32>'],'%r="stablehlo.gather"(%a0,%a1) {dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [1, 2], operand_batching_dims = [0], start_indices_batching_dims = [1], start_index_map = [1, 2], index_vector_dim = 2>, slice_sizes = array<i64: 1, 1, 1, 8>, indices_are_sorted = true} : (tensor<5x2x4x9xf32>,tensor<1x5x2xi32>) -> tensor<1x5x8xf32>')
CASES['tuple']=one(['tensor<f32>'],'%r="stablehlo.tuple"(%a0,%a0) : (tensor<f32>,tensor<f32>) -> tuple<tensor<f32>,tensor<f32>> %s="stablehlo.get_tuple_element"(%r) {index = 1 : i32} : (tuple<tensor<f32>,tensor<f32>>) -> tensor<f32>')
CASES['map']=one(['tensor<16xf32>'],'%r="stablehlo.map"(%a0) ({ ^bb0(%x: tensor<f32>): "stablehlo.return"(%x) : (tensor<f32>) -> () }) {dimensions = array<i64: 0>} : (tensor<16xf32>) -> tensor<16xf32>')
CASES['case_if']=one(['tensor<i32>','tensor<i1>','tensor<f32>'],'%r="stablehlo.case"(%a0) ({"stablehlo.return"(%a2) : (tensor<f32>) -> ()},{ %q="stablehlo.abs"(%a2) : (tensor<f32>) -> tensor<f32> "stablehlo.return"(%q) : (tensor<f32>) -> ()}) : (tensor<i32>) -> tensor<f32> %s="stablehlo.if"(%a1) ({"stablehlo.return"(%r) : (tensor<f32>) -> ()},{"stablehlo.return"(%a2) : (tensor<f32>) -> ()}) : (tensor<i1>) -> tensor<f32>')
CASES['opt_barrier']=one(['tensor<f32>'],'%r="stablehlo.optimization_barrier"(%a0) : (tensor<f32>) -> tensor<f32>')
CASES['pad']=one(['tensor<8xf32>','tensor<f32>'],'%r="stablehlo.pad"(%a0,%a1) {edge_padding_high = array<i64: 4>, edge_padding_low = array<i64: 4>, interior_padding = array<i64: 0>} : (tensor<8xf32>,tensor<f32>) -> tensor<16xf32>')
CASES['rng']=one(['tensor<f32>','tensor<1xi64>','tensor<2xui64>'],'%r="stablehlo.rng"(%a0,%a0,%a1) {rng_distribution = #stablehlo<rng_distribution NORMAL>} : (tensor<f32>,tensor<f32>,tensor<1xi64>) -> tensor<?xf32> %s:2="stablehlo.rng_bit_generator"(%a2) {rng_algorithm = #stablehlo<rng_algorithm PHILOX>} : (tensor<2xui64>) -> (tensor<2xui64>,tensor<4xui32>)')
CASES['reduce_window']=one(['tensor<2x17x31x7xf32>','tensor<f32>'],f'''%r="stablehlo.reduce_window"(%a0,%a1) {RED} {{window_dimensions = array<i64: 1, 2, 2, 1>}} : (tensor<2x17x31x7xf32>,tensor<f32>) -> tensor<2x16x30x7xf32>
 %s="stablehlo.reduce_window"(%a0,%a1) {RED} {{window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 4, 4, 1>, base_dilations = array<i64: 1, 2, 2, 1>, window_dilations = array<i64: 1, 2, 2, 1>, padding = dense<[[0, 0], [2, 0], [0, 2], [0, 0]]> : tensor<4x2xi64>}} : (tensor<2x17x31x7xf32>,tensor<f32>) -> tensor<2x9x16x7xf32>''')
CASES['select_scatter']=one(['tensor<10x24x24x64xf32>','tensor<10x23x23x64xf32>','tensor<f32>'],f'''%r="stablehlo.select_and_scatter"(%a0,%a1,%a2) ({{ ^bb0(%x: tensor<f32>, %y: tensor<f32>): %z="stablehlo.compare"(%x,%y) {{compare_type = #stablehlo<comparison_type TOTALORDER>, comparison_direction = #stablehlo<comparison_direction GE>}} : (tensor<f32>,tensor<f32>) -> tensor<i1> "stablehlo.return"(%z) : (tensor<i1>) -> () }}, {RED[1:-1]}) {{window_dimensions = array<i64: 1, 2, 2, 1>}} : (tensor<10x24x24x64xf32>,tensor<10x23x23x64xf32>,tensor<f32>) -> tensor<10x24x24x64xf32>''')
CASES['sort']=one(['tensor<16xf32>'],'%r="stablehlo.sort"(%a0) ({ ^bb0(%x: tensor<f32>, %y: tensor<f32>): %z="stablehlo.compare"(%x,%y) {comparison_direction = #stablehlo<comparison_direction GE>} : (tensor<f32>,tensor<f32>) -> tensor<i1> "stablehlo.return"(%z) : (tensor<i1>) -> () }) {dimension = 0 : i64, is_stable = true} : (tensor<16xf32>) -> tensor<16xf32> %s="stablehlo.sort"(%a0) ({ ^bb0(%x: tensor<f32>, %y: tensor<f32>): %z="stablehlo.compare"(%x,%y) {comparison_direction = #stablehlo<comparison_direction GE>} : (tensor<f32>,tensor<f32>) -> tensor<i1> "stablehlo.return"(%z) : (tensor<i1>) -> () }) : (tensor<16xf32>) -> tensor<16xf32>')
CASES['torch_index']=one(['tensor<5x1x5xi32>','tensor<2xi32>'],'%r="stablehlo.torch_index_select"(%a0,%a1) {dim = 0 : i64, batch_dims = 0 : i64} : (tensor<5x1x5xi32>,tensor<2xi32>) -> tensor<2x1x5xi32>')
CASES['triangular']=one(['tensor<4x4xf32>'],'%r="stablehlo.triangular_solve"(%a0,%a0) {left_side = true, lower = false, unit_diagonal = true, transpose_a = #stablehlo<transpose ADJOINT>} : (tensor<4x4xf32>,tensor<4x4xf32>) -> tensor<4x4xf32>')
CASES['types']='func.func @main() attributes {x.none = none, x.tf32 = tf32} {\n return\n}\n'
CASES['composite']='func.func private @foo(%a: tensor<f32>) -> tensor<f32> {return %a : tensor<f32>}\n'+one(['tensor<f32>'],'%r="stablehlo.composite"(%a0) {name = "a.b", decomposition = @foo, version = 1 : i32, composite_attributes = {my_int = 1 : i64, my_string = "foo"}} : (tensor<f32>) -> tensor<f32> %s="stablehlo.composite"(%a0) {name = "a.b", decomposition = @foo} : (tensor<f32>) -> tensor<f32>')
CASES['accuracy']=one(['tensor<f32>'],' '.join(f'%r{i}="stablehlo.{o}"(%a0) {{result_accuracy = #stablehlo.result_accuracy<atol = 1.0e-5, rtol = 0.0, ulps = 1, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>}} : (tensor<f32>) -> tensor<f32>' for i,o in enumerate('cbrt cosine exponential exponential_minus_one log log_plus_one logistic rsqrt sine sqrt tan tanh'.split())))
CASES['tan']=one(['tensor<f32>'],'%r="stablehlo.tan"(%a0) : (tensor<f32>) -> tensor<f32>')
CASES['dot_alg']=one(['tensor<8x8x16xf32>','tensor<8x16x8xf32>'],'%r="stablehlo.dot_general"(%a0,%a1) {dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>, algorithm = #stablehlo.dot_algorithm<lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false>} : (tensor<8x8x16xf32>,tensor<8x16x8xf32>) -> tensor<8x8x8xf32>')
CASES['consts']=one([],' '.join(f'%r{i}="stablehlo.constant"() {{value = {v}}} : () -> {v.split(" : ")[1]}' for i,v in enumerate(['dense<[true,false,true]> : tensor<3xi1>','dense<true> : tensor<9xi1>','dense<false> : tensor<20xi1>','dense<true> : tensor<i1>','dense<[1,-1,7,-8]> : tensor<4xi4>','dense<[1,15]> : tensor<2xui4>','dense<-3> : tensor<5xi4>','dense<[1.0,2.0]> : tensor<2xf8E4M3FN>','dense<[1.0,2.0]> : tensor<2xbf16>','dense<(1.0,2.0)> : tensor<2xcomplex<f32>>','dense<[1,2,3]> : tensor<3xui64>','dense<1> : tensor<1000000xi8>','dense<> : tensor<0x3xf32>','dense<[true,false,true,true,true,true,true,true,true]> : tensor<9xi1>','dense<[1.0]> : tensor<1xf64>'])))
CASES['types']=f"func.func @main(%b : tensor<?xf32, #stablehlo.bounds<8>>, %c: tensor<?x3xf32, #stablehlo.bounds<8, ?>>, %d: tuple<tensor<f32>, {T}, tuple<>>, %e: tensor<1xf8E5M2>, %f: tensor<?xui2>) attributes {{jax.x = true, a.b = {{c = 1 : i64}}}} {{ return }}"
CASES['types8']="func.func @main(%a: tensor<1xf8E4M3FNUZ>, %b: tensor<1xf8E5M2FNUZ>, %c: tensor<1xf8E4M3B11FNUZ>) { return }"
CASES['types18']="func.func @main(%a: tensor<1xf8E4M3>, %b: tensor<1xf8E3M4>, %c: tensor<1xf4E2M1FN>, %d: tensor<1xf6E2M3FN>, %e : tensor<1xf6E3M2FN>, %f: tensor<1xf8E8M0FNU>) { return }"
CASES['module']='module @jit_f attributes {mhlo.num_partitions = 4 : i32, mhlo.frontend_attributes = {xla.sdy.meshes = "{mesh}"}, x.u, x.l = [1 : i64, 2.0 : f32, @main, unit], x.t = tensor<2xf32>, x.a = array<i64: 1, 2>, x.d = dense<[1,2]> : tensor<2xi32>, x.i = 3 : i8, x.b = array<i1: true, false>, x.f = array<f32: 1.0>} { func.func public @main(%a: tensor<f32> {jax.buffer_donor = true, tf.aliasing_output = 0 : i32}) -> (tensor<f32> {jax.result_info = "x"}) { %0 = func.call @g(%a) : (tensor<f32>) -> tensor<f32> return %0 : tensor<f32> } func.func private @g(%a: tensor<f32>) -> tensor<f32> { return %a : tensor<f32> } }'

context = jax_mlir.make_ir_context()
stablehlo.register_dialect(context)
groups = {}
for old in glob.glob("ops_*.mlir*"):
    os.remove(old)
for name, text in CASES.items():
    text = text.replace("@main", "@" + name).replace("@foo", "@foo_" + name)
    with context:
        module = ir.Module.parse(text)
        body = "".join(op.get_asm(print_generic_op_form=True) + "\n" for op in module.body.operations)
        releases = []
        for release in RELEASES:
            try:
                stablehlo.serialize_portable_artifact(ir.Module.parse(text), release)  # which changes the module
                releases.append(release)
            except ValueError:
                pass
    if not text.startswith("module"):
        groups.setdefault(tuple(releases), []).append(body)
    else:
        groups[tuple(releases) + (name,)] = [text]
for key, bodies in groups.items():
    releases = [r for r in key if r in RELEASES]
    stem = "ops_" + releases[0] + ("" if key[-1] in RELEASES else "_" + key[-1])
    with context:
        module = ir.Module.parse("".join(bodies))
        with open(stem + ".mlir", "w") as out:
            out.write(module.operation.get_asm(print_generic_op_form=True) + "\n")
        with open(stem + ".mlirbc", "wb") as out:
            module.operation.write_bytecode(out)
        for release in releases:
            with open(stem + "." + release + ".mlirbc", "wb") as out:
                out.write(stablehlo.serialize_portable_artifact(ir.Module.parse("".join(bodies)), release))

# Quantized types, which this jax has no StableHLO for, only VHLO.
QUANTIZED = [
    ("!vhlo.quant_v1<!vhlo.i8_v1:!vhlo.f32_v1, 3.4e+01:16, -128:127, 1>", "!quant.uniform<i8:f32, 34.0:16>"),
    ("!vhlo.quant_v1<!vhlo.i8_v1:!vhlo.f32_v1, 5.0e-01:0, 0:200, 0>", "!quant.uniform<u8<0:200>:f32, 0.5>"),
    ("!vhlo.quant_v1<!vhlo.i4_v1:!vhlo.bf16_v1, 2.5e-01:-3, -8:7, 1>", "!quant.uniform<i4:bf16, 0.25:-3>"),
    ("!vhlo.quant_per_axis_v1<!vhlo.i8_v1:!vhlo.f32_v1, 1, [2.0e+00, 3.0e+00], [1, 2], -128:127, 1>",
     "!quant.uniform<i8:f32:1, {2.0:1, 3.0:2}>"),
]
vhlo = ", ".join(f"!vhlo.tensor_v1<3x2x{v}>" for v, _ in QUANTIZED)
vhlo_arguments = ", ".join(f"%a{i}: !vhlo.tensor_v1<3x2x{v}>" for i, (v, _) in enumerate(QUANTIZED))
arguments = ", ".join(f"%a{i}: tensor<3x2x{t}>" for i, (_, t) in enumerate(QUANTIZED))
with open("ops_0.18.0_quantized.mlir", "w") as out:
    out.write(f"func.func @f({arguments}) {{\n  return\n}}\n")
with context, open("ops_0.18.0_quantized.mlirbc", "wb") as out:
    ir.Module.parse(f"""
      "vhlo.func_v1"() <{{arg_attrs = #vhlo.array_v1<[]>, function_type = #vhlo.type_v1<!vhlo.func_v1<({vhlo}) -> ()>>,
        res_attrs = #vhlo.array_v1<[]>, sym_name = #vhlo.string_v1<"f">, sym_visibility = #vhlo.string_v1<"">}}> ({{
        ^bb0({vhlo_arguments}):
          "vhlo.return_v1"() : () -> ()
      }}) : () -> ()""").operation.write_bytecode(out)

# Dialects that artifacts do not have, as plain bytecode: attributes as text (chlo), and encodings of their own (sdy).
PLAIN = {
    "chlo": """
      func.func @f(%a: tensor<11x5xf32>, %b: tensor<3x5x7xf32>, %g: tensor<3xi64>) -> tensor<11x7xf32> {
        %0 = "chlo.ragged_dot"(%a, %b, %g) {ragged_dot_dimension_numbers = #chlo.ragged_dot<
          lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1],
          rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>,
          precision_config = [#chlo<precision DEFAULT>, #chlo<precision HIGHEST>]
        } : (tensor<11x5xf32>, tensor<3x5x7xf32>, tensor<3xi64>) -> tensor<11x7xf32>
        %1 = "chlo.broadcast_compare"(%a, %a) {comparison_direction = #chlo<comparison_direction GT>}
          : (tensor<11x5xf32>, tensor<11x5xf32>) -> tensor<11x5xi1>
        %2:2 = chlo.top_k(%a, k = 2) : tensor<11x5xf32> -> (tensor<11x2xf32>, tensor<11x2xi32>)
        %3 = chlo.broadcast_add %a, %a : (tensor<11x5xf32>, tensor<11x5xf32>) -> tensor<11x5xf32>
        %4 = chlo.erf %3 : tensor<11x5xf32> -> tensor<11x5xf32>
        return %0 : tensor<11x7xf32>
      }""",
    "sdy": """
      sdy.mesh @mesh = <["a"=4, "b"=2, "c"=2], device_ids=[0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]>
      func.func @f(
          %x: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"a":(1)2, ?}p3, {}], replicated={"b"}>},
          %y: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<mesh<["x"=2]>, [{?}, {}]>},
          %z: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {"a"}], unreduced={"c"}>}) -> tensor<8x8xf32> {
        %0 = stablehlo.add %x, %x {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"a"}, {}]>]>} : tensor<8x8xf32>
        %1 = sdy.manual_computation(%0) in_shardings=[<@mesh, [{"a"}, {}]>] out_shardings=[<@mesh, [{"a"}, {}]>]
            manual_axes={"a"} (%w: tensor<2x8xf32>) {
          sdy.return %w : tensor<2x8xf32>
        } : (tensor<8x8xf32>) -> tensor<8x8xf32>
        %2 = sdy.sharding_constraint %1 <@mesh, [{"a"}, {}]> : tensor<8x8xf32>
        sdy.sharding_group %2 group_id=5 : tensor<8x8xf32>
        return %2 : tensor<8x8xf32>
      }""",
}
for name, text in PLAIN.items():
    with context, open(f"ops_0.0.0_{name}.mlirbc", "wb") as bytecode, open(f"ops_0.0.0_{name}.mlir", "w") as out:
        module = ir.Module.parse(text)
        out.write(module.operation.get_asm(print_generic_op_form=True) + "\n")
        module.operation.write_bytecode(bytecode)

# How an op divides, which text has in letters and bytecode in numbers: with no text to compare with.
with context, open("more/sharding_rule.mlirbc", "wb") as out:
    ir.Module.parse("""
      func.func @f(%x: tensor<8x4xf32>, %y: tensor<4x2xf32>) -> tensor<8x2xf32> {
        %0 = stablehlo.custom_call @g(%x, %y) {sdy.sharding_rule = #sdy.op_sharding_rule<
          ([i, k], [k, j])->([i, j]) {i=8, j=2, k=4} reduction={k}, custom>} : (tensor<8x4xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
        return %0 : tensor<8x2xf32>
      }""").operation.write_bytecode(out)
