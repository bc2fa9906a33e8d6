"""What engines that have TensorFlow share. Import it inside load() only: it needs TensorFlow."""

from __future__ import annotations

import os

from llamaburn_worker.threads import count_working

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import tensorflow as tf  # noqa: E402

TRIAL_SIZE, TRIAL_PRODUCTS = 1024, 8


def set_threads(count: int) -> int:
    """Sets the threads within and between operations; how many then work in a product of matrices."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(count)
    except RuntimeError:  # once a process; a second load has the same number
        pass
    matrix = tf.ones((TRIAL_SIZE, TRIAL_SIZE))
    return count_working(lambda: [tf.linalg.matmul(matrix, matrix).numpy() for _ in range(TRIAL_PRODUCTS)], count) or count
