"""The package basic-pitch behind a pipe: a line of JSON in, a line of JSON out. Runs in the environment of
the engine basic-pitch-python, whose packages don't go together with the tests' own.

{"path": file of f32 (frames × 88 notes, × 88 onsets, × 264 contours), "frames", settings…}: note_creation;
{"song": sound file}: predict() on it, as its documentation says."""

import json
import logging
import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
logging.disable(logging.WARNING)
import numpy  # noqa: E402
from basic_pitch import ICASSP_2022_MODEL_PATH, inference, note_creation  # noqa: E402

model = None


def create(request):
    n = request["frames"]
    data = numpy.fromfile(request["path"], dtype=numpy.float32)
    notes, onsets, contours = numpy.split(data, [88 * n, 176 * n])
    contours = contours.reshape(n, 264)
    with numpy.errstate(all="ignore"):
        found = note_creation.output_to_notes_polyphonic(
            notes.reshape(n, 88).copy(), onsets.reshape(n, 88).copy(), request["onset"], request["frame"],
            request["shortest"], request["infer"], request.get("max_hz"), request.get("min_hz"), request["melodia"],
        )
    found = note_creation.get_pitch_bends(contours, found)
    return {
        "notes": [[int(s), int(e), int(p), float(a), [int(b) for b in bends]] for s, e, p, a, bends in found],
        "times": note_creation.model_frames_to_time(n).tolist(),
    }


def predict(request):
    global model
    model = model or inference.Model(ICASSP_2022_MODEL_PATH)
    heard, _, events = inference.predict(request["song"], model)
    if "activations" in request:
        with open(request["activations"], "wb") as file:
            for name in ("note", "onset", "contour"):
                file.write(numpy.ascontiguousarray(heard[name], dtype=numpy.float32).tobytes())
    return {"notes": [[float(s), float(e), int(p), float(a)] for s, e, p, a, _ in events], "frames": len(heard["note"])}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(predict(request) if "song" in request else create(request)), file=answers, flush=True)
