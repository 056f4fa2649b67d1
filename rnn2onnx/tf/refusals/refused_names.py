"""Names of TensorFlow that only training, sessions or input pipelines use, by the namespace they are in."""

from __future__ import annotations

REFUSED: dict[str, frozenset[str]] = {
    space: frozenset(names.split())
    for space, names in {
        "tf": """
            AggregationMethod ConditionalAccumulator ConditionalAccumulatorBase FIFOQueue FixedLenFeature
            FixedLenSequenceFeature FixedLengthRecordReader GradientTape GraphDef IdentityReader
            IndexedSlices IndexedSlicesSpec InteractiveSession LMDBReader MetaGraphDef OptionalSpec
            PaddingFIFOQueue PriorityQueue QueueBase RaggedTensor RaggedTensorSpec RandomShuffleQueue ReaderBase
            RunMetadata Session SessionLog SparseConditionalAccumulator SparseFeature
            SparseTensorSpec Summary SummaryMetadata TFRecordReader TextLineReader VarLenFeature
            WholeFileReader batch_scatter_update count_up_to data decode_csv
            decode_json_example decode_raw delete_session_tensor distribute get_default_session get_session_handle
            get_session_tensor gradients hessians import_graph_def metrics numpy_function parse_example
            parse_single_example parse_single_sequence_example parse_tensor profiler py_func py_function python_io queue
            read_file recompute_grad saved_model scatter_add scatter_div scatter_max scatter_min scatter_mul
            scatter_nd_add scatter_nd_sub scatter_nd_update scatter_sub scatter_update stop_recording summary tpu
            variable_creator_scope
            """,
        "tf.contrib": "cluster_resolver distribute eager metrics opt predictor quantize summary tpu",
        "tf.contrib.cudnn_rnn": """
            CudnnGRUSaveable CudnnLSTMSaveable CudnnParamsFormatConverterGRU CudnnParamsFormatConverterLSTM
            CudnnParamsFormatConverterRelu CudnnParamsFormatConverterTanh CudnnRNNReluSaveable CudnnRNNTanhSaveable
            """,
        "tf.contrib.framework": """
            assign_from_checkpoint assign_from_checkpoint_fn assign_from_values init_from_checkpoint list_variables
            load_checkpoint load_variable
            """,
        "tf.contrib.layers": """
            optimize_loss summarize_activation summarize_activations summarize_collection summarize_tensor
            """,
        "tf.estimator": """
            BaselineClassifier BaselineEstimator BaselineRegressor BestExporter DNNClassifier DNNEstimator
            DNNLinearCombinedClassifier DNNLinearCombinedEstimator DNNLinearCombinedRegressor DNNRegressor Estimator
            EstimatorSpec EvalSpec Exporter FinalExporter LatestExporter LinearClassifier LinearEstimator
            LinearRegressor RunConfig SessionRunHook TrainSpec VocabInfo WarmStartSettings add_metrics
            classifier_parse_example_spec
            experimental export inputs regressor_parse_example_spec tpu train_and_evaluate
            """,
        "keras": """
            applications callbacks datasets estimator experimental losses metrics mixed_precision optimizers
            preprocessing wrappers
            """,
        "keras.backend": """
            eval function get_session gradients in_top_k learning_phase_scope manual_variable_initialization
            moving_average_update normalize_batch_in_training random_bernoulli random_binomial random_normal
            random_normal_variable random_uniform random_uniform_variable set_session truncated_normal update_sub
            """,
        "keras.utils": """
            GeneratorEnqueuer HDF5Matrix OrderedEnqueuer Progbar Sequence SequenceEnqueuer get_file model_to_dot
            multi_gpu_model plot_model
            """,
        "tf.keras": """
            applications callbacks datasets estimator experimental losses metrics mixed_precision optimizers
            preprocessing wrappers
            """,
        "tf.nn": """
            all_candidate_sampler compute_accidental_hits ctc_loss ctc_loss_v2 fixed_unigram_candidate_sampler
            learned_unigram_candidate_sampler log_uniform_candidate_sampler nce_loss sampled_softmax_loss
            uniform_candidate_sampler
            """,
        "tf.train": """
            AdadeltaOptimizer AdagradDAOptimizer AdagradOptimizer AdamOptimizer BytesList Checkpoint CheckpointManager
            CheckpointOptions CheckpointSaverHook CheckpointSaverListener ChiefSessionCreator ClusterDef ClusterSpec
            Coordinator Example ExponentialMovingAverage Feature FeatureList FeatureLists Features FeedFnHook
            FinalOpsHook FloatList FtrlOptimizer GlobalStepWaiterHook GradientDescentOptimizer Int64List JobDef
            LoggingTensorHook LooperThread MomentumOptimizer MonitoredSession MonitoredTrainingSession
            NanLossDuringTrainingError NanTensorHook NewCheckpointReader Optimizer ProfilerHook
            ProximalAdagradOptimizer ProximalGradientDescentOptimizer QueueRunner RMSPropOptimizer Saver SaverDef
            Scaffold SecondOrStepTimer SequenceExample Server ServerDef SessionCreator SessionManager SessionRunArgs
            SessionRunContext SessionRunHook SessionRunValues SingularMonitoredSession StepCounterHook StopAtStepHook
            SummarySaverHook Supervisor SyncReplicasOptimizer VocabInfo WorkerSessionCreator add_queue_runner
            assert_global_step basic_train_loop batch batch_join checkpoint_exists checkpoints_iterator cosine_decay
            cosine_decay_restarts do_quantize_training_on_graphdef experimental exponential_decay export_meta_graph
            generate_checkpoint_state_proto get_checkpoint_mtimes get_checkpoint_state global_step import_meta_graph
            init_from_checkpoint input_producer inverse_time_decay latest_checkpoint limit_epochs linear_cosine_decay
            list_variables load_checkpoint load_variable match_filenames_once maybe_batch maybe_batch_join
            maybe_shuffle_batch maybe_shuffle_batch_join natural_exp_decay noisy_linear_cosine_decay piecewise_constant
            piecewise_constant_decay polynomial_decay queue_runner range_input_producer remove_checkpoint
            replica_device_setter sdca_fprint sdca_optimizer sdca_shrink_l1 shuffle_batch shuffle_batch_join
            slice_input_producer start_queue_runners string_input_producer summary_iterator update_checkpoint_state
            warm_start write_graph
            """,
    }.items()
}
