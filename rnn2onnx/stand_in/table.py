"""The table of TensorFlow's modules that are not public namespaces, and of where their names are in this project."""

from __future__ import annotations

_HERE = "rnn2onnx.stand_in.internals."
_ABSENT = (f"{_HERE}absent",)
_NOTHING = (f"{_HERE}nothing",)
_TF = (
    f"{_HERE}changing",
    f"{_HERE}feeding",
    f"{_HERE}training",
    f"{_HERE}nn_at_inference",
    "rnn2onnx.tf",
    "rnn2onnx.tf.nn",
    "rnn2onnx.tf.math",
    "rnn2onnx.tf.linalg",
    f"{_HERE}operations",
)
_CELLS = (
    f"{_HERE}cells_at_inference",
    "rnn2onnx.tf.nn.rnn_cell",
    "rnn2onnx.tf.rnn_cell",
    f"{_HERE}cells",
    "rnn2onnx.tf.contrib.rnn",
    *_TF,
)
_RNN = (
    f"{_HERE}recurrence",
    f"{_HERE}cells_at_inference",
    "rnn2onnx.tf.nn",
    "rnn2onnx.tf.contrib.rnn",
    f"{_HERE}cells",
    *_TF,
)
_SEQ2SEQ = (
    "rnn2onnx.tf.contrib.seq2seq",
    "rnn2onnx.tf.seq2seq.attention_mechanism",
    "rnn2onnx.tf.seq2seq.attention_scores",
    "rnn2onnx.tf.seq2seq.attention_wrapper",
    "rnn2onnx.tf.seq2seq.dynamic_decode",
    "rnn2onnx.tf.seq2seq.gather_tree",
    "rnn2onnx.tf.seq2seq.monotonic_attention",
    "rnn2onnx.tf.seq2seq.tile_batch",
    "rnn2onnx.tf.seq2seq.training_helper",
    f"{_HERE}recurrence",
    *_TF,
)
_LAYERS = (
    f"{_HERE}layers_at_inference",
    "rnn2onnx.tf.layers",
    "rnn2onnx.tf.layers.base_layer",
    f"{_HERE}layer_arguments",
    *_TF,
)
_CONTRIB_LAYERS = (f"{_HERE}contrib_training", "rnn2onnx.tf.contrib.layers", f"{_HERE}layer_arguments", *_TF)
_TRAIN = (f"{_HERE}train", "rnn2onnx.tf.train", "rnn2onnx.tf.variables.global_step", *_TF)
_KERAS = ("rnn2onnx.keras.v1.layers", "rnn2onnx.keras.layers", "rnn2onnx.keras", f"{_HERE}keras_arguments", *_LAYERS)

ALIASES = {
    # Of those that a name begins with, the longest is replaced.
    "keras": "tensorflow.keras",
    "tensorflow_core": "tensorflow",
    "tensorflow._api.v1": "tensorflow",
    "tensorflow.compat.v1": "tensorflow",
    "tensorflow.contrib.keras": "tensorflow.keras",
    "tensorflow.contrib.legacy_seq2seq.python.ops.seq2seq": "tensorflow.contrib.legacy_seq2seq",
    "tensorflow.contrib.nn": "tensorflow.nn",
    "tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl": "tensorflow.contrib.rnn.python.ops.core_rnn_cell",
    "tensorflow.contrib.slim.python.slim.learning": "tensorflow.contrib.slim.learning",
    "tensorflow.models.rnn.linear": "tensorflow.python.ops.rnn_cell",
    "tensorflow.models.rnn.rnn": "tensorflow.python.ops.rnn",
    "tensorflow.models.rnn.rnn_cell": "tensorflow.python.ops.rnn_cell",
    "tensorflow.models.rnn.seq2seq": "tensorflow.contrib.legacy_seq2seq",
    "tensorflow.python.checkpoint": "tensorflow.python.training.tracking",
    "tensorflow.python.keras": "tensorflow.keras",
    "tensorflow.python.ops.seq2seq": "tensorflow.contrib.legacy_seq2seq",
    "tensorflow.python.trackable": "tensorflow.python.training.tracking",
    "tensorflow.python.training.checkpointable": "tensorflow.python.training.tracking",
}
"""Names that TensorFlow has or had for one module."""

