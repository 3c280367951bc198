"builtin.module"() <{sym_name = "forms"}> ({
  "sdy.mesh"() <{mesh = #sdy.mesh<["x"=2, "y"=4]>, sym_name = "mesh"}> : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<["x"=2, "y"=2], device_ids=[3, 2, 1, 0]>, sym_name = "ordered"}> : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<[], device_ids=[3]>, sym_name = "one"}> : () -> ()
  "func.func"() <{function_type = (tensor<2xf32>, tensor<2xi32>, tensor<2xi1>, tensor<2xcomplex<f32>>) -> tensor<2xf32>, sym_name = "unary"}> ({
  ^bb0(%arg68: tensor<2xf32>, %arg69: tensor<2xi32>, %arg70: tensor<2xi1>, %arg71: tensor<2xcomplex<f32>>):
    %157 = "stablehlo.abs"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %158 = "stablehlo.abs"(%arg71) : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
    %159 = "stablehlo.cbrt"(%arg68) <{result_accuracy = #stablehlo.result_accuracy<ulps = 10, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>}> : (tensor<2xf32>) -> tensor<2xf32>
    %160 = "stablehlo.ceil"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %161 = "stablehlo.count_leading_zeros"(%arg69) : (tensor<2xi32>) -> tensor<2xi32>
    %162 = "stablehlo.convert"(%arg69) : (tensor<2xi32>) -> tensor<2xf32>
    %163 = "stablehlo.cosine"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %164 = "stablehlo.exponential"(%arg68) <{result_accuracy = #stablehlo.result_accuracy<mode = #stablehlo.result_accuracy_mode<HIGHEST>>}> : (tensor<2xf32>) -> tensor<2xf32>
    %165 = "stablehlo.exponential_minus_one"(%arg68) <{result_accuracy = #stablehlo.result_accuracy<atol = 1.000000e-03, rtol = 5.000000e-01, ulps = 2, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>}> : (tensor<2xf32>) -> tensor<2xf32>
    %166 = "stablehlo.floor"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %167 = "stablehlo.imag"(%arg71) : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
    %168 = "stablehlo.is_finite"(%arg68) : (tensor<2xf32>) -> tensor<2xi1>
    %169 = "stablehlo.log"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %170 = "stablehlo.log_plus_one"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %171 = "stablehlo.logistic"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %172 = "stablehlo.negate"(%arg68) {mhlo.note = "kept"} : (tensor<2xf32>) -> tensor<2xf32>
    %173 = "stablehlo.not"(%arg70) : (tensor<2xi1>) -> tensor<2xi1>
    %174 = "stablehlo.popcnt"(%arg69) : (tensor<2xi32>) -> tensor<2xi32>
    %175 = "stablehlo.real"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %176 = "stablehlo.round_nearest_afz"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %177 = "stablehlo.round_nearest_even"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %178 = "stablehlo.rsqrt"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %179 = "stablehlo.sign"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %180 = "stablehlo.sine"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %181 = "stablehlo.sqrt"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %182 = "stablehlo.tan"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %183 = "stablehlo.tanh"(%arg68) : (tensor<2xf32>) -> tensor<2xf32>
    %184 = "stablehlo.reduce_precision"(%arg68) <{exponent_bits = 5 : i32, mantissa_bits = 10 : i32}> : (tensor<2xf32>) -> tensor<2xf32>
    %185 = "stablehlo.reverse"(%arg68) <{dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2xf32>
    %186 = "stablehlo.bitcast_convert"(%arg68) : (tensor<2xf32>) -> tensor<2xi32>
    "func.return"(%157) : (tensor<2xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2xf32>, tensor<2xi32>, tensor<?xi32>, tensor<2xi1>, tensor<i1>) -> (), sym_name = "binary"}> ({
  ^bb0(%arg63: tensor<2xf32>, %arg64: tensor<2xi32>, %arg65: tensor<?xi32>, %arg66: tensor<2xi1>, %arg67: tensor<i1>):
    %136 = "stablehlo.add"(%arg64, %arg65) : (tensor<2xi32>, tensor<?xi32>) -> tensor<2xi32>
    %137 = "stablehlo.and"(%arg66, %arg66) : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
    %138 = "stablehlo.atan2"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %139 = "stablehlo.divide"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %140 = "stablehlo.maximum"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %141 = "stablehlo.minimum"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %142 = "stablehlo.multiply"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %143 = "stablehlo.or"(%arg66, %arg66) : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
    %144 = "stablehlo.power"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %145 = "stablehlo.remainder"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %146 = "stablehlo.shift_left"(%arg64, %arg64) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %147 = "stablehlo.shift_right_arithmetic"(%arg64, %arg64) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %148 = "stablehlo.shift_right_logical"(%arg64, %arg64) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %149 = "stablehlo.subtract"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %150 = "stablehlo.xor"(%arg66, %arg66) : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
    %151 = "stablehlo.complex"(%arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xcomplex<f32>>
    %152 = "stablehlo.compare"(%arg63, %arg63) <{comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %153 = "stablehlo.compare"(%arg63, %arg63) <{compare_type = #stablehlo<comparison_type TOTALORDER>, comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %154 = "stablehlo.select"(%arg66, %arg63, %arg63) : (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %155 = "stablehlo.select"(%arg67, %arg64, %arg65) : (tensor<i1>, tensor<2xi32>, tensor<?xi32>) -> tensor<2xi32>
    %156 = "stablehlo.clamp"(%arg63, %arg63, %arg63) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<3x8xf32>, tensor<8xf32>, tensor<f32>, tensor<i64>, tensor<2xi64>, tensor<i32>) -> (), sym_name = "shapes", sym_visibility = "private"}> ({
  ^bb0(%arg57: tensor<3x8xf32>, %arg58: tensor<8xf32>, %arg59: tensor<f32>, %arg60: tensor<i64>, %arg61: tensor<2xi64>, %arg62: tensor<i32>):
    %116 = "stablehlo.broadcast_in_dim"(%arg58) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xf32>) -> tensor<3x8xf32>
    %117 = "stablehlo.broadcast_in_dim"(%arg59) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x8xf32>
    %118 = "stablehlo.broadcast"(%arg58) <{broadcast_sizes = array<i64: 3>}> : (tensor<8xf32>) -> tensor<3x8xf32>
    %119 = "stablehlo.transpose"(%arg57) <{permutation = array<i64: 1, 0>}> : (tensor<3x8xf32>) -> tensor<8x3xf32>
    %120 = "stablehlo.reshape"(%arg57) : (tensor<3x8xf32>) -> tensor<24xf32>
    %121 = "stablehlo.concatenate"(%arg58, %arg58, %arg58) <{dimension = 0 : i64}> : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<24xf32>
    %122 = "stablehlo.slice"(%arg57) <{limit_indices = array<i64: 3, 8>, start_indices = array<i64: 1, 4>, strides = array<i64: 1, 2>}> : (tensor<3x8xf32>) -> tensor<2x2xf32>
    %123 = "stablehlo.slice"(%arg59) <{limit_indices = array<i64>, start_indices = array<i64>, strides = array<i64>}> : (tensor<f32>) -> tensor<f32>
    %124 = "stablehlo.pad"(%arg58, %arg59) <{edge_padding_high = array<i64: 2>, edge_padding_low = array<i64: -1>, interior_padding = array<i64: 1>}> : (tensor<8xf32>, tensor<f32>) -> tensor<16xf32>
    %125 = "stablehlo.dynamic_slice"(%arg57, %arg60, %arg60) <{slice_sizes = array<i64: 1, 4>}> : (tensor<3x8xf32>, tensor<i64>, tensor<i64>) -> tensor<1x4xf32>
    %126 = "stablehlo.dynamic_slice"(%arg59) <{slice_sizes = array<i64>}> : (tensor<f32>) -> tensor<f32>
    %127 = "stablehlo.dynamic_update_slice"(%arg57, %125, %arg60, %arg60) : (tensor<3x8xf32>, tensor<1x4xf32>, tensor<i64>, tensor<i64>) -> tensor<3x8xf32>
    %128 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<3x8xi32>
    %129 = "stablehlo.dynamic_iota"(%arg61) <{iota_dimension = 0 : i64}> : (tensor<2xi64>) -> tensor<?x?xi32>
    %130 = "stablehlo.dynamic_reshape"(%arg57, %arg61) : (tensor<3x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
    %131 = "stablehlo.dynamic_broadcast_in_dim"(%arg58, %arg61) <{broadcast_dimensions = array<i64: 1>, known_expanding_dimensions = array<i64>, known_nonexpanding_dimensions = array<i64: 0>}> : (tensor<8xf32>, tensor<2xi64>) -> tensor<?x8xf32>
    %132 = "stablehlo.get_dimension_size"(%arg57) <{dimension = 1 : i64}> : (tensor<3x8xf32>) -> tensor<i32>
    %133 = "stablehlo.set_dimension_size"(%arg57, %arg62) <{dimension = 1 : i64}> : (tensor<3x8xf32>, tensor<i32>) -> tensor<3x?xf32, #stablehlo.bounds<?, 8>>
    %134 = "stablehlo.dynamic_pad"(%arg57, %arg59, %arg61, %arg61, %arg61) : (tensor<3x8xf32>, tensor<f32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xf32>
    %135 = "stablehlo.real_dynamic_slice"(%arg57, %arg61, %arg61, %arg61) : (tensor<3x8xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2x3x4xf32>, tensor<2x4x5xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<16xcomplex<f32>>) -> (), sym_name = "products"}> ({
  ^bb0(%arg52: tensor<2x3x4xf32>, %arg53: tensor<2x4x5xf32>, %arg54: tensor<3x4xf32>, %arg55: tensor<4xf32>, %arg56: tensor<16xcomplex<f32>>):
    %105 = "stablehlo.dot_general"(%arg52, %arg53) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>}> : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    %106 = "stablehlo.dot_general"(%arg54, %arg55) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGHEST>]}> : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %107 = "stablehlo.dot_general"(%arg52, %arg53) <{algorithm = #stablehlo.dot_algorithm<lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false>, dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>}> : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    %108 = "stablehlo.dot"(%arg54, %arg55) <{precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %109 = "stablehlo.dot"(%arg54, %arg55) : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %110 = "stablehlo.einsum"(%arg54, %arg55) <{einsum_config = "ab,b->a"}> : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
    %111 = "stablehlo.unary_einsum"(%arg54) <{einsum_config = "ab->a"}> : (tensor<3x4xf32>) -> tensor<3xf32>
    %112 = "stablehlo.fft"(%arg56) <{fft_length = array<i64: 16>, fft_type = #stablehlo<fft_type IFFT>}> : (tensor<16xcomplex<f32>>) -> tensor<16xcomplex<f32>>
    %113:2 = "func.call"() <{callee = @two}> : () -> (tensor<3x3xf32>, tensor<3xf32>)
    %114 = "stablehlo.cholesky"(%113#0) <{lower = true}> : (tensor<3x3xf32>) -> tensor<3x3xf32>
    %115 = "stablehlo.cholesky"(%113#0) : (tensor<3x3xf32>) -> tensor<3x3xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = () -> (tensor<3x3xf32>, tensor<3xf32>), res_attrs = [{}, {jax.result_info = "b"}], sym_name = "two", sym_visibility = "private"}> ({
  }) : () -> ()
  "func.func"() <{function_type = (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>, tensor<2x2xi32>) -> (), sym_name = "convolutions"}> ({
  ^bb0(%arg49: tensor<1x8x8x4xf32>, %arg50: tensor<3x3x4x6xf32>, %arg51: tensor<2x2xi32>):
    %102 = "stablehlo.convolution"(%arg49, %arg50) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, lhs_dilation = array<i64: 1, 2>, padding = dense<[[1, 1], [0, 2]]> : tensor<2x2xi64>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>], rhs_dilation = array<i64: 2, 1>, window_reversal = array<i1: true, false>, window_strides = array<i64: 2, 1>}> : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<1x3x15x6xf32>
    %103 = "stablehlo.convolution"(%arg49, %arg50) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 1, 0, f]x[1, 0, i, o]->[f, b, 0, 1]>, feature_group_count = 1 : i64, padding = dense<1> : tensor<2x2xi64>}> : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<6x1x8x8xf32>
    %104 = "stablehlo.convolution"(%arg49, %arg50) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64}> : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<1x6x6x6xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<4x5xf32>, tensor<4x5xi32>, tensor<f32>, tensor<i32>, !stablehlo.token) -> tensor<4xf32>, sym_name = "regions"}> ({
  ^bb0(%arg28: tensor<4x5xf32>, %arg29: tensor<4x5xi32>, %arg30: tensor<f32>, %arg31: tensor<i32>, %arg32: !stablehlo.token):
    %89 = "stablehlo.reduce"(%arg28, %arg30) <{dimensions = array<i64: 1>}> ({
    ^bb0(%arg47: tensor<f32>, %arg48: tensor<f32>):
      %101 = "stablehlo.add"(%arg47, %arg48) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%101) : (tensor<f32>) -> ()
    }) : (tensor<4x5xf32>, tensor<f32>) -> tensor<4xf32>
    %90 = "stablehlo.reduce"(%arg28, %arg30) <{dimensions = array<i64: 0, 1>}> ({
    ^bb0(%arg45: tensor<f32>, %arg46: tensor<f32>):
      %100 = "stablehlo.maximum"(%arg45, %arg46) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%100) : (tensor<f32>) -> ()
    }) {mhlo.note = 3 : i8} : (tensor<4x5xf32>, tensor<f32>) -> tensor<f32>
    %91:2 = "stablehlo.reduce"(%arg28, %arg29, %arg30, %arg31) <{dimensions = array<i64: 1>}> ({
    ^bb0(%arg41: tensor<f32>, %arg42: tensor<i32>, %arg43: tensor<f32>, %arg44: tensor<i32>):
      %98 = "stablehlo.maximum"(%arg41, %arg43) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %99 = "stablehlo.add"(%arg42, %arg44) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      "stablehlo.return"(%98, %99) : (tensor<f32>, tensor<i32>) -> ()
    }) : (tensor<4x5xf32>, tensor<4x5xi32>, tensor<f32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xi32>)
    %92:2 = "stablehlo.while"(%arg31, %arg30) ({
    ^bb0(%arg39: tensor<i32>, %arg40: tensor<f32>):
      %97 = "stablehlo.compare"(%arg39, %arg31) <{comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
      "stablehlo.return"(%97) : (tensor<i1>) -> ()
    }, {
    ^bb0(%arg37: tensor<i32>, %arg38: tensor<f32>):
      %96 = "stablehlo.add"(%arg38, %arg30) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%arg37, %96) : (tensor<i32>, tensor<f32>) -> ()
    }) {mhlo.note = "loop"} : (tensor<i32>, tensor<f32>) -> (tensor<i32>, tensor<f32>)
    %93:2 = "stablehlo.while"(%92#0, %92#1) ({
    ^bb0(%arg35: tensor<i32>, %arg36: tensor<f32>):
      %95 = "stablehlo.compare"(%arg35, %arg31) <{comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
      "stablehlo.return"(%95) : (tensor<i1>) -> ()
    }, {
    ^bb0(%arg33: tensor<i32>, %arg34: tensor<f32>):
      "stablehlo.return"(%arg33, %arg34) : (tensor<i32>, tensor<f32>) -> ()
    }) : (tensor<i32>, tensor<f32>) -> (tensor<i32>, tensor<f32>)
    %94 = "stablehlo.case"(%arg31) ({
      "stablehlo.return"(%89) : (tensor<4xf32>) -> ()
    }, {
      "stablehlo.return"(%91#0) : (tensor<4xf32>) -> ()
    }) : (tensor<i32>) -> tensor<4xf32>
    "func.return"(%94) {mhlo.note = "last"} : (tensor<4xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{mhlo.sharding = "{replicated}"}, {}, {}, {}, {}, {}], function_type = (tensor<2xf32>, tensor<f32>, tensor<2xi64>, tensor<2xui64>, !stablehlo.token, tuple<tensor<i32>, tuple<tensor<f32>>>) -> tensor<2xf32>, res_attrs = [{jax.result_info = ""}], sym_name = "others", sym_visibility = "public"}> ({
  ^bb0(%arg22: tensor<2xf32>, %arg23: tensor<f32>, %arg24: tensor<2xi64>, %arg25: tensor<2xui64>, %arg26: !stablehlo.token, %arg27: tuple<tensor<i32>, tuple<tensor<f32>>>):
    %70 = "stablehlo.constant"() <{value = dense<[1, 2]> : tensor<2xi8>}> : () -> tensor<2xi8>
    %71 = "stablehlo.constant"() <{value = dense<1.500000e+00> : tensor<2x2xbf16>}> {mhlo.note = 1 : i16} : () -> tensor<2x2xbf16>
    %72 = "stablehlo.create_token"() : () -> !stablehlo.token
    %73 = "stablehlo.after_all"(%72, %arg26) : (!stablehlo.token, !stablehlo.token) -> !stablehlo.token
    %74 = "stablehlo.after_all"() : () -> !stablehlo.token
    %75 = "stablehlo.replica_id"() : () -> tensor<ui32>
    %76 = "stablehlo.partition_id"() : () -> tensor<ui32>
    %77 = "stablehlo.tuple"(%arg22, %arg23) : (tensor<2xf32>, tensor<f32>) -> tuple<tensor<2xf32>, tensor<f32>>
    %78 = "stablehlo.tuple"() : () -> tuple<>
    %79 = "stablehlo.get_tuple_element"(%arg27) <{index = 1 : i32}> : (tuple<tensor<i32>, tuple<tensor<f32>>>) -> tuple<tensor<f32>>
    %80:2 = "stablehlo.optimization_barrier"(%arg22, %arg23) : (tensor<2xf32>, tensor<f32>) -> (tensor<2xf32>, tensor<f32>)
    %81 = "stablehlo.optimization_barrier"(%arg22) : (tensor<2xf32>) -> tensor<2xf32>
    "stablehlo.optimization_barrier"() : () -> ()
    %82 = "stablehlo.rng"(%arg23, %arg23, %arg24) <{rng_distribution = #stablehlo<rng_distribution NORMAL>}> : (tensor<f32>, tensor<f32>, tensor<2xi64>) -> tensor<2x2xf32>
    %83:2 = "stablehlo.rng_bit_generator"(%arg25) <{rng_algorithm = #stablehlo<rng_algorithm THREE_FRY>}> : (tensor<2xui64>) -> (tensor<2xui64>, tensor<6xui32>)
    %84 = "stablehlo.custom_call"(%arg22, %arg23) <{backend_config = "bar", call_target_name = "foo", has_side_effect = true}> : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %85:2 = "stablehlo.custom_call"() <{api_version = 4 : i32, backend_config = {a = array<f32: 1.000000e+00, 2.500000e+00>, b = "x", c = 1.500000e+00 : f32}, call_target_name = "foo.not id", called_computations = [@two], operand_layouts = [], result_layouts = [dense<0> : tensor<1xindex>, dense<> : tensor<0xindex>]}> : () -> (tensor<2xf32>, tensor<f32>)
    %86 = "stablehlo.custom_call"(%arg22) <{call_target_name = "alias", output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>]}> : (tensor<2xf32>) -> tensor<2xf32>
    "stablehlo.custom_call"(%arg22) <{call_target_name = "none"}> : (tensor<2xf32>) -> ()
    %87 = "stablehlo.composite"(%arg22) <{composite_attributes = {n = 2 : i64}, decomposition = @one_in, name = "my.op", version = 1 : i32}> : (tensor<2xf32>) -> tensor<2xf32>
    %88 = "func.call"(%arg22) <{callee = @one_in}> {mhlo.note} : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%arg22) : (tensor<2xf32>) -> ()
  }) {note = "f"} : () -> ()
  "func.func"() <{function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "one_in", sym_visibility = "private"}> ({
  ^bb0(%arg21: tensor<2xf32>):
    "func.return"(%arg21) : (tensor<2xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2xf32>, tensor<2xi32>, tensor<4x5xf32>, tensor<i1>) -> (), sym_name = "chlo"}> ({
  ^bb0(%arg17: tensor<2xf32>, %arg18: tensor<2xi32>, %arg19: tensor<4x5xf32>, %arg20: tensor<i1>):
    %38 = "chlo.acos"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %39 = "chlo.acosh"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %40 = "chlo.asin"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %41 = "chlo.asinh"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %42 = "chlo.atan"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %43 = "chlo.atanh"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %44 = "chlo.bessel_i1e"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %45 = "chlo.conj"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %46 = "chlo.cosh"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %47 = "chlo.digamma"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %48 = "chlo.erf"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %49 = "chlo.erf_inv"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %50 = "chlo.erfc"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %51 = "chlo.is_inf"(%arg17) : (tensor<2xf32>) -> tensor<2xi1>
    %52 = "chlo.is_neg_inf"(%arg17) : (tensor<2xf32>) -> tensor<2xi1>
    %53 = "chlo.is_pos_inf"(%arg17) : (tensor<2xf32>) -> tensor<2xi1>
    %54 = "chlo.lgamma"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %55 = "chlo.sinh"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %56 = "chlo.square"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %57 = "chlo.tan"(%arg17) : (tensor<2xf32>) -> tensor<2xf32>
    %58 = "chlo.next_after"(%arg17, %arg17) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %59 = "chlo.polygamma"(%arg17, %arg17) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %60 = "chlo.zeta"(%arg17, %arg17) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %61 = "chlo.broadcast_add"(%arg17, %arg17) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %62 = "chlo.broadcast_power"(%arg17, %arg17) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %63 = "chlo.broadcast_compare"(%arg17, %arg17) <{compare_type = #chlo<comparison_type FLOAT>, comparison_direction = #chlo<comparison_direction LT>}> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
    %64 = "chlo.broadcast_select"(%arg20, %arg17, %arg17) : (tensor<i1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %65 = "chlo.constant"() <{value = dense<1.000000e+00> : tensor<2xf32>}> : () -> tensor<2xf32>
    %66 = "chlo.constant_like"(%arg17) <{value = 1.000000e+00 : f32}> : (tensor<2xf32>) -> tensor<2xf32>
    %67:2 = "chlo.top_k"(%arg19) <{k = 2 : i64}> : (tensor<4x5xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>)
    %68 = "chlo.mulhi"(%arg18, %arg18) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
    %69 = "chlo.broadcast_complex"(%arg17, %arg17) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xcomplex<f32>>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<4xi32>, tensor<i32>, tensor<11x5xf32>, tensor<3x5x7xf32>, tensor<3xi64>) -> (), sym_name = "newer"}> ({
  ^bb0(%arg10: tensor<4xi32>, %arg11: tensor<i32>, %arg12: tensor<11x5xf32>, %arg13: tensor<3x5x7xf32>, %arg14: tensor<3xi64>):
    %34:2 = "chlo.scan"(%arg10, %arg11) <{dimension = 0 : i64, is_reverse = true, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg15: tensor<i32>, %arg16: tensor<i32>):
      %37 = "stablehlo.add"(%arg15, %arg16) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      "stablehlo.return"(%37, %37) : (tensor<i32>, tensor<i32>) -> ()
    }) : (tensor<4xi32>, tensor<i32>) -> (tensor<4xi32>, tensor<i32>)
    %35 = "chlo.ragged_dot"(%arg12, %arg13, %arg14) <{precision_config = [#chlo<precision DEFAULT>, #chlo<precision HIGHEST>], ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>}> : (tensor<11x5xf32>, tensor<3x5x7xf32>, tensor<3xi64>) -> tensor<11x7xf32>
    %36 = "stablehlo.all_gather"(%arg10) <{all_gather_dim = 0 : i64, channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "x">, #stablehlo.axis_ref<name = "y", sub_axis_info = (1)2>]>, use_global_device_ids}> : (tensor<4xi32>) -> tensor<16xi32>
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
