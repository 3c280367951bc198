"builtin.module"() ({
  "func.func"() <{function_type = (tensor<16x8xf32>) -> (), sym_name = "collective_broadcast"}> ({
  ^bb0(%arg2: tensor<16x8xf32>):
    %2 = "stablehlo.collective_broadcast"(%arg2) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<16x8xf32>) -> tensor<16x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>) -> tensor<f32>, sym_name = "foo_composite", sym_visibility = "private"}> ({
  ^bb0(%arg1: tensor<f32>):
    "func.return"(%arg1) : (tensor<f32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>) -> (), sym_name = "composite"}> ({
  ^bb0(%arg0: tensor<f32>):
    %0 = "stablehlo.composite"(%arg0) <{composite_attributes = {my_int = 1 : i64, my_string = "foo"}, decomposition = @foo_composite, name = "a.b", version = 1 : i32}> : (tensor<f32>) -> tensor<f32>
    %1 = "stablehlo.composite"(%arg0) <{decomposition = @foo_composite, name = "a.b"}> : (tensor<f32>) -> tensor<f32>
    "func.return"() : () -> ()
  }) : () -> ()
}) : () -> ()

