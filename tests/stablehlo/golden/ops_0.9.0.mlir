"builtin.module"() ({
  "func.func"() <{function_type = (tensor<16x8xf32>) -> (), sym_name = "all_gather"}> ({
  ^bb0(%arg77: tensor<16x8xf32>):
    %89 = "stablehlo.all_gather"(%arg77) <{all_gather_dim = 1 : i64, replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>}> : (tensor<16x8xf32>) -> tensor<16x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16x8xf32>) -> (), sym_name = "all_gather_nd"}> ({
  ^bb0(%arg76: tensor<16x8xf32>):
    %88 = "stablehlo.all_gather"(%arg76) <{all_gather_dim = 1 : i64, channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>, use_global_device_ids}> : (tensor<16x8xf32>) -> tensor<16x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>) -> (), sym_name = "all_reduce"}> ({
  ^bb0(%arg73: tensor<f32>):
    %86 = "stablehlo.all_reduce"(%arg73) <{replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>}> ({
    ^bb0(%arg74: tensor<f32>, %arg75: tensor<f32>):
      %87 = "stablehlo.add"(%arg74, %arg75) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%87) : (tensor<f32>) -> ()
    }) : (tensor<f32>) -> tensor<f32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<4x16xf32>) -> (), sym_name = "all_to_all"}> ({
  ^bb0(%arg72: tensor<4x16xf32>):
    %85 = "stablehlo.all_to_all"(%arg72) <{concat_dimension = 0 : i64, replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>, split_count = 4 : i64, split_dimension = 1 : i64}> : (tensor<4x16xf32>) -> tensor<16x4xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<4x16xf32>) -> (), sym_name = "all_to_all_ch"}> ({
  ^bb0(%arg71: tensor<4x16xf32>):
    %84 = "stablehlo.all_to_all"(%arg71) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, concat_dimension = 0 : i64, replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>, split_count = 4 : i64, split_dimension = 1 : i64}> : (tensor<4x16xf32>) -> tensor<16x4xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16xf32>) -> (), sym_name = "reduce_scatter"}> ({
  ^bb0(%arg68: tensor<16xf32>):
    %82 = "stablehlo.reduce_scatter"(%arg68) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>, scatter_dimension = 0 : i64, use_global_device_ids}> ({
    ^bb0(%arg69: tensor<f32>, %arg70: tensor<f32>):
      %83 = "stablehlo.add"(%arg69, %arg70) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%83) : (tensor<f32>) -> ()
    }) : (tensor<16xf32>) -> tensor<16xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16x8xf32>) -> (), sym_name = "collective_permute"}> ({
  ^bb0(%arg67: tensor<16x8xf32>):
    %81 = "stablehlo.collective_permute"(%arg67) <{source_target_pairs = dense<[[0, 1], [1, 2]]> : tensor<2x2xi64>}> : (tensor<16x8xf32>) -> tensor<16x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16x8xf32>) -> (), sym_name = "collective_permute_ch"}> ({
  ^bb0(%arg66: tensor<16x8xf32>):
    %80 = "stablehlo.collective_permute"(%arg66) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, source_target_pairs = dense<[[0, 1], [1, 2]]> : tensor<2x2xi64>}> : (tensor<16x8xf32>) -> tensor<16x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16x8xf32>) -> (), sym_name = "cross_replica_sum"}> ({
  ^bb0(%arg65: tensor<16x8xf32>):
    %79 = "stablehlo.cross-replica-sum"(%arg65) <{replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>}> : (tensor<16x8xf32>) -> tensor<16x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = () -> (), sym_name = "ids"}> ({
    %77 = "stablehlo.partition_id"() : () -> tensor<ui32>
    %78 = "stablehlo.replica_id"() : () -> tensor<ui32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (), sym_name = "batch_norm"}> ({
  ^bb0(%arg60: tensor<2x3x4xf32>, %arg61: tensor<4xf32>, %arg62: tensor<4xf32>, %arg63: tensor<4xf32>, %arg64: tensor<4xf32>):
    %74:3 = "stablehlo.batch_norm_training"(%arg60, %arg61, %arg62) <{epsilon = 1.000000e-03 : f32, feature_index = 2 : i64}> : (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>)
    %75 = "stablehlo.batch_norm_inference"(%arg60, %arg61, %arg62, %arg63, %arg64) <{epsilon = 1.000000e-03 : f32, feature_index = 2 : i64}> : (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
    %76:3 = "stablehlo.batch_norm_grad"(%arg60, %arg61, %arg62, %arg63, %arg60) <{epsilon = 1.000000e-03 : f32, feature_index = 2 : i64}> : (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>)
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16xf32>) -> (), sym_name = "broadcast"}> ({
  ^bb0(%arg59: tensor<16xf32>):
    %73 = "stablehlo.broadcast"(%arg59) <{broadcast_sizes = array<i64: 16>}> : (tensor<16xf32>) -> tensor<16x16xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<1x4x4xf32>) -> (), sym_name = "cholesky"}> ({
  ^bb0(%arg58: tensor<1x4x4xf32>):
    %71 = "stablehlo.cholesky"(%arg58) <{lower = true}> : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
    %72 = "stablehlo.cholesky"(%arg58) : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = () -> (), sym_name = "tokens"}> ({
    %69 = "stablehlo.create_token"() : () -> !stablehlo.token
    %70 = "stablehlo.after_all"(%69, %69) : (!stablehlo.token, !stablehlo.token) -> !stablehlo.token
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<1x8x8x207xf32>, tensor<3x3x207x16xf32>) -> (), sym_name = "conv"}> ({
  ^bb0(%arg56: tensor<1x8x8x207xf32>, %arg57: tensor<3x3x207x16xf32>):
    %66 = "stablehlo.convolution"(%arg56, %arg57) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64}> : (tensor<1x8x8x207xf32>, tensor<3x3x207x16xf32>) -> tensor<1x6x6x16xf32>
    %67 = "stablehlo.convolution"(%arg56, %arg57) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, lhs_dilation = array<i64: 2, 2>, padding = dense<1> : tensor<2x2xi64>, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>], rhs_dilation = array<i64: 2, 2>, window_reversal = array<i1: true, true>, window_strides = array<i64: 2, 2>}> : (tensor<1x8x8x207xf32>, tensor<3x3x207x16xf32>) -> tensor<1x7x7x16xf32>
    %68 = "stablehlo.convolution"(%arg56, %arg57) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, padding = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>], window_reversal = array<i1: true, false>, window_strides = array<i64: 1, 2>}> : (tensor<1x8x8x207xf32>, tensor<3x3x207x16xf32>) -> tensor<1x7x6x16xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>) -> tensor<f32>, sym_name = "foo_custom_call", sym_visibility = "private"}> ({
  ^bb0(%arg55: tensor<f32>):
    "func.return"(%arg55) : (tensor<f32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>) -> (), sym_name = "custom_call"}> ({
  ^bb0(%arg54: tensor<f32>):
    %62 = "stablehlo.custom_call"(%arg54) <{call_target_name = "foo"}> : (tensor<f32>) -> tensor<f32>
    %63 = "stablehlo.custom_call"(%arg54) <{api_version = 2 : i32, backend_config = "\08\03\1A\02", call_target_name = "foo", called_computations = [@foo_custom_call], has_side_effect = true, operand_layouts = [dense<> : tensor<0xindex>], output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>], result_layouts = [dense<> : tensor<0xindex>]}> : (tensor<f32>) -> tensor<f32>
    %64 = "stablehlo.custom_call"(%arg54) <{api_version = 3 : i32, call_target_name = "foo"}> : (tensor<f32>) -> tensor<f32>
    %65 = "stablehlo.custom_call"(%arg54) <{api_version = 0 : i32, call_target_name = "foo"}> {my.attr = [1 : i8, 2.000000e+00 : f16, "x", tensor<2xf32>]} : (tensor<f32>) -> tuple<>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<8x16xf32>, tensor<16x8xf32>) -> (), sym_name = "dot"}> ({
  ^bb0(%arg52: tensor<8x16xf32>, %arg53: tensor<16x8xf32>):
    %60 = "stablehlo.dot"(%arg52, %arg53) : (tensor<8x16xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
    %61 = "stablehlo.dot"(%arg52, %arg53) <{precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGH>]}> : (tensor<8x16xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<?x?xf32>, tensor<2xi64>) -> (), sym_name = "dynamic_broadcast"}> ({
  ^bb0(%arg50: tensor<?x?xf32>, %arg51: tensor<2xi64>):
    %58 = "stablehlo.dynamic_broadcast_in_dim"(%arg50, %arg51) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
    %59 = "stablehlo.dynamic_broadcast_in_dim"(%arg50, %arg51) <{broadcast_dimensions = array<i64: 0, 1>, known_expanding_dimensions = array<i64: 0>, known_nonexpanding_dimensions = array<i64: 1>}> : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<1x8x8x207xf32>, tensor<3x3x207x16xf32>, tensor<2x2xi64>) -> (), sym_name = "dynamic_conv"}> ({
  ^bb0(%arg47: tensor<1x8x8x207xf32>, %arg48: tensor<3x3x207x16xf32>, %arg49: tensor<2x2xi64>):
    %57 = "stablehlo.dynamic_conv"(%arg47, %arg48, %arg49) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64}> : (tensor<1x8x8x207xf32>, tensor<3x3x207x16xf32>, tensor<2x2xi64>) -> tensor<1x?x?x16xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2x4x9xf32>, tensor<1x5x2xi32>, tensor<3xi32>, tensor<1xi64>, tensor<?xf32>, tensor<f32>, tensor<2xi64>) -> (), sym_name = "dynamic_misc"}> ({
  ^bb0(%arg40: tensor<2x4x9xf32>, %arg41: tensor<1x5x2xi32>, %arg42: tensor<3xi32>, %arg43: tensor<1xi64>, %arg44: tensor<?xf32>, %arg45: tensor<f32>, %arg46: tensor<2xi64>):
    %50 = "stablehlo.dynamic_gather"(%arg40, %arg41, %arg42) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0, 1], start_index_map = [0, 1], index_vector_dim = 2>, indices_are_sorted = true}> : (tensor<2x4x9xf32>, tensor<1x5x2xi32>, tensor<3xi32>) -> tensor<1x5x8xf32>
    %51 = "stablehlo.dynamic_iota"(%arg43) <{iota_dimension = 0 : i64}> : (tensor<1xi64>) -> tensor<?xf32>
    %52 = "stablehlo.dynamic_pad"(%arg44, %arg45, %arg43, %arg43, %arg43) : (tensor<?xf32>, tensor<f32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
    %53 = "stablehlo.dynamic_reshape"(%arg44, %arg46) : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
    %54 = "stablehlo.real_dynamic_slice"(%arg44, %arg43, %arg43, %arg43) : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
    %55 = "stablehlo.get_dimension_size"(%arg44) <{dimension = 0 : i64}> : (tensor<?xf32>) -> tensor<i32>
    %56 = "stablehlo.set_dimension_size"(%51, %55) <{dimension = 0 : i64}> : (tensor<?xf32>, tensor<i32>) -> tensor<?xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<8x16xf32>, tensor<16x8xf32>) -> (), sym_name = "einsum"}> ({
  ^bb0(%arg38: tensor<8x16xf32>, %arg39: tensor<16x8xf32>):
    %48 = "stablehlo.einsum"(%arg38, %arg39) <{einsum_config = "ab,bc->ac"}> : (tensor<8x16xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
    %49 = "stablehlo.unary_einsum"(%arg38) <{einsum_config = "ab->a"}> : (tensor<8x16xf32>) -> tensor<8xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16xf32>) -> (), sym_name = "fft"}> ({
  ^bb0(%arg37: tensor<16xf32>):
    %46 = "stablehlo.fft"(%arg37) <{fft_length = array<i64: 16>, fft_type = #stablehlo<fft_type RFFT>}> : (tensor<16xf32>) -> tensor<9xcomplex<f32>>
    %47 = "stablehlo.fft"(%46) <{fft_length = array<i64: 16>, fft_type = #stablehlo<fft_type IRFFT>}> : (tensor<9xcomplex<f32>>) -> tensor<16xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (!stablehlo.token, tensor<f32>) -> (), sym_name = "feeds"}> ({
  ^bb0(%arg35: !stablehlo.token, %arg36: tensor<f32>):
    %42:2 = "stablehlo.infeed"(%arg35) <{infeed_config = "foo", layout = [[]]}> : (!stablehlo.token) -> (tensor<f32>, !stablehlo.token)
    %43:2 = "stablehlo.infeed"(%arg35) <{infeed_config = ""}> : (!stablehlo.token) -> (tensor<f32>, !stablehlo.token)
    %44 = "stablehlo.outfeed"(%arg36, %arg35) <{outfeed_config = "foo"}> : (tensor<f32>, !stablehlo.token) -> !stablehlo.token
    %45 = "stablehlo.outfeed"(%arg36, %arg35) <{outfeed_config = ""}> : (tensor<f32>, !stablehlo.token) -> !stablehlo.token
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (!stablehlo.token, tensor<f32>) -> (), sym_name = "sendrecv"}> ({
  ^bb0(%arg33: !stablehlo.token, %arg34: tensor<f32>):
    %38:2 = "stablehlo.recv"(%arg33) <{channel_handle = #stablehlo.channel_handle<handle = 0, type = 3>, is_host_transfer = true}> : (!stablehlo.token) -> (tensor<f32>, !stablehlo.token)
    %39:2 = "stablehlo.recv"(%arg33) <{channel_handle = #stablehlo.channel_handle<handle = 0, type = 1>}> : (!stablehlo.token) -> (tensor<f32>, !stablehlo.token)
    %40 = "stablehlo.send"(%arg34, %arg33) <{channel_handle = #stablehlo.channel_handle<handle = 0, type = 2>, is_host_transfer = true}> : (tensor<f32>, !stablehlo.token) -> !stablehlo.token
    %41 = "stablehlo.send"(%arg34, %arg33) <{channel_handle = #stablehlo.channel_handle<handle = 3, type = 1>}> : (tensor<f32>, !stablehlo.token) -> !stablehlo.token
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>) -> (), sym_name = "tuple"}> ({
  ^bb0(%arg32: tensor<f32>):
    %36 = "stablehlo.tuple"(%arg32, %arg32) : (tensor<f32>, tensor<f32>) -> tuple<tensor<f32>, tensor<f32>>
    %37 = "stablehlo.get_tuple_element"(%36) <{index = 1 : i32}> : (tuple<tensor<f32>, tensor<f32>>) -> tensor<f32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16xf32>) -> (), sym_name = "map"}> ({
  ^bb0(%arg30: tensor<16xf32>):
    %35 = "stablehlo.map"(%arg30) <{dimensions = array<i64: 0>}> ({
    ^bb0(%arg31: tensor<f32>):
      "stablehlo.return"(%arg31) : (tensor<f32>) -> ()
    }) : (tensor<16xf32>) -> tensor<16xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<i32>, tensor<i1>, tensor<f32>) -> (), sym_name = "case_if"}> ({
  ^bb0(%arg27: tensor<i32>, %arg28: tensor<i1>, %arg29: tensor<f32>):
    %32 = "stablehlo.case"(%arg27) ({
      "stablehlo.return"(%arg29) : (tensor<f32>) -> ()
    }, {
      %34 = "stablehlo.abs"(%arg29) : (tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%34) : (tensor<f32>) -> ()
    }) : (tensor<i32>) -> tensor<f32>
    %33 = "stablehlo.if"(%arg28) ({
      "stablehlo.return"(%32) : (tensor<f32>) -> ()
    }, {
      "stablehlo.return"(%arg29) : (tensor<f32>) -> ()
    }) : (tensor<i1>) -> tensor<f32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>) -> (), sym_name = "opt_barrier"}> ({
  ^bb0(%arg26: tensor<f32>):
    %31 = "stablehlo.optimization_barrier"(%arg26) : (tensor<f32>) -> tensor<f32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<8xf32>, tensor<f32>) -> (), sym_name = "pad"}> ({
  ^bb0(%arg24: tensor<8xf32>, %arg25: tensor<f32>):
    %30 = "stablehlo.pad"(%arg24, %arg25) <{edge_padding_high = array<i64: 4>, edge_padding_low = array<i64: 4>, interior_padding = array<i64: 0>}> : (tensor<8xf32>, tensor<f32>) -> tensor<16xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<f32>, tensor<1xi64>, tensor<2xui64>) -> (), sym_name = "rng"}> ({
  ^bb0(%arg21: tensor<f32>, %arg22: tensor<1xi64>, %arg23: tensor<2xui64>):
    %28 = "stablehlo.rng"(%arg21, %arg21, %arg22) <{rng_distribution = #stablehlo<rng_distribution NORMAL>}> : (tensor<f32>, tensor<f32>, tensor<1xi64>) -> tensor<?xf32>
    %29:2 = "stablehlo.rng_bit_generator"(%arg23) <{rng_algorithm = #stablehlo<rng_algorithm PHILOX>}> : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4xui32>)
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<2x17x31x7xf32>, tensor<f32>) -> (), sym_name = "reduce_window"}> ({
  ^bb0(%arg15: tensor<2x17x31x7xf32>, %arg16: tensor<f32>):
    %24 = "stablehlo.reduce_window"(%arg15, %arg16) <{window_dimensions = array<i64: 1, 2, 2, 1>}> ({
    ^bb0(%arg19: tensor<f32>, %arg20: tensor<f32>):
      %27 = "stablehlo.add"(%arg19, %arg20) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%27) : (tensor<f32>) -> ()
    }) : (tensor<2x17x31x7xf32>, tensor<f32>) -> tensor<2x16x30x7xf32>
    %25 = "stablehlo.reduce_window"(%arg15, %arg16) <{base_dilations = array<i64: 1, 2, 2, 1>, padding = dense<[[0, 0], [2, 0], [0, 2], [0, 0]]> : tensor<4x2xi64>, window_dilations = array<i64: 1, 2, 2, 1>, window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 4, 4, 1>}> ({
    ^bb0(%arg17: tensor<f32>, %arg18: tensor<f32>):
      %26 = "stablehlo.add"(%arg17, %arg18) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%26) : (tensor<f32>) -> ()
    }) : (tensor<2x17x31x7xf32>, tensor<f32>) -> tensor<2x9x16x7xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<10x24x24x64xf32>, tensor<10x23x23x64xf32>, tensor<f32>) -> (), sym_name = "select_scatter"}> ({
  ^bb0(%arg8: tensor<10x24x24x64xf32>, %arg9: tensor<10x23x23x64xf32>, %arg10: tensor<f32>):
    %21 = "stablehlo.select_and_scatter"(%arg8, %arg9, %arg10) <{window_dimensions = array<i64: 1, 2, 2, 1>}> ({
    ^bb0(%arg13: tensor<f32>, %arg14: tensor<f32>):
      %23 = "stablehlo.compare"(%arg13, %arg14) <{compare_type = #stablehlo<comparison_type TOTALORDER>, comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      "stablehlo.return"(%23) : (tensor<i1>) -> ()
    }, {
    ^bb0(%arg11: tensor<f32>, %arg12: tensor<f32>):
      %22 = "stablehlo.add"(%arg11, %arg12) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%22) : (tensor<f32>) -> ()
    }) : (tensor<10x24x24x64xf32>, tensor<10x23x23x64xf32>, tensor<f32>) -> tensor<10x24x24x64xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<16xf32>) -> (), sym_name = "sort"}> ({
  ^bb0(%arg3: tensor<16xf32>):
    %17 = "stablehlo.sort"(%arg3) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%arg6: tensor<f32>, %arg7: tensor<f32>):
      %20 = "stablehlo.compare"(%arg6, %arg7) <{comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      "stablehlo.return"(%20) : (tensor<i1>) -> ()
    }) : (tensor<16xf32>) -> tensor<16xf32>
    %18 = "stablehlo.sort"(%arg3) ({
    ^bb0(%arg4: tensor<f32>, %arg5: tensor<f32>):
      %19 = "stablehlo.compare"(%arg4, %arg5) <{comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      "stablehlo.return"(%19) : (tensor<i1>) -> ()
    }) : (tensor<16xf32>) -> tensor<16xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<5x1x5xi32>, tensor<2xi32>) -> (), sym_name = "torch_index"}> ({
  ^bb0(%arg1: tensor<5x1x5xi32>, %arg2: tensor<2xi32>):
    %16 = "stablehlo.torch_index_select"(%arg1, %arg2) <{batch_dims = 0 : i64, dim = 0 : i64}> : (tensor<5x1x5xi32>, tensor<2xi32>) -> tensor<2x1x5xi32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<4x4xf32>) -> (), sym_name = "triangular"}> ({
  ^bb0(%arg0: tensor<4x4xf32>):
    %15 = "stablehlo.triangular_solve"(%arg0, %arg0) <{left_side = true, lower = false, transpose_a = #stablehlo<transpose ADJOINT>, unit_diagonal = true}> : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    "func.return"() : () -> ()
  }) : () -> ()
  "func.func"() <{function_type = () -> (), sym_name = "consts"}> ({
    %0 = "stablehlo.constant"() <{value = dense<[true, false, true]> : tensor<3xi1>}> : () -> tensor<3xi1>
    %1 = "stablehlo.constant"() <{value = dense<true> : tensor<9xi1>}> : () -> tensor<9xi1>
    %2 = "stablehlo.constant"() <{value = dense<false> : tensor<20xi1>}> : () -> tensor<20xi1>
    %3 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
    %4 = "stablehlo.constant"() <{value = dense<[1, -1, 7, -8]> : tensor<4xi4>}> : () -> tensor<4xi4>
    %5 = "stablehlo.constant"() <{value = dense<[1, 15]> : tensor<2xui4>}> : () -> tensor<2xui4>
    %6 = "stablehlo.constant"() <{value = dense<-3> : tensor<5xi4>}> : () -> tensor<5xi4>
    %7 = "stablehlo.constant"() <{value = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf8E4M3FN>}> : () -> tensor<2xf8E4M3FN>
    %8 = "stablehlo.constant"() <{value = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xbf16>}> : () -> tensor<2xbf16>
    %9 = "stablehlo.constant"() <{value = dense<(1.000000e+00,2.000000e+00)> : tensor<2xcomplex<f32>>}> : () -> tensor<2xcomplex<f32>>
    %10 = "stablehlo.constant"() <{value = dense<[1, 2, 3]> : tensor<3xui64>}> : () -> tensor<3xui64>
    %11 = "stablehlo.constant"() <{value = dense<1> : tensor<1000000xi8>}> : () -> tensor<1000000xi8>
    %12 = "stablehlo.constant"() <{value = dense<> : tensor<0x3xf32>}> : () -> tensor<0x3xf32>
    %13 = "stablehlo.constant"() <{value = dense<[true, false, true, true, true, true, true, true, true]> : tensor<9xi1>}> : () -> tensor<9xi1>
    %14 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<1xf64>}> : () -> tensor<1xf64>
    "func.return"() : () -> ()
  }) : () -> ()
}) : () -> ()

