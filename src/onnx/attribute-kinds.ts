/** @file What kind an attribute of a standard operator has, for the names that mean the same kind in every operator and version. */
import type { AttributeKind } from "./model.ts"

// Read from the schemas of onnx 1.23.2, all versions of ai.onnx and ai.onnx.ml; names of several kinds (value, to, scale, ...) are left out.
const namesByKind: readonly (readonly [AttributeKind, string])[] = [
  [
    "string",
    `activation approximate auto_pad case_change_action cast_to coordinate_transformation_mode default_string
    delimiter direction equation keep_aspect_ratio_policy kernel_type locale map_form mode nearest_mode norm
    padding_mode pattern pixel_format reduction round_mode update_rule value_string`,
  ],
  [
    "floats",
    `activation_alpha activation_beta base_values class_weights coefficients imputed_value_floats intercepts
    kernel_params keys_floats nodes_values offset prob_a prob_b rho scales support_vectors target_weights
    value_floats values_floats weights`,
  ],
  [
    "strings",
    `activations cats_strings classes_strings classlabels_strings keys_strings pool_strings stopwords
    string_vocabulary value_strings values_strings`,
  ],
  [
    "int",
    `align_corners allowzero antialias axis batch_axis batch_dims block_size blocksize broadcast ceil_mode
    center_point_box chunk_size count_include_pad default_int64 detect_negative detect_positive dtype end
    exclude_outside exclusive fmod group hidden_size ignore_index input_forget interleaved inverse
    is_case_sensitive is_causal is_test k keepdims kv_num_heads largest layout linear_before_reset max_gram_length
    max_skip_count min_gram_length multi_class n_supports n_targets new_axis noop_with_empty_axes num_groups
    num_heads num_outputs num_scan_inputs offset_group one_class onesided output_datatype output_height
    output_sequence output_width periodic precision q_num_heads qk_matmul_output_mode replaced_value_int64 reverse
    rotary_embedding_dim sample_size sampling_ratio saturate select_last_index softmax_precision sorted spatial
    start stash_type storage_order targets time_axis training_mode transA transB upper value_int zeros`,
  ],
  [
    "float",
    `alpha beta bias clip cubic_coeff_a default_float epsilon extrapolation_value gamma height_scale high lambd
    low max mean min momentum ratio replaced_value_float softcap spatial_scale threshold value_float width_scale`,
  ],
  [
    "ints",
    `axes cats_int64s class_ids class_nodeids class_treeids classlabels_int64s classlabels_ints consumed_inputs
    dilations directions ends imputed_value_int64s inputdimensions int64_vocabulary kernel_shape keys_int64s
    leaf_targetids ngram_counts ngram_indexes nodes_falseleafs nodes_falsenodeids nodes_featureids
    nodes_missing_value_tracks_true nodes_nodeids nodes_treeids nodes_trueleafs nodes_truenodeids output_padding
    output_shape paddings pads perm pool_int64s pooled_shape scan_input_axes scan_input_directions
    scan_output_axes scan_output_directions shape split starts strides target_ids target_nodeids target_treeids
    tree_roots value_ints values_int64s vectors_per_class`,
  ],
  [
    "tensor",
    `base_values_as_tensor class_weights_as_tensor default_tensor keys_tensor leaf_weights membership_values
    nodes_hitrates_as_tensor nodes_splits nodes_values_as_tensor target_weights_as_tensor values_tensor`,
  ],
  ["graph", "body else_branch then_branch"],
  ["sparseTensor", "sparse_value"],
  ["type", "type"],
]

/** By attribute name; absent where the kind depends on the operator. */
export const knownAttributeKinds: ReadonlyMap<string, AttributeKind> = new Map(
  namesByKind.flatMap(([kind, names]) => names.split(/\s+/).map((name) => [name, kind] as const)),
)
