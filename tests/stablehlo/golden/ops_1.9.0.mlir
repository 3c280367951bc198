"builtin.module"() ({
  "func.func"() <{function_type = (tensor<8x8x16xf32>, tensor<8x16x8xf32>) -> (), sym_name = "dot_alg"}> ({
  ^bb0(%arg6: tensor<8x8x16xf32>, %arg7: tensor<8x16x8xf32>):
    %0 = "stablehlo.dot_general"(%arg6, %arg7) <{algorithm = #stablehlo.dot_algorithm<lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false>, dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>}> : (tensor<8x8x16xf32>, tensor<8x16x8xf32>) -> tensor<8x8x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<1xf8E4M3>, tensor<1xf8E3M4>, tensor<1xf4E2M1FN>, tensor<1xf6E2M3FN>, tensor<1xf6E3M2FN>, tensor<1xf8E8M0FNU>) -> (), sym_name = "types18"}> ({
  ^bb0(%arg0: tensor<1xf8E4M3>, %arg1: tensor<1xf8E3M4>, %arg2: tensor<1xf4E2M1FN>, %arg3: tensor<1xf6E2M3FN>, %arg4: tensor<1xf6E3M2FN>, %arg5: tensor<1xf8E8M0FNU>):
    "func.return"() : () -> ()
  }) : () -> ()
}) : () -> ()