OVERLAYS = {
    "tensorflow": (f"{_HERE}changing", f"{_HERE}feeding", f"{_HERE}training"),
    "tensorflow.contrib": (f"{_HERE}contrib",),
    "tensorflow.contrib.layers": (f"{_HERE}contrib_training",),
    "tensorflow.contrib.metrics": (f"{_HERE}metrics",),
    "tensorflow.contrib.summary": (f"{_HERE}summaries",),
    "tensorflow.contrib.rnn": (f"{_HERE}cells_at_inference",),
    "tensorflow.contrib.slim": (f"{_HERE}contrib_training",),
    "tensorflow.layers": (f"{_HERE}layers_at_inference",),
    "tensorflow.metrics": (f"{_HERE}metrics",),
    "tensorflow.nn": (f"{_HERE}nn_at_inference",),
    "tensorflow.nn.rnn_cell": (f"{_HERE}cells_at_inference",),
    "tensorflow.summary": (f"{_HERE}summaries",),
    "tensorflow.train": (f"{_HERE}train",),
}
"""What a namespace has only under TensorFlow's name: what trains can be made by files that are loaded as they stand."""

_TABLE = {
    # Packages.
    """
    _api contrib.crf.python contrib.crf.python.ops contrib.cudnn_rnn.python contrib.cudnn_rnn.python.layers
    contrib.cudnn_rnn.python.ops contrib.eager
    contrib.eager.python contrib.framework.python contrib.layers.python
    contrib.layers.python.ops contrib.learn.python contrib.legacy_seq2seq.python contrib.legacy_seq2seq.python.ops
    contrib.rnn.python contrib.rnn.python.ops contrib.seq2seq.python contrib.seq2seq.python.ops contrib.slim.python
    contrib.training.python contrib.training.python.training keras.engine keras.legacy keras.utils models models.rnn
    python.client python.framework python.layers python.lib python.ops python.platform python.training
    python.training.tracking python.util
    """: _NOTHING,
    "python": _TF,
    # Operations: each of these files imports from the others, and so do those who use them.
    """
    python.framework.common_shapes python.framework.composite_tensor python.framework.constant_op
    python.framework.func_graph python.framework.function python.framework.graph_util python.framework.indexed_slices
    python.framework.op_def_registry python.framework.ops python.framework.random_seed python.framework.smart_cond
    python.framework.sparse_tensor python.framework.tensor python.framework.tensor_conversion
    python.framework.tensor_spec python.framework.versions python.framework.type_spec
    python.ops.array_ops python.ops.array_ops_stack python.ops.bitwise_ops python.ops.candidate_sampling_ops
    python.ops.case python.ops.check_ops python.ops.clip_ops python.ops.cond python.ops.cond_v2
    python.ops.confusion_matrix python.ops.control_flow_assert python.ops.control_flow_case python.ops.control_flow_ops
    python.ops.control_flow_util python.ops.ctc_ops python.ops.custom_gradient python.ops.embedding_ops
    python.ops.functional_ops python.ops.gen_array_ops python.ops.gen_control_flow_ops python.ops.gen_data_flow_ops
    python.ops.gen_linalg_ops python.ops.gen_logging_ops python.ops.gen_math_ops python.ops.gen_nn_ops
    python.ops.gen_random_ops python.ops.gen_state_ops python.ops.gradients python.ops.gradients_impl
    python.ops.histogram_ops python.ops.inplace_ops python.ops.linalg.linalg_impl python.ops.linalg_ops
    python.ops.linalg_ops_impl python.ops.logging_ops python.ops.manip_ops python.ops.map_fn python.ops.math_ops
    python.ops.nn python.ops.nn_impl python.ops.nn_ops python.ops.numerics python.ops.partitioned_variables
    python.ops.random_ops python.ops.ref_variable python.ops.resource_variable_ops python.ops.sort_ops
    python.ops.special_math_ops python.ops.standard_ops python.ops.state_ops python.ops.stateless_random_ops
    python.ops.template python.ops.tensor_array_ops python.ops.variable_scope python.ops.variables python.ops.while_loop
    python.ops.while_v2 python.ops.weights_broadcast_ops
    python.client.session
    """: _TF,
    "python.ops.init_ops python.ops.init_ops_v2 python.ops.initializers_ns": ("rnn2onnx.tf.initializers", *_TF),
    "python.ops.losses python.ops.losses.losses python.ops.losses.losses_impl python.ops.losses.util": (
        "rnn2onnx.tf.losses", *_TF,
    ),
    "python.ops.linalg python.ops.linalg.linalg": ("rnn2onnx.tf.linalg",),
    "python.framework.dtypes": ("rnn2onnx.tf.dtypes", *_TF),
    "python.framework.errors python.framework.errors_impl": ("rnn2onnx.tf.tf_errors",),
    "python.framework.tensor_shape": (
        f"{_HERE}tensor_shapes", "rnn2onnx.tf.shapes.shape", "rnn2onnx.tf.shapes.dimension",
    ),
    "python.framework.tensor_util": ("rnn2onnx.tf.shapes.static_value", *_TF),
    # Recurrence.
    """
    contrib.rnn.python.ops.core_rnn_cell contrib.rnn.python.ops.fused_rnn_cell contrib.rnn.python.ops.gru_ops
    contrib.rnn.python.ops.lstm_ops contrib.rnn.python.ops.rnn_cell keras.layers.legacy_rnn.rnn_cell_impl
    python.ops.rnn_cell python.ops.rnn_cell_impl python.ops.rnn_cell_wrapper_impl
    """: _CELLS,
    """
    contrib.rnn.python.ops.core_rnn contrib.rnn.python.ops.rnn keras.layers.legacy_rnn.rnn python.ops.rnn
    """: _RNN,
    "contrib.crf.python.ops.crf": ("rnn2onnx.tf.contrib.crf", *_TF),
    "contrib.cudnn_rnn.python.layers.cudnn_rnn contrib.cudnn_rnn.python.ops.cudnn_rnn_ops": (
        "rnn2onnx.tf.contrib.cudnn_rnn", *_TF,
    ),
    """
    contrib.seq2seq.python.ops.attention_wrapper contrib.seq2seq.python.ops.basic_decoder
    contrib.seq2seq.python.ops.beam_search_decoder contrib.seq2seq.python.ops.beam_search_ops
    contrib.seq2seq.python.ops.decoder contrib.seq2seq.python.ops.helper contrib.seq2seq.python.ops.loss
    """: _SEQ2SEQ,
    # Layers.
    """
    python.layers.base python.layers.convolutional python.layers.core python.layers.layers
    python.layers.normalization python.layers.pooling python.layers.utils
    """: _LAYERS,
    """
    contrib.layers.python.layers contrib.layers.python.layers.embedding_ops contrib.layers.python.layers.encoders
    contrib.layers.python.layers.initializers contrib.layers.python.layers.layers
    contrib.layers.python.layers.normalization contrib.layers.python.layers.regularizers
    contrib.layers.python.layers.utils
    """: _CONTRIB_LAYERS,
    """
    contrib.framework.python.framework contrib.framework.python.framework.tensor_util
    contrib.framework.python.ops contrib.framework.python.ops.arg_scope contrib.framework.python.ops.variables
    """: ("rnn2onnx.tf.contrib.framework", *_TF),
    "contrib.slim.python.slim": (f"{_HERE}contrib_training", "rnn2onnx.tf.contrib.slim",),
    "contrib.training.python.training.hparam": ("rnn2onnx.tf.contrib.training",),
    "contrib.learn.python.learn contrib.learn.python.learn.estimators": ("rnn2onnx.tf.contrib.learn",),
    "contrib.compiler contrib.compiler.jit": (f"{_HERE}compilation",),
    # Keras; its files are found by many names, its classes by one.
    """
    keras.engine.base_layer keras.engine.base_layer_utils keras.engine.input_layer keras.engine.input_spec
    keras.engine.network keras.engine.sequential keras.engine.topology keras.engine.training
    keras.layers.advanced_activations keras.layers.convolutional keras.layers.convolutional_recurrent
    keras.layers.core keras.layers.embeddings keras.layers.legacy_rnn keras.layers.merge keras.layers.noise
    keras.layers.normalization keras.layers.pooling keras.layers.recurrent keras.layers.recurrent_v2
    keras.layers.rnn_cell_wrapper_v2 keras.layers.wrappers keras.legacy.layers keras.models
    keras.utils.conv_utils keras.utils.generic_utils keras.utils.layer_utils keras.utils.tf_utils
    """: _KERAS,
    # Training and running: what can be made, and is refused when it is used.
    """
    python.training.adagrad python.training.adam python.training.basic_session_run_hooks
    python.training.checkpoint_utils python.training.gradient_descent python.training.learning_rate_decay
    python.training.momentum python.training.moving_averages python.training.optimizer python.training.saver
    python.training.session_run_hook python.training.slot_creator python.training.training
    python.training.training_ops python.training.training_util contrib.opt
    """: _TRAIN,
    """
    python.training.tracking.base python.training.tracking.data_structures python.training.tracking.tracking
    """: (f"{_HERE}tracking",),
    "contrib.tensorboard.plugins.projector": (f"{_HERE}projector",),
    "python.client.device_lib": (f"{_HERE}devices",),
    "python.eager python.eager.context contrib.eager.python.tfe": (f"{_HERE}eager_mode", *_TF),
    # Python of TensorFlow's own.
    "python.platform.app": ("rnn2onnx.tf.app",),
    "python.platform.flags": ("rnn2onnx.tf.flags",),
    "python.lib.io python.lib.io.file_io python.platform.gfile": ("rnn2onnx.tf.gfile",),
    "python.platform.test": ("rnn2onnx.tf.test",),
    "python.platform.tf_logging": ("rnn2onnx.tf.logging",),
    "python.util.compat": ("rnn2onnx.tf.compat",),
    "python.util.nest contrib.framework.nest": ("rnn2onnx.tf.nest",),
    "python.util.tf_inspect": (f"{_HERE}inspection",),
    """
    python.estimator.util python.util.all_util python.util.deprecation python.util.dispatch python.util.function_utils
    python.util.keyword_args python.util.lazy_loader python.util.tf_contextlib python.util.tf_decorator
    python.util.tf_export python.util.tf_should_use
    """: (f"{_HERE}decorators",),
    # There in TensorFlow and not here: importing one does no harm, using what is in it is refused.
    """
    contrib.autograph contrib.batching contrib.bayesflow contrib.boosted_trees contrib.data contrib.distribute
    contrib.distributions contrib.estimator contrib.factorization contrib.feature_column contrib.gan
    contrib.graph_editor contrib.image
    contrib.input_pipeline contrib.labeled_tensor contrib.linear_optimizer contrib.lookup contrib.losses
    contrib.model_pruning contrib.predictor contrib.quantize contrib.recurrent contrib.rnn.ops contrib.session_bundle
    contrib.signal contrib.slim.learning contrib.slim.nets contrib.sparsemax contrib.stateless contrib.tensor_forest
    contrib.tensorboard contrib.tensorboard.plugins contrib.timeseries
    contrib.tpu
    contrib.learn.python.learn.datasets contrib.learn.python.learn.datasets.mnist contrib.slim.python.slim.data
    examples examples.tutorials examples.tutorials.mnist examples.tutorials.mnist.input_data models.rnn.ptb
    core core.framework core.framework.node_def_pb2 core.framework.summary_pb2 core.protobuf
    core.protobuf.config_pb2
    keras.callbacks keras.datasets keras.preprocessing keras.preprocessing.sequence keras.preprocessing.text
    keras.preprocessing.image keras.optimizers keras.metrics keras.utils.np_utils keras.utils.vis_utils
    keras.wrappers keras.applications
    python.data python.data.ops python.data.ops.dataset_ops python.debug python.estimator python.feature_column
    python.feature_column.feature_column python.framework.importer python.framework.graph_io
    python.framework.load_library python.framework.meta_graph python.lib.io.tf_record python.lib.io.python_io
    python.ops.data_flow_ops python.ops.distributions python.ops.distributions.categorical
    python.ops.distributions.bernoulli python.ops.distributions.normal python.ops.image_ops python.ops.image_ops_impl
    python.ops.io_ops python.ops.lookup_ops python.ops.metrics python.ops.metrics_impl python.ops.parsing_ops
    python.ops.script_ops python.ops.session_ops python.ops.sparse_ops python.ops.string_ops python.ops.summary_ops
    python.ops.summary_ops_v2 python.platform.resource_loader python.platform.googletest python.saved_model
    python.summary python.summary.summary python.tools python.training.input python.training.queue_runner
    python.training.coordinator python.training.supervisor python.training.monitored_session python.training.summary_io
    python.training.checkpoint_management python.user_ops tools.graph_transforms tools
    """: _ABSENT,
}  # fmt: skip

