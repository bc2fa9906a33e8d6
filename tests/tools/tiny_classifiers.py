"""Classifiers whose right answer is known by construction: ONNX graphs of a few nodes, in a folder with their description."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 16000
LABELS = ["low", "middle", "high"]
BANDS = 48
MEL = {
    "fft_size": 512, "window_size": 400, "hop_size": 160, "window": "hann", "centre": "reflect", "bands": BANDS,
    "max_hz": 8000, "scale": "htk", "level": "log10", "gain": 1000, "offset": 1,
}


def graph(nodes, inputs, outputs, constants):
    """A model of these nodes; constants: name → array."""
    made = helper.make_graph(
        nodes, "tiny",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def third_of_bands(shape=("batch", "frames", BANDS), batch="batch", labels=3, poison=None):
    """How loud the bands' lowest, middle and highest third are, each a label."""
    weights = np.zeros((BANDS, labels), np.float32)
    for band in range(BANDS):
        weights[band, min(band * 3 // BANDS, labels - 1)] = 3 / BANDS
    if poison is not None:
        weights[:, 0] = poison
    axis = 1 if len(shape) == 3 else 3
    nodes = [helper.make_node("ReduceMean", ["sound"], ["mean"], axes=[axis], keepdims=0)]
    if len(shape) == 4:  # [batch, 1, bands, frames]
        nodes += [helper.make_node("ReduceMean", ["mean"], ["bands"], axes=[1], keepdims=0)]
    else:
        nodes += [helper.make_node("Identity", ["mean"], ["bands"])]
    nodes += [helper.make_node("MatMul", ["bands", "weights"], ["logits"])]
    return graph(nodes, [("sound", TensorProto.FLOAT, list(shape))], [("logits", [batch, labels])], {"weights": weights})


def slope_of_samples(samples="samples"):
    """Of samples: how much neighbours have in common ("low"), and how much they differ ("high")."""
    kernels = np.array([[[0.5, 0.5]], [[0.5, -0.5]]], np.float32)
    nodes = [
        helper.make_node("Unsqueeze", ["sound", "one"], ["channel"]),
        helper.make_node("Conv", ["channel", "kernels"], ["waves"]),
        helper.make_node("Mul", ["waves", "waves"], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["loudness"], axes=[2], keepdims=0),
        helper.make_node("Add", ["loudness", "tiny"], ["more"]),
        helper.make_node("Log", ["more"], ["logits"]),
    ]
    constants = {"one": np.array([1], np.int64), "kernels": kernels, "tiny": np.array([1e-9], np.float32)}
    return graph(
        nodes, [("sound", TensorProto.FLOAT, ["batch", samples])], [("logits", ["batch", 2])], constants)


def description(**changes):
    """Of third_of_bands(); a change to None leaves a member out."""
    whole = {
        "schema": "llamaburn.classifier/1", "labels": "labels.txt", "rate_hz": RATE, "window_s": 1, "hop_s": 0.5,
        "mel": dict(MEL), "shape": ["batch", "frames", "bands"], "activation": "softmax",
    }
    whole |= changes
    return {name: value for name, value in whole.items() if value is not None}


def write(folder, model=None, described=None, labels=LABELS, name="model.onnx"):
    """The folder of a classifier."""
    folder.mkdir(parents=True, exist_ok=True)
    if labels is not None:
        (folder / "labels.txt").write_text("".join(f"{label}\n" for label in labels))
    (folder / "classifier.json").write_text(json.dumps(description() if described is None else described))
    onnx.save(third_of_bands() if model is None else model, folder / name)
    return folder
