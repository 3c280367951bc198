// The pretty form of every op that has one, each beside others of its family. make_forms.py has MLIR print the generic form.
module @forms attributes {mhlo.num_partitions = 1 : i32, mhlo.flag, "mhlo.odd name" = [1 : i64, 2.5 : f32, "a\22b\\\0A", @main, @a::@b, unit, true, {z = 1 : i8, a = -3 : i64}, tensor<2xf32>, (tensor<f32>) -> ()]} {
  sdy.mesh @mesh = <["x"=2, "y"=4]>
  sdy.mesh @ordered = <["x"=2, "y"=2], device_ids=[3, 2, 1, 0]>
  sdy.mesh @one = <[], device_ids=[3]>

  func.func @unary(%a: tensor<2xf32>, %i: tensor<2xi32>, %b: tensor<2xi1>, %c: tensor<2xcomplex<f32>>) -> tensor<2xf32> {
    %0 = stablehlo.abs %a : tensor<2xf32>
    %1 = stablehlo.abs %c : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
    %2 = stablehlo.cbrt %a {result_accuracy = #stablehlo.result_accuracy<ulps = 10, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>} : tensor<2xf32>
    %3 = stablehlo.ceil %a : tensor<2xf32>
    %4 = stablehlo.count_leading_zeros %i : tensor<2xi32>
    %5 = stablehlo.convert %i : (tensor<2xi32>) -> tensor<2xf32>
    %6 = stablehlo.cosine %a : tensor<2xf32>
    %7 = stablehlo.exponential %a {result_accuracy = #stablehlo.result_accuracy<mode = #stablehlo.result_accuracy_mode<HIGHEST>>} : tensor<2xf32>
    %8 = stablehlo.exponential_minus_one %a {result_accuracy = #stablehlo.result_accuracy<atol = 1.0e-3, rtol = 0.5, ulps = 2, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>} : tensor<2xf32>
    %9 = stablehlo.floor %a : tensor<2xf32>
    %10 = stablehlo.imag %c : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
    %11 = stablehlo.is_finite %a : (tensor<2xf32>) -> tensor<2xi1>
    %12 = stablehlo.log %a : tensor<2xf32>
    %13 = stablehlo.log_plus_one %a : tensor<2xf32>
    %14 = stablehlo.logistic %a : tensor<2xf32>
    %15 = stablehlo.negate %a {mhlo.note = "kept"} : tensor<2xf32>
    %16 = stablehlo.not %b : tensor<2xi1>
    %17 = stablehlo.popcnt %i : tensor<2xi32>
    %18 = stablehlo.real %a : tensor<2xf32>
    %19 = stablehlo.round_nearest_afz %a : tensor<2xf32>
    %20 = stablehlo.round_nearest_even %a : tensor<2xf32>
    %21 = stablehlo.rsqrt %a : tensor<2xf32>
    %22 = stablehlo.sign %a : tensor<2xf32>
    %23 = stablehlo.sine %a : tensor<2xf32>
    %24 = stablehlo.sqrt %a : tensor<2xf32>
    %25 = stablehlo.tan %a : tensor<2xf32>
    %26 = stablehlo.tanh %a : tensor<2xf32>
    %29 = stablehlo.reduce_precision %a, format = e5m10 : tensor<2xf32>
    %30 = stablehlo.reverse %a, dims = [0] : tensor<2xf32>
    %31 = stablehlo.bitcast_convert %a : (tensor<2xf32>) -> tensor<2xi32>
    return %0 : tensor<2xf32>
  }

  func.func @binary(%a: tensor<2xf32>, %i: tensor<2xi32>, %d: tensor<?xi32>, %b: tensor<2xi1>, %s: tensor<i1>) {
    %0 = stablehlo.add %i, %d : (tensor<2xi32>, tensor<?xi32>) -> tensor<2xi32>
    %1 = stablehlo.and %b, %b : tensor<2xi1>
    %2 = stablehlo.atan2 %a, %a : tensor<2xf32>
    %3 = stablehlo.divide %a, %a : tensor<2xf32>
    %4 = stablehlo.maximum %a, %a : tensor<2xf32>
    %5 = stablehlo.minimum %a, %a : tensor<2xf32>
    %6 = stablehlo.multiply %a, %a : tensor<2xf32>
    %7 = stablehlo.or %b, %b : tensor<2xi1>
    %8 = stablehlo.power %a, %a : tensor<2xf32>
    %9 = stablehlo.remainder %a, %a : tensor<2xf32>
    %10 = stablehlo.shift_left %i, %i : tensor<2xi32>
    %11 = stablehlo.shift_right_arithmetic %i, %i : tensor<2xi32>
    %12 = stablehlo.shift_right_logical %i, %i : tensor<2xi32>
    %13 = stablehlo.subtract %a, %a : tensor<2xf32>
    %14 = stablehlo.xor %b, %b : tensor<2xi1>
    %15 = stablehlo.complex %a, %a : tensor<2xcomplex<f32>>
    %16 = stablehlo.compare LT, %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %17 = stablehlo.compare GE, %a, %a, TOTALORDER : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %18 = stablehlo.select %b, %a, %a : tensor<2xi1>, tensor<2xf32>
    %19 = stablehlo.select %s, %i, %d : (tensor<i1>, tensor<2xi32>, tensor<?xi32>) -> tensor<2xi32>
    %20 = stablehlo.clamp %a, %a, %a : tensor<2xf32>
    return
  }

  func.func private @shapes(%a: tensor<3x8xf32>, %v: tensor<8xf32>, %f: tensor<f32>, %i: tensor<i64>, %d: tensor<2xi64>, %n: tensor<i32>) {
    %0 = stablehlo.broadcast_in_dim %v, dims = [1] : (tensor<8xf32>) -> tensor<3x8xf32>
    %1 = stablehlo.broadcast_in_dim %f, dims = [] : (tensor<f32>) -> tensor<3x8xf32>
    %2 = stablehlo.broadcast %v, sizes = [3] : (tensor<8xf32>) -> tensor<3x8xf32>
    %3 = stablehlo.transpose %a, dims = [1, 0] : (tensor<3x8xf32>) -> tensor<8x3xf32>
    %4 = stablehlo.reshape %a : (tensor<3x8xf32>) -> tensor<24xf32>
    %5 = stablehlo.concatenate %v, %v, %v, dim = 0 : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<24xf32>
    %6 = stablehlo.slice %a [1:3, 4:8:2] : (tensor<3x8xf32>) -> tensor<2x2xf32>
    %7 = stablehlo.slice %f [] : (tensor<f32>) -> tensor<f32>
    %8 = stablehlo.pad %v, %f, low = [-1], high = [2], interior = [1] : (tensor<8xf32>, tensor<f32>) -> tensor<16xf32>
    %9 = stablehlo.dynamic_slice %a, %i, %i, sizes = [1, 4] : (tensor<3x8xf32>, tensor<i64>, tensor<i64>) -> tensor<1x4xf32>
    %10 = stablehlo.dynamic_slice %f, sizes = [] : (tensor<f32>) -> tensor<f32>
    %11 = stablehlo.dynamic_update_slice %a, %9, %i, %i : (tensor<3x8xf32>, tensor<1x4xf32>, tensor<i64>, tensor<i64>) -> tensor<3x8xf32>
    %12 = stablehlo.iota dim = 1 : tensor<3x8xi32>
    %13 = stablehlo.dynamic_iota %d, dim = 0 : (tensor<2xi64>) -> tensor<?x?xi32>
    %14 = stablehlo.dynamic_reshape %a, %d : (tensor<3x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
    %15 = stablehlo.dynamic_broadcast_in_dim %v, %d, dims = [1] {known_expanding_dimensions = array<i64>, known_nonexpanding_dimensions = array<i64: 0>} : (tensor<8xf32>, tensor<2xi64>) -> tensor<?x8xf32>
    %16 = stablehlo.get_dimension_size %a, dim = 1 : (tensor<3x8xf32>) -> tensor<i32>
    %17 = stablehlo.set_dimension_size %a, %n, dim = 1 : (tensor<3x8xf32>, tensor<i32>) -> tensor<3x?xf32, #stablehlo.bounds<?, 8>>
    %18 = stablehlo.dynamic_pad %a, %f, %d, %d, %d : (tensor<3x8xf32>, tensor<f32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xf32>
    %19 = stablehlo.real_dynamic_slice %a, %d, %d, %d : (tensor<3x8xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xf32>
    return
  }

  func.func @products(%a: tensor<2x3x4xf32>, %b: tensor<2x4x5xf32>, %m: tensor<3x4xf32>, %v: tensor<4xf32>, %z: tensor<16xcomplex<f32>>) {
    %0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    %1 = stablehlo.dot_general %m, %v, contracting_dims = [1] x [0], precision = [DEFAULT, HIGHEST] : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %2 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1], algorithm = <lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false> : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    %3 = stablehlo.dot %m, %v, precision = [DEFAULT, DEFAULT] : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %4 = stablehlo.dot %m, %v : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %5 = stablehlo.einsum %m, %v, config = "ab,b->a" : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %6 = stablehlo.unary_einsum %m, config = "ab->a" : (tensor<3x4xf32>) -> tensor<3xf32>
    %7 = stablehlo.fft %z, type = IFFT, length = [16] : (tensor<16xcomplex<f32>>) -> tensor<16xcomplex<f32>>
    %8:2 = call @two() : () -> (tensor<3x3xf32>, tensor<3xf32>)
    %9 = stablehlo.cholesky %8#0, lower = true : tensor<3x3xf32>
    %10 = stablehlo.cholesky %8#0 : tensor<3x3xf32>
    return
  }

  func.func private @two() -> (tensor<3x3xf32>, tensor<3xf32> {jax.result_info = "b"})

  func.func @convolutions(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x6xf32>, %p: tensor<2x2xi32>) {
    %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [2, 1], pad = [[1, 1], [0, 2]], lhs_dilate = [1, 2], rhs_dilate = [2, 1], reverse = [true, false]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>]} : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<1x3x15x6xf32>
    %1 = stablehlo.convolution(%x, %w) dim_numbers = [b, 1, 0, f]x[1, 0, i, o]->[f, b, 0, 1], window = {pad = [[1, 1], [1, 1]]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<6x1x8x8xf32>
    %2 = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<1x6x6x6xf32>
    return
  }

  func.func @regions(%a: tensor<4x5xf32>, %i: tensor<4x5xi32>, %zero: tensor<f32>, %none: tensor<i32>, %token: !stablehlo.token) -> (tensor<4xf32>) {
    %0 = stablehlo.reduce(%a init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<4x5xf32>, tensor<f32>) -> tensor<4xf32>
    %1 = stablehlo.reduce(%a init: %zero) applies stablehlo.maximum across dimensions = [0, 1] {mhlo.note = 3 : i8} : (tensor<4x5xf32>, tensor<f32>) -> tensor<f32>
    %2:2 = stablehlo.reduce(%a init: %zero), (%i init: %none) across dimensions = [1] : (tensor<4x5xf32>, tensor<4x5xi32>, tensor<f32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xi32>)
     reducer(%x: tensor<f32>, %y: tensor<f32>) (%p: tensor<i32>, %q: tensor<i32>) {
      %5 = stablehlo.maximum %x, %y : tensor<f32>
      %6 = stablehlo.add %p, %q : tensor<i32>
      stablehlo.return %5, %6 : tensor<f32>, tensor<i32>
    }
    %3:2 = stablehlo.while(%n = %none, %s = %zero) : tensor<i32>, tensor<f32>
     attributes {mhlo.note = "loop"}
     cond {
      %5 = stablehlo.compare LT, %n, %none : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %5 : tensor<i1>
    } do {
      %5 = stablehlo.add %s, %zero : tensor<f32>
      stablehlo.return %n, %5 : tensor<i32>, tensor<f32>
    }
    %4:2 = "stablehlo.while"(%3#0, %3#1) ({
    ^bb0(%n: tensor<i32>, %s: tensor<f32>):
      %5 = stablehlo.compare LT, %n, %none : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %5 : tensor<i1>
    }, {
    ^bb0(%n: tensor<i32>, %s: tensor<f32>):
      stablehlo.return %n, %s : tensor<i32>, tensor<f32>
    }) : (tensor<i32>, tensor<f32>) -> (tensor<i32>, tensor<f32>)
    %7 = "stablehlo.case"(%none) ({
      stablehlo.return %0 : tensor<4xf32>
    }, {
      stablehlo.return %2#0 : tensor<4xf32>
    }) : (tensor<i32>) -> tensor<4xf32>
    return {mhlo.note = "last"} %7 : tensor<4xf32>
  }

  func.func public @others(%a: tensor<2xf32> {mhlo.sharding = "{replicated}"}, %f: tensor<f32>, %s: tensor<2xi64>, %state: tensor<2xui64>, %t: !stablehlo.token, %u: tuple<tensor<i32>, tuple<tensor<f32>>>) -> (tensor<2xf32> {jax.result_info = ""}) attributes {note = "f"} {
    %0 = stablehlo.constant dense<[1, 2]> : tensor<2xi8>
    %1 = stablehlo.constant {mhlo.note = 1 : i16} dense<1.5> : tensor<2x2xbf16>
    %3 = stablehlo.create_token : !stablehlo.token
    %4 = stablehlo.after_all %3, %t : !stablehlo.token
    %5 = stablehlo.after_all : !stablehlo.token
    %6 = stablehlo.replica_id : tensor<ui32>
    %7 = stablehlo.partition_id : tensor<ui32>
    %8 = stablehlo.tuple %a, %f : tuple<tensor<2xf32>, tensor<f32>>
    %9 = stablehlo.tuple : tuple<>
    %10 = stablehlo.get_tuple_element %u[1] : (tuple<tensor<i32>, tuple<tensor<f32>>>) -> tuple<tensor<f32>>
    %11:2 = stablehlo.optimization_barrier %a, %f : tensor<2xf32>, tensor<f32>
    %12 = stablehlo.optimization_barrier %a : tensor<2xf32>
    stablehlo.optimization_barrier()
    %13 = stablehlo.rng %f, %f, %s, distribution = NORMAL : (tensor<f32>, tensor<f32>, tensor<2xi64>) -> tensor<2x2xf32>
    %14, %15 = stablehlo.rng_bit_generator %state, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<6xui32>)
    %16 = stablehlo.custom_call @foo(%a, %f) {backend_config = "bar", has_side_effect = true} : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %17:2 = stablehlo.custom_call @"foo.not id"() {api_version = 4 : i32, backend_config = {c = 1.5 : f32, a = array<f32: 1.0, 2.5>, b = "x"}, called_computations = [@two], operand_layouts = [], result_layouts = [dense<0> : tensor<1xindex>, dense<> : tensor<0xindex>]} : () -> (tensor<2xf32>, tensor<f32>)
    %18 = stablehlo.custom_call @alias(%a) {output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>]} : (tensor<2xf32>) -> tensor<2xf32>
    stablehlo.custom_call @none(%a) : (tensor<2xf32>) -> ()
    %19 = stablehlo.composite "my.op" %a {composite_attributes = {n = 2 : i64}, decomposition = @one_in, version = 1 : i32} : (tensor<2xf32>) -> tensor<2xf32>
    %20 = func.call @one_in(%a) {mhlo.note} : (tensor<2xf32>) -> tensor<2xf32>
    func.return %a : tensor<2xf32>
  }
  func.func private @one_in(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> }

  func.func @chlo(%a: tensor<2xf32>, %i: tensor<2xi32>, %m: tensor<4x5xf32>, %b: tensor<i1>) {
    %0 = chlo.acos %a : tensor<2xf32> -> tensor<2xf32>
    %1 = chlo.acosh %a : tensor<2xf32> -> tensor<2xf32>
    %2 = chlo.asin %a : tensor<2xf32> -> tensor<2xf32>
    %3 = chlo.asinh %a : tensor<2xf32> -> tensor<2xf32>
    %4 = chlo.atan %a : tensor<2xf32> -> tensor<2xf32>
    %5 = chlo.atanh %a : tensor<2xf32> -> tensor<2xf32>
    %6 = chlo.bessel_i1e %a : tensor<2xf32> -> tensor<2xf32>
    %7 = chlo.conj %a : tensor<2xf32> -> tensor<2xf32>
    %8 = chlo.cosh %a : tensor<2xf32> -> tensor<2xf32>
    %9 = chlo.digamma %a : tensor<2xf32> -> tensor<2xf32>
    %10 = chlo.erf %a : tensor<2xf32> -> tensor<2xf32>
    %11 = chlo.erf_inv %a : tensor<2xf32> -> tensor<2xf32>
    %12 = chlo.erfc %a : tensor<2xf32> -> tensor<2xf32>
    %13 = chlo.is_inf %a : tensor<2xf32> -> tensor<2xi1>
    %14 = chlo.is_neg_inf %a : tensor<2xf32> -> tensor<2xi1>
    %15 = chlo.is_pos_inf %a : tensor<2xf32> -> tensor<2xi1>
    %16 = chlo.lgamma %a : tensor<2xf32> -> tensor<2xf32>
    %17 = chlo.sinh %a : tensor<2xf32> -> tensor<2xf32>
    %18 = chlo.square %a : tensor<2xf32> -> tensor<2xf32>
    %19 = chlo.tan %a : tensor<2xf32> -> tensor<2xf32>
    %20 = chlo.next_after %a, %a : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %21 = chlo.polygamma %a, %a : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %22 = chlo.zeta %a, %a : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    %23 = chlo.broadcast_add %a, %a {broadcast_dimensions = array<i64: 0>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %24 = chlo.broadcast_power %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %25 = chlo.broadcast_compare %a, %a {comparison_direction = #chlo<comparison_direction LT>, compare_type = #chlo<comparison_type FLOAT>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %26 = chlo.broadcast_select %b, %a, %a : (tensor<i1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %27 = chlo.constant dense<1.0> : tensor<2xf32>
    %28 = "chlo.constant_like"(%a) {value = 1.0 : f32} : (tensor<2xf32>) -> tensor<2xf32>
    %29:2 = chlo.top_k(%m, k = 2) : tensor<4x5xf32> -> (tensor<4x2xf32>, tensor<4x2xi32>)
    %30 = chlo.mulhi %i, %i : tensor<2xi32>, tensor<2xi32> -> tensor<2xi32>
    %31 = chlo.broadcast_complex %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xcomplex<f32>>
    return
  }

  func.func @newer(%v: tensor<4xi32>, %zero: tensor<i32>, %x: tensor<11x5xf32>, %y: tensor<3x5x7xf32>, %groups: tensor<3xi64>) {
    %0:2 = chlo.scan(%v) inits(%zero) dimension=0 attributes {is_reverse = true} {
    ^bb0(%a: tensor<i32>, %b: tensor<i32>):
      %3 = stablehlo.add %a, %b : tensor<i32>
      stablehlo.return %3, %3 : tensor<i32>, tensor<i32>
    } : (tensor<4xi32>, tensor<i32>) -> (tensor<4xi32>, tensor<i32>)
    %1 = "chlo.ragged_dot"(%x, %y, %groups) {ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>, precision_config = [#chlo<precision DEFAULT>, #chlo<precision HIGHEST>]} : (tensor<11x5xf32>, tensor<3x5x7xf32>, tensor<3xi64>) -> tensor<11x7xf32>
    %2 = "stablehlo.all_gather"(%v) <{all_gather_dim = 0 : i64, channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "x">, #stablehlo.axis_ref<name = "y", sub_axis_info = (1)2>]>, use_global_device_ids}> : (tensor<4xi32>) -> tensor<16xi32>
    return
  }

  func.func @shardings(%a: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x", ?}p1, {"y":(1)2}], replicated={"y":(2)2}>}, %b: tensor<8x8xf32>) -> (tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{?}, {}], unreduced={"x"}>}) {
    %0 = sdy.sharding_constraint %a <@mesh, [{"x"}, {?}]> : tensor<8x8xf32>
    %1 = sdy.reshard %0 <@mesh, [{}, {"y"}]> : tensor<8x8xf32>
    %2 = sdy.manual_computation(%1, %b) in_shardings=[<@mesh, [{"x"}, {}]>, <@mesh, [{}, {"x"}]>] out_shardings=[<@mesh, [{"x"}, {}]>] manual_axes={"x"} (%x: tensor<4x8xf32>, %y: tensor<8x4xf32>) {
      %5 = stablehlo.add %x, %x : tensor<4x8xf32>
      sdy.return %5 : tensor<4x8xf32>
    } : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %3 = sdy.propagation_barrier %2 allowed_direction=BACKWARD : tensor<8x8xf32>
    sdy.sharding_group %3 group_id=7 : tensor<8x8xf32>
    %4 = sdy.constant dense<1.0> : tensor<8x8xf32>
    %5 = sdy.named_computation<"foo">(%4) in_shardings=[<@mesh, [{}, {}]>] out_shardings=[<@mesh, [{"x"}, {}]>] (%x: tensor<8x8xf32>) {
      sdy.return %x : tensor<8x8xf32>
    } : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %6 = sdy.named_computation<"bar">(%4) (%x: tensor<8x8xf32>) {
      sdy.return %x : tensor<8x8xf32>
    } : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %7 = stablehlo.tanh %6 {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}, {"y"}]>]>} : tensor<8x8xf32>
    %8 = sdy.all_gather [{"x"}, {}] %7 out_sharding=<@mesh, [{}, {"y"}]> : tensor<8x8xf32>
    %9 = sdy.all_slice [{"x"}, {}] %8 out_sharding=<@mesh, [{"x"}, {"y"}]> : tensor<8x8xf32>
    %10 = sdy.all_reduce {"x"} %8 out_sharding=<@mesh, [{}, {"y"}]> : tensor<8x8xf32>
    %11 = sdy.collective_permute %10 out_sharding=<@mesh, [{}, {"y"}]> : tensor<8x8xf32>
    %12 = stablehlo.add %11, %11 {sdy.sharding_rule = #sdy.op_sharding_rule<([i, j], [i, j])->([i, j]) {i=8, j=8}>} : tensor<8x8xf32>


    %13 = stablehlo.negate %12 {sdy.sharding = #sdy.sharding_per_value<[<mesh<["a"=2, "b"=2]>, [{"a"}, {"b"}]>]>} : tensor<8x8xf32>
    return %13 : tensor<8x8xf32>
  }

  func.func @arithmetic(%a: index, %b: i32, %f: f32, %t: tensor<2xi32>) -> index {
    %0 = arith.constant 5 : index
    %1 = arith.constant -7 : i32
    %2 = arith.constant 1.5 : f32
    %3 = arith.constant dense<[1, 2]> : tensor<2xi32>
    %4 = arith.addi %a, %0 : index
    %5 = arith.muli %b, %1 overflow<nsw> : i32
    %6 = arith.subi %t, %3 : tensor<2xi32>
    %7 = arith.index_cast %b : i32 to index
    %8 = arith.cmpi slt, %a, %0 : index
    %9 = arith.select %8, %a, %0 : index
    %10 = arith.addf %f, %2 : f32
    %11 = arith.mulf %f, %2 fastmath<fast> : f32
    %12 = arith.cmpf olt, %f, %2 : f32
    %13 = arith.maxsi %b, %1 : i32
    %14 = arith.divsi %b, %1 : i32
    %15 = arith.extsi %b : i32 to i64
    %16 = arith.negf %f : f32
    %17 = arith.constant true
    %18 = arith.sitofp %b : i32 to f32
    return %4 : index
  }
}
