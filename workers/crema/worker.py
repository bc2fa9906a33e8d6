"""crema: chords and their inversions. Its network comes inside its package."""

from __future__ import annotations

from typing import Any

from llamaburn_worker import BadInput, Engine, Load, Loaded, Output, Run


def find_chords(annotation: Any, duration_s: float) -> list[dict[str, Any]]:
    """Segments within the sound: the last frame reaches beyond its end."""
    chords = []
    for one in annotation.data:
        start_s, end_s = float(one.time), min(float(one.time + one.duration), duration_s)
        if start_s < end_s:
            chords.append({"start_s": start_s, "end_s": end_s, "label": str(one.value), "confidence": float(one.confidence)})
    return chords


class Crema(Engine):
    package = "crema"

    def load(self, request: Load) -> Loaded:
        from llamaburn_worker import tensorflow_tools

        threads = tensorflow_tools.set_threads(request.threads)
        from crema.models.chord import ChordModel

        self.model: Any = ChordModel()
        frames = self.model.pump["chord_tag"]
        self.rate_hz, self.hop = int(frames.sr), int(frames.hop_length)
        return Loaded(
            input_rate_hz=self.rate_hz,
            input_channels=1,
            threads=threads,
            deterministic=True,
            parameters=int(self.model.model.count_params()),
            info={"weights": "inside the package"},
        )

    def run(self, request: Run) -> Output:
        sound = request.sound()
        if sound.frames < self.hop:
            raise BadInput(f"{sound.duration_s:.3f} s are shorter than a frame of the network ({self.hop / self.rate_hz:.3f} s)")
        samples = sound.array().copy()  # librosa takes no read-only memory
        if not samples.any():  # its network hears a seventh chord in nothing
            request.done()
            return {"chords": [{"start_s": 0.0, "end_s": sound.duration_s, "label": "N"}]}
        outputs = self.model.outputs(y=samples, sr=self.rate_hz)
        request.progress(0.9)
        annotation = self.model.predict(y=samples, sr=self.rate_hz, outputs=outputs)
        request.done()
        return {"chords": find_chords(annotation, sound.duration_s)}

    def unload(self) -> None:
        self.model = None
