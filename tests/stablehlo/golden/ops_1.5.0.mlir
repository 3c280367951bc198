"builtin.module"() ({
  "func.func"() <{function_type = (tensor<16x8xf32>, tensor<16x8xf32>) -> (), sym_name = "all_gather_v"}> ({
  ^bb0(%arg13: tensor<16x8xf32>, %arg14: tensor<16x8xf32>):
    %6:2 = "stablehlo.all_gather"(%arg13, %arg14) <{all_gather_dim = 1 : i64, replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>}> : (tensor<16x8xf32>, tensor<16x8xf32>) -> (tensor<16x8xf32>, tensor<16x8xf32>)
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>, tensor<f32>) -> (), sym_name = "all_reduce_v"}> ({
  ^bb0(%arg9: tensor<f32>, %arg10: tensor<f32>):
    %4:2 = "stablehlo.all_reduce"(%arg9, %arg10) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>, use_global_device_ids}> ({
    ^bb0(%arg11: tensor<f32>, %arg12: tensor<f32>):
      %5 = "stablehlo.add"(%arg11, %arg12) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%5) : (tensor<f32>) -> ()
    }) : (tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2x3xf32>) -> (), sym_name = "custom_call_ffi"}> ({
  ^bb0(%arg8: tensor<2x3xf32>):
    %2 = "stablehlo.custom_call"(%arg8) <{api_version = 4 : i32, backend_config = {a = 1 : i32, b = "s", c = 2.500000e+00 : f32, d = dense<[1, 2]> : tensor<2xi64>, e = true, f = 3 : ui8, g = -1 : i16, h = {x = 1 : i64}}, call_target_name = "foo"}> : (tensor<2x3xf32>) -> tensor<f32>
    %3 = "stablehlo.custom_call"(%arg8) <{api_version = 4 : i32, call_target_name = "foo", operand_layouts = [dense<[1, 0]> : tensor<2xindex>], result_layouts = [dense<[0, 1]> : tensor<2xindex>]}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<5x2x4x9xf32>, tensor<1x5x2xi32>) -> (), sym_name = "gather_batch"}> ({
  ^bb0(%arg6: tensor<5x2x4x9xf32>, %arg7: tensor<1x5x2xi32>):
    %1 = "stablehlo.gather"(%arg6, %arg7) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [1, 2], operand_batching_dims = [0], start_indices_batching_dims = [1], start_index_map = [1, 2], index_vector_dim = 2>, indices_are_sorted = true, slice_sizes = array<i64: 1, 1, 1, 8>}> : (tensor<5x2x4x9xf32>, tensor<1x5x2xi32>) -> tensor<1x5x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<?xf32, #stablehlo.bounds<8>>, tensor<?x3xf32, #stablehlo.bounds<8, ?>>, tuple<tensor<f32>, !stablehlo.token, tuple<>>, tensor<1xf8E5M2>, tensor<?xui2>) -> (), sym_name = "types"}> ({
  ^bb0(%arg1: tensor<?xf32, #stablehlo.bounds<8>>, %arg2: tensor<?x3xf32, #stablehlo.bounds<8, ?>>, %arg3: tuple<tensor<f32>, !stablehlo.token, tuple<>>, %arg4: tensor<1xf8E5M2>, %arg5: tensor<?xui2>):
    "func.return"() : () -> ()
  }) {a.b = {c = 1 : i64}, jax.x = true} : () -> ()
  "func.func"() <{function_type = (tensor<f32>) -> (), sym_name = "tan"}> ({
  ^bb0(%arg0: tensor<f32>):
    %0 = "stablehlo.tan"(%arg0) : (tensor<f32>) -> tensor<f32>
    "func.return"() : () -> ()
  }) : () -> ()
}) : () -> ()

