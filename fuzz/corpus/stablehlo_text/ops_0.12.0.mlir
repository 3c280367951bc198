"builtin.module"() ({
  "func.func"() <{function_type = (tensor<1xf8E4M3FNUZ>, tensor<1xf8E5M2FNUZ>, tensor<1xf8E4M3B11FNUZ>) -> (), sym_name = "types8"}> ({
  ^bb0(%arg0: tensor<1xf8E4M3FNUZ>, %arg1: tensor<1xf8E5M2FNUZ>, %arg2: tensor<1xf8E4M3B11FNUZ>):
    "func.return"() : () -> ()
  }) : () -> ()
}) : () -> ()

