"""autochord: NNLS chroma, a recurrent network and its CRF. The model comes from the store."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import types
from itertools import groupby
from typing import Any, Callable, Optional

from llamaburn_worker import BadInput, BadModel, Engine, EngineError, Load, Loaded, MissingPackage, Output, Run
from llamaburn_worker.errors import in_short

RATE_HZ = 44100
PLUGIN = "nnls-chroma:nnls-chroma"
HOME_FOLDER = ".autochord/chroma-seq-bilstm-crf-v1"  # where the package looks, before it downloads


def import_package() -> Any:
    """The package, kept from what its import does: downloading a model, and copying its plugin into the home folder."""
    found = importlib.util.find_spec("autochord")
    if found is None or not found.submodule_search_locations:
        raise MissingPackage("No module named 'autochord': llamaburn engines install autochord --again")
    os.environ["VAMP_PATH"] = os.path.join(found.submodule_search_locations[0], "res")
    sys.modules.setdefault("gdown", types.ModuleType("gdown"))
    from tensorflow import keras

    keras.models.load_model = lambda _: None
    home = os.environ.get("HOME", "")
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, HOME_FOLDER))
        os.environ["HOME"] = folder
        try:
            import autochord
        finally:
            os.environ["HOME"] = home
    return autochord


class Network:
    """The graph of a SavedModel. Keras's own loader would also run code that a model brings."""

    def __init__(self, folder: str, sub_length: int, bins: int) -> None:
        import tensorflow as tf

        try:
            self._model = tf.saved_model.load(folder)
            self._call = self._model.signatures["serving_default"]
        except (OSError, ValueError, KeyError, AttributeError, tf.errors.OpError) as error:
            raise BadModel(f'"{folder}" is no SavedModel of autochord ({in_short(error)})') from None
        inputs = list(self._call.structured_input_signature[1].items())
        if len(inputs) != 1 or not inputs[0][1].shape.is_compatible_with((None, sub_length, bins)):
            raise BadModel(f'"{folder}" is another model: it doesn\'t take stretches of {sub_length} × {bins} chroma')
        labels = [
            name for name, spec in self._call.structured_outputs.items()
            if spec.dtype.is_integer and spec.shape.rank == 2
        ]
        if len(labels) != 1:
            raise BadModel(f'"{folder}" is another model: it has no labels among its outputs')
        self._input, self._labels = inputs[0][0], labels[0]
        self.on_batch: Callable[[float], None] = lambda fraction: None

    def predict(self, sequences: Any, batch_size: int) -> tuple[Any, None, None, None]:
        """As Keras's model has it; what follows the labels, nobody reads."""
        import numpy
        import tensorflow as tf

        labels = []
        for start in range(0, len(sequences), batch_size):
            self.on_batch(start / len(sequences))
            batch = tf.constant(sequences[start : start + batch_size], dtype=tf.float32)
            labels.append(self._call(**{self._input: batch})[self._labels].numpy())
        return numpy.concatenate(labels), None, None, None


class Autochord(Engine):
    package = "autochord"

    def load(self, request: Load) -> Loaded:
        from llamaburn_worker import tensorflow_tools

        folder = request.model_file()
        threads = tensorflow_tools.set_threads(request.threads)
        self.autochord = import_package()
        self.options = request.options
        bins = 2 * len(self.autochord._CHROMA_NOTES)
        self.network: Optional[Network] = Network(folder, self.autochord._SEQ_LEN, bins)
        self.autochord._CHORD_MODEL = self.network
        self.autochord._BATCH_SIZE = self.options["batch-size"]
        return Loaded(input_rate_hz=RATE_HZ, input_channels=1, threads=threads, deterministic=True)

    def run(self, request: Run) -> Output:
        import vamp

        sound = request.sound()
        if sound.frames == 0:
            raise BadInput("there is no sound in it")
        assert self.network is not None
        self.network.on_batch = lambda fraction: request.progress(0.5 + fraction / 2)
        chroma = vamp.collect(
            sound.array(), RATE_HZ, PLUGIN, output="bothchroma", parameters={"rollon": self.options["rollon"]}
        )["matrix"][1]
        request.progress(0.5)
        labels = self.autochord.predict_chord_labels(chroma)
        request.done()
        return {"chords": self._describe([int(label) for label in labels], sound.duration_s)}

    def _describe(self, labels: list[int], duration_s: float) -> list[dict[str, Any]]:
        """A step of chroma each; what follows with the same label is one chord."""
        names, step_s = self.autochord._MAJMIN_CLASSES, self.autochord._STEP_SIZE
        if labels and not 0 <= min(labels) <= max(labels) < len(names):
            raise EngineError(f"its network names {max(labels)} as a chord, and there are {len(names)}")
        chords, at = [], 0
        for label, group in groupby(labels):
            start, at = at, at + len(list(group))
            if start * step_s < duration_s:
                end_s = duration_s if at == len(labels) else min(at * step_s, duration_s)
                chords.append({"start_s": start * step_s, "end_s": end_s, "label": names[label]})
        return chords

    def unload(self) -> None:
        self.autochord._CHORD_MODEL = self.network = None
