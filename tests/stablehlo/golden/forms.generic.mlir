"builtin.module"() <{sym_name = "forms"}> ({
  "sdy.mesh"() <{mesh = #sdy.mesh<["x"=2, "y"=4]>, sym_name = "mesh"}> : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<["x"=2, "y"=2], device_ids=[3, 2, 1, 0]>, sym_name = "ordered"}> : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<[], device_ids=[3]>, sym_name = "one"}> : () -> ()
  "func.func"() <{function_type = (tensor<2xf32>, tensor<2xi32>, tensor<2xi1>, tensor<2xcomplex<f32>>) -> tensor<2xf32>, sym_name = "unary"}> ({
  ^bb0(%arg61: tensor<2xf32>, %arg62: tensor<2xi32>, %arg63: tensor<2xi1>, %arg64: tensor<2xcomplex<f32>>):
    %153 = "stablehlo.abs"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %154 = "stablehlo.abs"(%arg64) : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
    %155 = "stablehlo.cbrt"(%arg61) <{result_accuracy = #stablehlo.result_accuracy<ulps = 10, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>}> : (tensor<2xf32>) -> tensor<2xf32>
    %156 = "stablehlo.ceil"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %157 = "stablehlo.count_leading_zeros"(%arg62) : (tensor<2xi32>) -> tensor<2xi32>
    %158 = "stablehlo.convert"(%arg62) : (tensor<2xi32>) -> tensor<2xf32>
    %159 = "stablehlo.cosine"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %160 = "stablehlo.exponential"(%arg61) <{result_accuracy = #stablehlo.result_accuracy<mode = #stablehlo.result_accuracy_mode<HIGHEST>>}> : (tensor<2xf32>) -> tensor<2xf32>
    %161 = "stablehlo.exponential_minus_one"(%arg61) <{result_accuracy = #stablehlo.result_accuracy<atol = 1.000000e-03, rtol = 5.000000e-01, ulps = 2, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>}> : (tensor<2xf32>) -> tensor<2xf32>
    %162 = "stablehlo.floor"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %163 = "stablehlo.imag"(%arg64) : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
    %164 = "stablehlo.is_finite"(%arg61) : (tensor<2xf32>) -> tensor<2xi1>
    %165 = "stablehlo.log"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %166 = "stablehlo.log_plus_one"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %167 = "stablehlo.logistic"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %168 = "stablehlo.negate"(%arg61) {mhlo.note = "kept"} : (tensor<2xf32>) -> tensor<2xf32>
    %169 = "stablehlo.not"(%arg63) : (tensor<2xi1>) -> tensor<2xi1>
    %170 = "stablehlo.popcnt"(%arg62) : (tensor<2xi32>) -> tensor<2xi32>
    %171 = "stablehlo.real"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %172 = "stablehlo.round_nearest_afz"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %173 = "stablehlo.round_nearest_even"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %174 = "stablehlo.rsqrt"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %175 = "stablehlo.sign"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %176 = "stablehlo.sine"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %177 = "stablehlo.sqrt"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %178 = "stablehlo.tan"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %179 = "stablehlo.tanh"(%arg61) : (tensor<2xf32>) -> tensor<2xf32>
    %180 = "stablehlo.reduce_precision"(%arg61) <{exponent_bits = 5 : i32, mantissa_bits = 10 : i32}> : (tensor<2xf32>) -> tensor<2xf32>
    %181 = "stablehlo.reverse"(%arg61) <{dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2xf32>
    %182 = "stablehlo.bitcast_convert"(%arg61) : (tensor<2xf32>) -> tensor<2xi32>
    "func.return"(%153) : (tensor<2xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2xf32>, tensor<2xi32>, tensor<?xi32>, tensor<2xi1>, tensor<i1>) -> (), sym_name = "binary"}> ({
  ^bb0(%arg56: tensor<2xf32>, %arg57: tensor<2xi32>, %arg58: tensor<?xi32>, %arg59: tensor<2xi1>, %arg60: tensor<i1>):
    %132 = "stablehlo.add"(%arg57, %arg58) : (tensor<2xi32>, tensor<?xi32>) -> tensor<2xi32>
    %133 = "stablehlo.and"(%arg59, %arg59) : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
    %134 = "stablehlo.atan2"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %135 = "stablehlo.divide"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %136 = "stablehlo.maximum"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %137 = "stablehlo.minimum"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %138 = "stablehlo.multiply"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %139 = "stablehlo.or"(%arg59, %arg59) : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
    %140 = "stablehlo.power"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %141 = "stablehlo.remainder"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %142 = "stablehlo.shift_left"(%arg57, %arg57) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %143 = "stablehlo.shift_right_arithmetic"(%arg57, %arg57) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %144 = "stablehlo.shift_right_logical"(%arg57, %arg57) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %145 = "stablehlo.subtract"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %146 = "stablehlo.xor"(%arg59, %arg59) : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
    %147 = "stablehlo.complex"(%arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xcomplex<f32>>
    %148 = "stablehlo.compare"(%arg56, %arg56) <{comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %149 = "stablehlo.compare"(%arg56, %arg56) <{compare_type = #stablehlo<comparison_type TOTALORDER>, comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %150 = "stablehlo.select"(%arg59, %arg56, %arg56) : (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %151 = "stablehlo.select"(%arg60, %arg57, %arg58) : (tensor<i1>, tensor<2xi32>, tensor<?xi32>) -> tensor<2xi32>
    %152 = "stablehlo.clamp"(%arg56, %arg56, %arg56) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<3x8xf32>, tensor<8xf32>, tensor<f32>, tensor<i64>, tensor<2xi64>, tensor<i32>) -> (), sym_name = "shapes", sym_visibility = "private"}> ({
  ^bb0(%arg50: tensor<3x8xf32>, %arg51: tensor<8xf32>, %arg52: tensor<f32>, %arg53: tensor<i64>, %arg54: tensor<2xi64>, %arg55: tensor<i32>):
    %112 = "stablehlo.broadcast_in_dim"(%arg51) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xf32>) -> tensor<3x8xf32>
    %113 = "stablehlo.broadcast_in_dim"(%arg52) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x8xf32>
    %114 = "stablehlo.broadcast"(%arg51) <{broadcast_sizes = array<i64: 3>}> : (tensor<8xf32>) -> tensor<3x8xf32>
    %115 = "stablehlo.transpose"(%arg50) <{permutation = array<i64: 1, 0>}> : (tensor<3x8xf32>) -> tensor<8x3xf32>
    %116 = "stablehlo.reshape"(%arg50) : (tensor<3x8xf32>) -> tensor<24xf32>
    %117 = "stablehlo.concatenate"(%arg51, %arg51, %arg51) <{dimension = 0 : i64}> : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<24xf32>
    %118 = "stablehlo.slice"(%arg50) <{limit_indices = array<i64: 3, 8>, start_indices = array<i64: 1, 4>, strides = array<i64: 1, 2>}> : (tensor<3x8xf32>) -> tensor<2x2xf32>
    %119 = "stablehlo.slice"(%arg52) <{limit_indices = array<i64>, start_indices = array<i64>, strides = array<i64>}> : (tensor<f32>) -> tensor<f32>
    %120 = "stablehlo.pad"(%arg51, %arg52) <{edge_padding_high = array<i64: 2>, edge_padding_low = array<i64: -1>, interior_padding = array<i64: 1>}> : (tensor<8xf32>, tensor<f32>) -> tensor<16xf32>
    %121 = "stablehlo.dynamic_slice"(%arg50, %arg53, %arg53) <{slice_sizes = array<i64: 1, 4>}> : (tensor<3x8xf32>, tensor<i64>, tensor<i64>) -> tensor<1x4xf32>
    %122 = "stablehlo.dynamic_slice"(%arg52) <{slice_sizes = array<i64>}> : (tensor<f32>) -> tensor<f32>
    %123 = "stablehlo.dynamic_update_slice"(%arg50, %121, %arg53, %arg53) : (tensor<3x8xf32>, tensor<1x4xf32>, tensor<i64>, tensor<i64>) -> tensor<3x8xf32>
    %124 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<3x8xi32>
    %125 = "stablehlo.dynamic_iota"(%arg54) <{iota_dimension = 0 : i64}> : (tensor<2xi64>) -> tensor<?x?xi32>
    %126 = "stablehlo.dynamic_reshape"(%arg50, %arg54) : (tensor<3x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
    %127 = "stablehlo.dynamic_broadcast_in_dim"(%arg51, %arg54) <{broadcast_dimensions = array<i64: 1>, known_expanding_dimensions = array<i64>, known_nonexpanding_dimensions = array<i64: 0>}> : (tensor<8xf32>, tensor<2xi64>) -> tensor<?x8xf32>
    %128 = "stablehlo.get_dimension_size"(%arg50) <{dimension = 1 : i64}> : (tensor<3x8xf32>) -> tensor<i32>
    %129 = "stablehlo.set_dimension_size"(%arg50, %arg55) <{dimension = 1 : i64}> : (tensor<3x8xf32>, tensor<i32>) -> tensor<3x?xf32, #stablehlo.bounds<?, 8>>
    %130 = "stablehlo.dynamic_pad"(%arg50, %arg52, %arg54, %arg54, %arg54) : (tensor<3x8xf32>, tensor<f32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xf32>
    %131 = "stablehlo.real_dynamic_slice"(%arg50, %arg54, %arg54, %arg54) : (tensor<3x8xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2x3x4xf32>, tensor<2x4x5xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<16xcomplex<f32>>) -> (), sym_name = "products"}> ({
  ^bb0(%arg45: tensor<2x3x4xf32>, %arg46: tensor<2x4x5xf32>, %arg47: tensor<3x4xf32>, %arg48: tensor<4xf32>, %arg49: tensor<16xcomplex<f32>>):
    %101 = "stablehlo.dot_general"(%arg45, %arg46) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>}> : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    %102 = "stablehlo.dot_general"(%arg47, %arg48) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGHEST>]}> : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %103 = "stablehlo.dot_general"(%arg45, %arg46) <{algorithm = #stablehlo.dot_algorithm<lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false>, dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>}> : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    %104 = "stablehlo.dot"(%arg47, %arg48) <{precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %105 = "stablehlo.dot"(%arg47, %arg48) : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %106 = "stablehlo.einsum"(%arg47, %arg48) <{einsum_config = "ab,b->a"}> : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %107 = "stablehlo.unary_einsum"(%arg47) <{einsum_config = "ab->a"}> : (tensor<3x4xf32>) -> tensor<3xf32>
    %108 = "stablehlo.fft"(%arg49) <{fft_length = array<i64: 16>, fft_type = #stablehlo<fft_type IFFT>}> : (tensor<16xcomplex<f32>>) -> tensor<16xcomplex<f32>>
    %109:2 = "func.call"() <{callee = @two}> : () -> (tensor<3x3xf32>, tensor<3xf32>)
    %110 = "stablehlo.cholesky"(%109#0) <{lower = true}> : (tensor<3x3xf32>) -> tensor<3x3xf32>
    %111 = "stablehlo.cholesky"(%109#0) : (tensor<3x3xf32>) -> tensor<3x3xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = () -> (tensor<3x3xf32>, tensor<3xf32>), res_attrs = [{}, {jax.result_info = "b"}], sym_name = "two", sym_visibility = "private"}> ({
  }) : () -> ()
  "func.func"() <{function_type = (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>, tensor<2x2xi32>) -> (), sym_name = "convolutions"}> ({
  ^bb0(%arg42: tensor<1x8x8x4xf32>, %arg43: tensor<3x3x4x6xf32>, %arg44: tensor<2x2xi32>):
    %98 = "stablehlo.convolution"(%arg42, %arg43) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, lhs_dilation = array<i64: 1, 2>, padding = dense<[[1, 1], [0, 2]]> : tensor<2x2xi64>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>], rhs_dilation = array<i64: 2, 1>, window_reversal = array<i1: true, false>, window_strides = array<i64: 2, 1>}> : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<1x3x15x6xf32>
    %99 = "stablehlo.convolution"(%arg42, %arg43) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 1, 0, f]x[1, 0, i, o]->[f, b, 0, 1]>, feature_group_count = 1 : i64, padding = dense<1> : tensor<2x2xi64>}> : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<6x1x8x8xf32>
    %100 = "stablehlo.convolution"(%arg42, %arg43) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64}> : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<1x6x6x6xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<4x5xf32>, tensor<4x5xi32>, tensor<f32>, tensor<i32>, !stablehlo.token) -> tensor<4xf32>, sym_name = "regions"}> ({
  ^bb0(%arg21: tensor<4x5xf32>, %arg22: tensor<4x5xi32>, %arg23: tensor<f32>, %arg24: tensor<i32>, %arg25: !stablehlo.token):
    %85 = "stablehlo.reduce"(%arg21, %arg23) <{dimensions = array<i64: 1>}> ({
    ^bb0(%arg40: tensor<f32>, %arg41: tensor<f32>):
      %97 = "stablehlo.add"(%arg40, %arg41) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%97) : (tensor<f32>) -> ()
    }) : (tensor<4x5xf32>, tensor<f32>) -> tensor<4xf32>
    %86 = "stablehlo.reduce"(%arg21, %arg23) <{dimensions = array<i64: 0, 1>}> ({
    ^bb0(%arg38: tensor<f32>, %arg39: tensor<f32>):
      %96 = "stablehlo.maximum"(%arg38, %arg39) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%96) : (tensor<f32>) -> ()
    }) {mhlo.note = 3 : i8} : (tensor<4x5xf32>, tensor<f32>) -> tensor<f32>
    %87:2 = "stablehlo.reduce"(%arg21, %arg22, %arg23, %arg24) <{dimensions = array<i64: 1>}> ({
    ^bb0(%arg34: tensor<f32>, %arg35: tensor<i32>, %arg36: tensor<f32>, %arg37: tensor<i32>):
      %94 = "stablehlo.maximum"(%arg34, %arg36) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %95 = "stablehlo.add"(%arg35, %arg37) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      "stablehlo.return"(%94, %95) : (tensor<f32>, tensor<i32>) -> ()
    }) : (tensor<4x5xf32>, tensor<4x5xi32>, tensor<f32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xi32>)
    %88:2 = "stablehlo.while"(%arg24, %arg23) ({
    ^bb0(%arg32: tensor<i32>, %arg33: tensor<f32>):
      %93 = "stablehlo.compare"(%arg32, %arg24) <{comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
      "stablehlo.return"(%93) : (tensor<i1>) -> ()
    }, {
    ^bb0(%arg30: tensor<i32>, %arg31: tensor<f32>):
      %92 = "stablehlo.add"(%arg31, %arg23) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%arg30, %92) : (tensor<i32>, tensor<f32>) -> ()
    }) {mhlo.note = "loop"} : (tensor<i32>, tensor<f32>) -> (tensor<i32>, tensor<f32>)
    %89:2 = "stablehlo.while"(%88#0, %88#1) ({
    ^bb0(%arg28: tensor<i32>, %arg29: tensor<f32>):
      %91 = "stablehlo.compare"(%arg28, %arg24) <{comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
      "stablehlo.return"(%91) : (tensor<i1>) -> ()
    }, {
    ^bb0(%arg26: tensor<i32>, %arg27: tensor<f32>):
      "stablehlo.return"(%arg26, %arg27) : (tensor<i32>, tensor<f32>) -> ()
    }) : (tensor<i32>, tensor<f32>) -> (tensor<i32>, tensor<f32>)
    %90 = "stablehlo.case"(%arg24) ({
      "stablehlo.return"(%85) : (tensor<4xf32>) -> ()
    }, {
      "stablehlo.return"(%87#0) : (tensor<4xf32>) -> ()
    }) : (tensor<i32>) -> tensor<4xf32>
    "func.return"(%90) {mhlo.note = "last"} : (tensor<4xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{mhlo.sharding = "{replicated}"}, {}, {}, {}, {}, {}], function_type = (tensor<2xf32>, tensor<f32>, tensor<2xi64>, tensor<2xui64>, !stablehlo.token, tuple<tensor<i32>, tuple<tensor<f32>>>) -> tensor<2xf32>, res_attrs = [{jax.result_info = ""}], sym_name = "others", sym_visibility = "public"}> ({
  ^bb0(%arg15: tensor<2xf32>, %arg16: tensor<f32>, %arg17: tensor<2xi64>, %arg18: tensor<2xui64>, %arg19: !stablehlo.token, %arg20: tuple<tensor<i32>, tuple<tensor<f32>>>):
    %66 = "stablehlo.constant"() <{value = dense<[1, 2]> : tensor<2xi8>}> : () -> tensor<2xi8>
    %67 = "stablehlo.constant"() <{value = dense<1.500000e+00> : tensor<2x2xbf16>}> {mhlo.note = 1 : i16} : () -> tensor<2x2xbf16>
    %68 = "stablehlo.create_token"() : () -> !stablehlo.token
    %69 = "stablehlo.after_all"(%68, %arg19) : (!stablehlo.token, !stablehlo.token) -> !stablehlo.token
    %70 = "stablehlo.after_all"() : () -> !stablehlo.token
    %71 = "stablehlo.replica_id"() : () -> tensor<ui32>
    %72 = "stablehlo.partition_id"() : () -> tensor<ui32>
    %73 = "stablehlo.tuple"(%arg15, %arg16) : (tensor<2xf32>, tensor<f32>) -> tuple<tensor<2xf32>, tensor<f32>>
    %74 = "stablehlo.tuple"() : () -> tuple<>
    %75 = "stablehlo.get_tuple_element"(%arg20) <{index = 1 : i32}> : (tuple<tensor<i32>, tuple<tensor<f32>>>) -> tuple<tensor<f32>>
    %76:2 = "stablehlo.optimization_barrier"(%arg15, %arg16) : (tensor<2xf32>, tensor<f32>) -> (tensor<2xf32>, tensor<f32>)
    %77 = "stablehlo.optimization_barrier"(%arg15) : (tensor<2xf32>) -> tensor<2xf32>
    "stablehlo.optimization_barrier"() : () -> ()
    %78 = "stablehlo.rng"(%arg16, %arg16, %arg17) <{rng_distribution = #stablehlo<rng_distribution NORMAL>}> : (tensor<f32>, tensor<f32>, tensor<2xi64>) -> tensor<2x2xf32>
    %79:2 = "stablehlo.rng_bit_generator"(%arg18) <{rng_algorithm = #stablehlo<rng_algorithm THREE_FRY>}> : (tensor<2xui64>) -> (tensor<2xui64>, tensor<6xui32>)
    %80 = "stablehlo.custom_call"(%arg15, %arg16) <{backend_config = "bar", call_target_name = "foo", has_side_effect = true}> : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %81:2 = "stablehlo.custom_call"() <{api_version = 4 : i32, backend_config = {a = array<f32: 1.000000e+00, 2.500000e+00>, b = "x", c = 1.500000e+00 : f32}, call_target_name = "foo.not id", called_computations = [@two], operand_layouts = [], result_layouts = [dense<0> : tensor<1xindex>, dense<> : tensor<0xindex>]}> : () -> (tensor<2xf32>, tensor<f32>)
    %82 = "stablehlo.custom_call"(%arg15) <{call_target_name = "alias", output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>]}> : (tensor<2xf32>) -> tensor<2xf32>
    "stablehlo.custom_call"(%arg15) <{call_target_name = "none"}> : (tensor<2xf32>) -> ()
    %83 = "stablehlo.composite"(%arg15) <{composite_attributes = {n = 2 : i64}, decomposition = @one_in, name = "my.op", version = 1 : i32}> : (tensor<2xf32>) -> tensor<2xf32>
    %84 = "func.call"(%arg15) <{callee = @one_in}> {mhlo.note} : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%arg15) : (tensor<2xf32>) -> ()
  }) {note = "f"} : () -> ()
  "func.func"() <{function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "one_in", sym_visibility = "private"}> ({
  ^bb0(%arg14: tensor<2xf32>):
    "func.return"(%arg14) : (tensor<2xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2xf32>, tensor<2xi32>, tensor<4x5xf32>, tensor<i1>) -> (), sym_name = "chlo"}> ({
  ^bb0(%arg10: tensor<2xf32>, %arg11: tensor<2xi32>, %arg12: tensor<4x5xf32>, %arg13: tensor<i1>):
    %34 = "chlo.acos"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %35 = "chlo.acosh"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %36 = "chlo.asin"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %37 = "chlo.asinh"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %38 = "chlo.atan"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %39 = "chlo.atanh"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %40 = "chlo.bessel_i1e"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %41 = "chlo.conj"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %42 = "chlo.cosh"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %43 = "chlo.digamma"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %44 = "chlo.erf"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %45 = "chlo.erf_inv"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %46 = "chlo.erfc"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %47 = "chlo.is_inf"(%arg10) : (tensor<2xf32>) -> tensor<2xi1>
    %48 = "chlo.is_neg_inf"(%arg10) : (tensor<2xf32>) -> tensor<2xi1>
    %49 = "chlo.is_pos_inf"(%arg10) : (tensor<2xf32>) -> tensor<2xi1>
    %50 = "chlo.lgamma"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %51 = "chlo.sinh"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %52 = "chlo.square"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %53 = "chlo.tan"(%arg10) : (tensor<2xf32>) -> tensor<2xf32>
    %54 = "chlo.next_after"(%arg10, %arg10) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %55 = "chlo.polygamma"(%arg10, %arg10) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %56 = "chlo.zeta"(%arg10, %arg10) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %57 = "chlo.broadcast_add"(%arg10, %arg10) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %58 = "chlo.broadcast_power"(%arg10, %arg10) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %59 = "chlo.broadcast_compare"(%arg10, %arg10) <{compare_type = #chlo<comparison_type FLOAT>, comparison_direction = #chlo<comparison_direction LT>}> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %60 = "chlo.broadcast_select"(%arg13, %arg10, %arg10) : (tensor<i1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %61 = "chlo.constant"() <{value = dense<1.000000e+00> : tensor<2xf32>}> : () -> tensor<2xf32>
    %62 = "chlo.constant_like"(%arg10) <{value = 1.000000e+00 : f32}> : (tensor<2xf32>) -> tensor<2xf32>
    %63:2 = "chlo.top_k"(%arg12) <{k = 2 : i64}> : (tensor<4x5xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>)
    %64 = "chlo.mulhi"(%arg11, %arg11) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %65 = "chlo.broadcast_complex"(%arg10, %arg10) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xcomplex<f32>>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{sdy.sharding = #sdy.sharding<@mesh, [{"x", ?}p1, {"y":(1)2}], replicated={"y":(2)2}>}, {}], function_type = (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>, res_attrs = [{sdy.sharding = #sdy.sharding<@mesh, [{?}, {}], unreduced={"x"}>}], sym_name = "shardings"}> ({
  ^bb0(%arg4: tensor<8x8xf32>, %arg5: tensor<8x8xf32>):
    %19 = "sdy.sharding_constraint"(%arg4) <{sharding = #sdy.sharding<@mesh, [{"x"}, {?}]>}> : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %20 = "sdy.reshard"(%19) <{sharding = #sdy.sharding<@mesh, [{}, {"y"}]>}> : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %21 = "sdy.manual_computation"(%20, %arg5) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{"x"}, {}]>, <@mesh, [{}, {"x"}]>]>, manual_axes = #sdy<manual_axes{"x"}>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{"x"}, {}]>]>}> ({
    ^bb0(%arg8: tensor<4x8xf32>, %arg9: tensor<8x4xf32>):
      %33 = "stablehlo.add"(%arg8, %arg8) : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
      "sdy.return"(%33) : (tensor<4x8xf32>) -> ()
    }) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %22 = "sdy.propagation_barrier"(%21) <{allowed_direction = 2 : i32}> : (tensor<8x8xf32>) -> tensor<8x8xf32>
    "sdy.sharding_group"(%22) <{group_id = 7 : i64}> : (tensor<8x8xf32>) -> ()
    %23 = "sdy.constant"() <{value = dense<1.000000e+00> : tensor<8x8xf32>}> : () -> tensor<8x8xf32>
    %24 = "sdy.named_computation"(%23) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}]>]>, name = "foo", out_shardings = #sdy.sharding_per_value<[<@mesh, [{"x"}, {}]>]>}> ({
    ^bb0(%arg7: tensor<8x8xf32>):
      "sdy.return"(%arg7) : (tensor<8x8xf32>) -> ()
    }) : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %25 = "sdy.named_computation"(%23) <{name = "bar"}> ({
    ^bb0(%arg6: tensor<8x8xf32>):
      "sdy.return"(%arg6) : (tensor<8x8xf32>) -> ()
    }) : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %26 = "stablehlo.tanh"(%25) {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}, {"y"}]>]>} : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %27 = "sdy.all_gather"(%26) <{gathering_axes = #sdy<list_of_axis_ref_lists[{"x"}, {}]>, out_sharding = #sdy.sharding<@mesh, [{}, {"y"}]>}> : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %28 = "sdy.all_slice"(%27) <{out_sharding = #sdy.sharding<@mesh, [{"x"}, {"y"}]>, slicing_axes = #sdy<list_of_axis_ref_lists[{"x"}, {}]>}> : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %29 = "sdy.all_reduce"(%27) <{out_sharding = #sdy.sharding<@mesh, [{}, {"y"}]>, reduction_axes = #sdy<axis_ref_list{"x"}>}> : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %30 = "sdy.collective_permute"(%29) <{out_sharding = #sdy.sharding<@mesh, [{}, {"y"}]>}> : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %31 = "stablehlo.add"(%30, %30) {sdy.sharding_rule = #sdy.op_sharding_rule<([i, j], [i, j])->([i, j]) {i=8, j=8}>} : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %32 = "stablehlo.negate"(%31) {sdy.sharding = #sdy.sharding_per_value<[<mesh<["a"=2, "b"=2]>, [{"a"}, {"b"}]>]>} : (tensor<8x8xf32>) -> tensor<8x8xf32>
    "func.return"(%32) : (tensor<8x8xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (index, i32, f32, tensor<2xi32>) -> index, sym_name = "arithmetic"}> ({
  ^bb0(%arg0: index, %arg1: i32, %arg2: f32, %arg3: tensor<2xi32>):
    %0 = "arith.constant"() <{value = 5 : index}> : () -> index
    %1 = "arith.constant"() <{value = -7 : i32}> : () -> i32
    %2 = "arith.constant"() <{value = 1.500000e+00 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = dense<[1, 2]> : tensor<2xi32>}> : () -> tensor<2xi32>
    %4 = "arith.addi"(%arg0, %0) <{overflowFlags = #arith.overflow<none>}> : (index, index) -> index
    %5 = "arith.muli"(%arg1, %1) <{overflowFlags = #arith.overflow<nsw>}> : (i32, i32) -> i32
    %6 = "arith.subi"(%arg3, %3) <{overflowFlags = #arith.overflow<none>}> : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %7 = "arith.index_cast"(%arg1) : (i32) -> index
    %8 = "arith.cmpi"(%arg0, %0) <{predicate = 2 : i64}> : (index, index) -> i1
    %9 = "arith.select"(%8, %arg0, %0) : (i1, index, index) -> index
    %10 = "arith.addf"(%arg2, %2) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
    %11 = "arith.mulf"(%arg2, %2) <{fastmath = #arith.fastmath<fast>}> : (f32, f32) -> f32
    %12 = "arith.cmpf"(%arg2, %2) <{fastmath = #arith.fastmath<none>, predicate = 4 : i64}> : (f32, f32) -> i1
    %13 = "arith.maxsi"(%arg1, %1) : (i32, i32) -> i32
    %14 = "arith.divsi"(%arg1, %1) : (i32, i32) -> i32
    %15 = "arith.extsi"(%arg1) : (i32) -> i64
    %16 = "arith.negf"(%arg2) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
    %17 = "arith.constant"() <{value = true}> : () -> i1
    %18 = "arith.sitofp"(%arg1) : (i32) -> f32
    "func.return"(%4) : (index) -> ()
  }) : () -> ()
}) {mhlo.flag, mhlo.num_partitions = 1 : i32, "mhlo.odd name" = [1, 2.500000e+00 : f32, "a\22b\\\0A", @main, @a::@b, unit, true, {a = -3 : i64, z = 1 : i8}, tensor<2xf32>, (tensor<f32>) -> ()]} : () -> ()
