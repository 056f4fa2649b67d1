# ruff: noqa
"""A model class with everything that training needs around it, as most published files have it."""

import tensorflow as tf
import tensorflow.contrib.slim as slim
from tensorflow.contrib import layers
from tensorflow.contrib import lookup
from tensorflow.contrib.framework import arg_scope
from tensorflow.python.client import device_lib
from tensorflow.python.ops.rnn import bidirectional_dynamic_rnn as bi_rnn

flags = tf.app.flags
flags.DEFINE_integer("hidden", 3, "units")
flags.DEFINE_float("learning_rate", 1e-3, "step")
flags.DEFINE_boolean("summaries", True, "whether to write any")
FLAGS = flags.FLAGS


def hparams(**overrides):
    made = tf.contrib.training.HParams(classes=4, keep_prob=0.5, clip=5.0, cell="gru")
    made.override_from_dict(overrides)
    return made


class Tagger(object):
    def __init__(self, hps, vocabulary=7, train=True):
        self.hps = hps
        self.ids = tf.placeholder(tf.int32, [None, None], name="ids")
        self.lengths = tf.placeholder(tf.int32, [None], name="lengths")
        self.targets = tf.placeholder(tf.int32, [None, None], name="targets")
        self.keep_prob = tf.placeholder(tf.float32, name="keep_prob")
        self.is_training = tf.placeholder(tf.bool, name="is_training")
        self.global_step = tf.Variable(0, name="global_step", trainable=False)
        with tf.device("/cpu:0"), tf.name_scope("embedding"):
            self.table = tf.get_variable("table", [vocabulary, 3], initializer=tf.random_uniform_initializer(-0.1, 0.1))
            embedded = tf.nn.dropout(tf.nn.embedding_lookup(self.table, self.ids), self.keep_prob)
        with tf.variable_scope("encoder", regularizer=layers.l2_regularizer(0.01)):
            (fw, bw), _ = bi_rnn(self.cell(), self.cell(), embedded, self.lengths, dtype=tf.float32)
            hidden = tf.concat([fw, bw], axis=-1)
        with tf.variable_scope("output"), arg_scope([slim.fully_connected], activation_fn=tf.nn.relu):
            hidden = slim.fully_connected(hidden, 4)
            hidden = layers.batch_norm(hidden, is_training=self.is_training, scale=True)
            hidden = tf.cond(self.is_training, lambda: tf.nn.dropout(hidden, 0.5), lambda: hidden)
            hidden = tf.layers.dropout(hidden, 0.5, training=self.is_training)
            self.logits = slim.fully_connected(hidden, hps.classes, activation_fn=None, scope="logits")
        self.predictions = tf.argmax(self.logits, 2, name="predictions")
        self.add_loss()
        if train:
            self.add_training()

    def cell(self):
        kinds = {"gru": tf.nn.rnn_cell.GRUCell, "lstm": tf.nn.rnn_cell.LSTMCell}
        cell = kinds[self.hps.cell](FLAGS.hidden)
        return tf.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=self.keep_prob)

    def add_loss(self):
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=self.logits, labels=self.targets)
        mask = tf.sequence_mask(self.lengths, tf.shape(self.ids)[1], dtype=tf.float32)
        self.loss = tf.reduce_sum(losses * mask) / tf.reduce_sum(mask) + tf.losses.get_regularization_loss()
        tf.summary.scalar("loss", self.loss)

    def add_training(self):
        rate = tf.train.exponential_decay(FLAGS.learning_rate, self.global_step, 100, 0.9, staircase=True)
        optimizer = tf.train.AdamOptimizer(rate)
        variables = tf.trainable_variables()
        gradients, _ = tf.clip_by_global_norm(tf.gradients(self.loss, variables), self.hps.clip)
        for gradient, variable in zip(gradients, variables):
            tf.summary.histogram(variable.op.name, gradient)
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            self.train_op = optimizer.apply_gradients(zip(gradients, variables), global_step=self.global_step)
        self.averages = tf.train.ExponentialMovingAverage(0.99)
        self.average_op = self.averages.apply(variables)
        self.summaries = tf.summary.merge_all()
        self.saver = tf.train.Saver(tf.global_variables(), max_to_keep=3)
        self.gpus = [d.name for d in device_lib.list_local_devices() if d.device_type == "GPU"]


def model(train=True):
    tagger = Tagger(hparams(), train=train)
    return tagger.logits, tagger.predictions


def main(_):
    with tf.Session() as session:
        tagger = Tagger(hparams())
        session.run(tf.global_variables_initializer())


if __name__ == "__main__":
    tf.app.run()
