"""Beat This!: beats and downbeats, from a checkpoint of its authors in the model store."""

from __future__ import annotations

from collections import Counter
from typing import Any

from llamaburn_worker import BadInput, BadModel, Load, Loaded, Output, Run, TorchEngine, Usage

RATE_HZ = 22050
FPS = 50
HOP, WINDOW = RATE_HZ // FPS, 1024  # samples of the spectrogram
CHUNK, BORDER = 1500, 6  # frames that the network was trained on, and of each edge those that don't count
BLOCK, MARGIN = 60 * FPS, 2  # frames whose spectrogram is made at once, and whole ones around that they reach into
SAME_TEMPO = 0.1


def read_model(path: str) -> Any:
    """The network of a checkpoint, of the sizes that it names itself."""
    import inspect

    from beat_this.model.beat_tracker import BeatThis

    from llamaburn_worker import torch_tools

    checkpoint = torch_tools.load_checkpoint(path)
    sizes, state = checkpoint.get("hyper_parameters"), checkpoint.get("state_dict")
    if not isinstance(sizes, dict) or not isinstance(state, dict):
        raise BadModel(f'"{path}" is no checkpoint of Beat This!: it lacks hyper_parameters or state_dict')
    known = inspect.signature(BeatThis).parameters
    sizes = {name: value for name, value in sizes.items() if name in known}
    model = torch_tools.blank(lambda: BeatThis(**sizes), f'the sizes of "{path}"')
    # of the class that trained it, and of torch.compile
    names = {name: str(name).removeprefix("model.").replace("_orig_mod.", "") for name in state}
    torch_tools.fill(model, {names[name]: tensor for name, tensor in state.items()}, path)
    return model


def random_model(model: dict[str, Any] | None, seed: int) -> Any:
    from beat_this.model.beat_tracker import BeatThis

    from llamaburn_worker import torch_tools

    sizes = (model or {}).get("architecture")
    if sizes is None:
        raise Usage("the catalogue has no architecture for random weights of this model: try final0")
    return torch_tools.random_weights(lambda: BeatThis(**sizes), seed)


def find_tempo(beats: list[float]) -> float:
    """Of the mean interval, of those within a tenth of their median: the grid of 20 ms evens out. 0: none."""
    steps = sorted(after - before for before, after in zip(beats, beats[1:]))
    if not steps:
        return 0.0
    median = steps[len(steps) // 2]
    alike = [step for step in steps if abs(step - median) <= SAME_TEMPO * median]
    return 60 * len(alike) / sum(alike)


def count_bar(beats: list[float], downbeats: list[float]) -> int:
    """Beats of a bar: the number that most bars have. 0: there is no whole bar."""
    places = [beats.index(downbeat) for downbeat in downbeats]
    bars = Counter(after - before for before, after in zip(places, places[1:]))
    return bars.most_common(1)[0][0] if bars else 0


class BeatThisEngine(TorchEngine):
    package = "beat-this"

    def load(self, request: Load) -> Loaded:
        self.begin(request)
        self.dtype = self.tools.pick_dtype(self.options["precision"], self.place)
        if request.random_weights:
            self.model = random_model(request.model, request.seed)
        else:
            self.model = read_model(request.model_file())
        from beat_this.model.postprocessor import Postprocessor
        from beat_this.preprocessing import LogMelSpect

        self.model.to(self.place.torch)
        self.spectrum = LogMelSpect(device=self.place.torch)
        self.to_times = Postprocessor(type="minimal", fps=FPS)
        self.mixed = self.tools.dtype_name(self.dtype) != "float32"
        precision = self.options["precision"]
        return self.loaded(self.model, input_rate_hz=RATE_HZ, input_channels=1, info={"precision": precision})

    def run(self, request: Run) -> Output:
        import torch

        sound = request.sound()
        if sound.frames == 0:
            raise BadInput("there is no sound in it")
        if sound.frames <= WINDOW // 2:  # less than a frame's half, which torch can't mirror at the edges
            return {"beats": [], "downbeats": []}
        with torch.inference_mode():
            strengths = self._listen(request, self._frames(request, torch.tensor(sound.array())))
            beats, downbeats = self.to_times(strengths["beat"], strengths["downbeat"])
        self.tools.wait_idle(self.place)
        request.done()
        # its authors move downbeats to the nearest beat: where there is no beat, there is none of these
        downbeats = downbeats if len(beats) else []
        return self._describe([float(at) for at in beats], [float(at) for at in downbeats], strengths["beat"])

    def _frames(self, request: Run, samples: Any) -> Any:
        """The spectrogram, in blocks: at once it would take many times the sound's memory."""
        import torch

        total, made = len(samples) // HOP + 1, []
        for start in range(0, total, BLOCK):
            request.check()
            end, before = min(total, start + BLOCK), min(start, MARGIN)
            part = samples[(start - before) * HOP : (end + MARGIN) * HOP].to(self.place.torch)
            made.append(self.spectrum(part)[before : before + end - start])
        return torch.cat(made)

    def _listen(self, request: Run, frames: Any) -> dict[str, Any]:
        """The network's answers for each frame, chunk by chunk, put together as its authors do."""
        import torch
        from beat_this.inference import aggregate_prediction, split_piece

        chunks, starts = split_piece(frames, CHUNK, border_size=BORDER, avoid_short_end=True)
        answers = []
        for index, chunk in enumerate(chunks):
            with torch.autocast(self.place.torch.type, dtype=self.dtype if self.mixed else None, enabled=self.mixed):
                answer = self.model(chunk.unsqueeze(0))
            answers.append({name: values[0].float() for name, values in answer.items()})
            request.progress((index + 1) / len(chunks))
        names = ("beat", "downbeat")
        both = aggregate_prediction(answers, starts, len(frames), CHUNK, BORDER, "keep_first", frames.device)
        return dict(zip(names, both))

    def _describe(self, beats: list[float], downbeats: list[float], strengths: Any) -> Output:
        output: Output = {"beats": beats, "downbeats": downbeats}
        if len(beats) > 1:
            output["bpm"] = find_tempo(beats)
        if beats:
            frames = [min(round(at * FPS), len(strengths) - 1) for at in beats]
            output["confidence"] = float(strengths[frames].sigmoid().mean())
        bar = count_bar(beats, downbeats)
        if bar:
            output["beats_per_bar"] = bar
        return output
