"builtin.module"() <{sym_name = "jit_f"}> ({
  "func.func"() <{function_type = (tensor<f32>) -> tensor<f32>, sym_name = "g", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<f32>):
    "func.return"(%arg0) : (tensor<f32>) -> ()
  }) : () -> ()
}) {mhlo.frontend_attributes = {xla.sdy.meshes = "{mesh}"}, mhlo.num_partitions = 4 : i32, x.a = array<i64: 1, 2>, x.b = array<i1: true, false>, x.d = dense<[1, 2]> : tensor<2xi32>, x.f = array<f32: 1.000000e+00>, x.i = 3 : i8, x.l = [1, 2.000000e+00 : f32, @module, unit], x.t = tensor<2xf32>, x.u} : () -> ()