SOURCES = {f"tensorflow.{module}": places for modules, places in _TABLE.items() for module in modules.split()}
"""The modules of this project that have what is in a module of TensorFlow, first those that win."""

SHADOWS = {
    f"tensorflow.python.{module}": frozenset(names.split())
    for module, names in {
        "framework.dtypes": "bool",
        "ops.array_ops": "slice",
        "ops.control_flow_ops": "tuple",
        "ops.gen_math_ops": "round",
        "ops.math_ops": "abs complex pow range round",
        "ops.standard_ops": "abs complex pow range round slice tuple",
    }.items()
}
"""Names of Python's builtins that internal modules of TensorFlow have for something else."""

EVERYTHING = frozenset(_TF)
"""Where names are looked up that are not found where they belong."""

_CELL_NAMES = """
    BasicLSTMCell BasicRNNCell DeviceWrapper DropoutWrapper EmbeddingWrapper GRUCell InputProjectionWrapper LSTMCell
    LSTMStateTuple LayerRNNCell MultiRNNCell OutputProjectionWrapper RNNCell ResidualWrapper array_ops
    assert_like_rnncell base_layer clip_ops collections constant_op context dtypes init_ops initializers logging
    math_ops nest nn_ops ops partitioned_variables tensor_shape tensor_util tf_variables vs
    """

STARRED = {
    f"tensorflow.python.ops.{module}": tuple(names.split())
    for module, names in {
        "rnn": """
            array_ops bidirectional_dynamic_rnn constant_op context control_flow_ops dtypes dynamic_rnn math_ops nest
            ops raw_rnn rnn_cell_impl static_bidirectional_rnn static_rnn static_state_saving_rnn tensor_array_ops
            tensor_shape tensor_util vs
            """,
        "rnn_cell": _CELL_NAMES,
        "rnn_cell_impl": _CELL_NAMES,
    }.items()
}
"""What ``import *`` binds of modules that published code imports so: their own names and those they import."""
