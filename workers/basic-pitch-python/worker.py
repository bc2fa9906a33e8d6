"""basic-pitch: the package itself on ONNX Runtime, with the model file and options of the native engine."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from llamaburn_worker import BadModel, Engine, Load, Loaded, Output, Probe, Run, Usage
from llamaburn_worker.errors import in_short

RATE_HZ = 22050
OVERLAP_FRAMES = 30
THIRDS = 3  # of a semitone: the unit of bends
PROGRAM = 4  # Electric Piano 1


def import_package() -> Any:
    """The package names each runtime that it doesn't find: that is as it should be."""
    logging.disable(logging.WARNING)
    try:
        from basic_pitch import inference
    finally:
        logging.disable(logging.NOTSET)
    return inference


class BasicPitch(Engine):
    package = "basic-pitch"

    def probe(self) -> Probe:
        import onnxruntime

        return Probe(self.version(), libraries={"onnxruntime": onnxruntime.__version__})

    def load(self, request: Load) -> Loaded:
        if request.device not in ("cpu", "auto"):
            raise Usage("basic-pitch-python runs on the processor here: leave out --device")
        import numpy
        import onnxruntime

        path = request.model_file("nmp.onnx")
        self.inference = import_package()
        self.options = dict(request.options)
        self.model = self.inference.Model.__new__(self.inference.Model)
        self.model.model_type = self.inference.Model.MODEL_TYPES.ONNX
        before = len(os.listdir("/proc/self/task"))
        try:
            self.model.model = onnxruntime.InferenceSession(
                path, sess_options=self._session_options(request), providers=["CPUExecutionProvider"]
            )
            silence = numpy.zeros((1, self.inference.AUDIO_N_SAMPLES, 1), dtype=numpy.float32)
            heard = self.model.predict(silence)
        except Exception as error:  # ONNX Runtime has a dozen classes of its own for it
            raise BadModel(f"ONNX Runtime can't load the model: {in_short(error)}") from None
        if [heard[name].shape[-1] for name in ("note", "onset", "contour")] != [88, 88, 264]:
            raise BadModel("the model is not Basic Pitch's: its outputs have another size")
        return Loaded(
            input_rate_hz=RATE_HZ,
            input_channels=1,
            threads=len(os.listdir("/proc/self/task")) - before + 1,
            deterministic=True,
            options=self.options,
            info={"onnxruntime": onnxruntime.__version__},
        )

    def _session_options(self, request: Load) -> Any:
        import onnxruntime

        wanted = onnxruntime.SessionOptions()
        wanted.intra_op_num_threads = request.threads
        wanted.inter_op_num_threads = 1
        wanted.add_session_config_entry("session.intra_op.allow_spinning", str(int(self.options["spinning"])))
        return wanted

    def run(self, request: Run) -> Output:
        from basic_pitch import note_creation

        begin = time.monotonic()
        heard = self._listen(request)
        heard_s = time.monotonic() - begin
        midi_notes: list[Any] = []
        if len(heard["note"]):
            midi_notes = self._notes(note_creation, heard)
        request.done()
        notes_s = time.monotonic() - begin - heard_s
        options = self.options
        return {
            "notes": [self._describe(note) for note in midi_notes],
            "midi_settings": {
                "tempo_bpm": options["midi-tempo"],
                "program": PROGRAM,
                "split": options["multiple-pitch-bends"],
            },
            "phases": {"infer_s": heard_s, "notes_s": notes_s},
        }

    def _listen(self, request: Run) -> dict[str, Any]:
        """run_inference() of the package, on samples instead of a file."""
        import numpy

        package = self.inference
        sound = request.sound().array().reshape(-1)
        overlap = OVERLAP_FRAMES * package.FFT_HOP
        hop = package.AUDIO_N_SAMPLES - overlap
        padded = numpy.concatenate([numpy.zeros(overlap // 2, dtype=numpy.float32), sound])
        heard: dict[str, list[Any]] = {"note": [], "onset": [], "contour": []}
        for index, (window, _) in enumerate(package.window_audio_file(padded, hop)):
            for name, values in self.model.predict(window[None]).items():
                heard[name].append(values)
            request.progress((index + 1) * hop / len(padded))
        return {
            name: package.unwrap_output(numpy.concatenate(values), len(sound), OVERLAP_FRAMES)
            for name, values in heard.items()
        }

    def _notes(self, note_creation: Any, heard: dict[str, Any]) -> list[Any]:
        options = self.options
        frames_per_s = RATE_HZ / self.inference.FFT_HOP
        _, events = note_creation.model_output_to_notes(
            heard,
            onset_thresh=options["onset-threshold"],
            frame_thresh=options["frame-threshold"],
            infer_onsets=options["infer-onsets"],
            min_note_len=round(options["minimum-note-ms"] / 1000 * frames_per_s),
            min_freq=options["minimum-frequency"] or None,
            max_freq=options["maximum-frequency"] or None,
            include_pitch_bends=options["pitch-bends"],
            multiple_pitch_bends=options["multiple-pitch-bends"],
            melodia_trick=options["melodia-trick"],
            midi_tempo=options["midi-tempo"],
        )
        if not options["multiple-pitch-bends"]:
            return list(note_creation.drop_overlapping_pitch_bends(events))
        return sorted(events, key=lambda event: event[:3])

    def _describe(self, event: Any) -> dict[str, Any]:
        start_s, end_s, pitch, amplitude, bends = event
        note = {
            "start_s": float(start_s),
            "end_s": float(end_s),
            "pitch": int(pitch),
            "velocity": round(127 * float(amplitude)),
            "amplitude": float(amplitude),
        }
        if bends is not None:
            note["bends"] = [float(bend) / THIRDS for bend in bends]
        return note

    def unload(self) -> None:
        del self.model
