"builtin.module"() ({
  "func.func"() <{function_type = (tensor<11x5xf32>, tensor<3x5x7xf32>, tensor<3xi64>) -> tensor<11x7xf32>, sym_name = "f"}> ({
  ^bb0(%arg0: tensor<11x5xf32>, %arg1: tensor<3x5x7xf32>, %arg2: tensor<3xi64>):
    %0 = "chlo.ragged_dot"(%arg0, %arg1, %arg2) <{precision_config = [#chlo<precision DEFAULT>, #chlo<precision HIGHEST>], ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>}> : (tensor<11x5xf32>, tensor<3x5x7xf32>, tensor<3xi64>) -> tensor<11x7xf32>
    %1 = "chlo.broadcast_compare"(%arg0, %arg0) <{comparison_direction = #chlo<comparison_direction GT>}> : (tensor<11x5xf32>, tensor<11x5xf32>) -> tensor<11x5xi1>
    %2:2 = "chlo.top_k"(%arg0) <{k = 2 : i64}> : (tensor<11x5xf32>) -> (tensor<11x2xf32>, tensor<11x2xi32>)
    %3 = "chlo.broadcast_add"(%arg0, %arg0) : (tensor<11x5xf32>, tensor<11x5xf32>) -> tensor<11x5xf32>
    %4 = "chlo.erf"(%3) : (tensor<11x5xf32>) -> tensor<11x5xf32>
    "func.return"(%0) : (tensor<11x7xf32>) -> ()
  }) : () -> ()
}) : () -> ()
