"""DNSMOS: what listeners would say of speech, by the models of the package speechmos; docs/MEASURING.md.

Reddy, Gopal and Cutler: "DNSMOS P.835" (2022) for speech, background and overall, "DNSMOS" (2021) for P.808.
"""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, Any

from llamaburn_worker import BadInput, Device, Engine, Load, Loaded, MissingPackage, Output, Probe, Run

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, numpy.dtype[numpy.float64]]

RATE_HZ = 16000
WINDOW_S = 9.01
WINDOW = int(WINDOW_S * RATE_HZ)
# What P.808 sees: 120 mel bands of windows of 321 samples, 10 ms apart; the last 10 ms are left out.
FFT, HOP, BANDS, LEFT_OUT = 321, 160, 120, 160
# From what the P.835 model says to opinions, as published beside it: coefficients of x², x, 1.
CURVES = {
    "sig": (-0.08397278, 1.22083953, 0.0052439),
    "bak": (-0.13166888, 1.60915514, -0.39604546),
    "ovrl": (-0.06766283, 1.11546468, 0.04602535),
}


def find_models() -> tuple[str, str]:
    """The two files, without importing the package: that needs libraries which we don't."""
    spec = importlib.util.find_spec("speechmos")
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        paths = [os.path.join(folder, "dnsmos_models", name) for name in ("sig_bak_ovr.onnx", "model_v8.onnx")]
        if all(os.path.exists(path) for path in paths):
            return paths[0], paths[1]
    raise MissingPackage("the models of the package speechmos are missing: llamaburn engines install dnsmos --again")


def mel_of(hz: Array) -> Array:
    """Slaney's scale: linear below 1 kHz, logarithmic above."""
    import numpy

    above = numpy.maximum(hz, 1000.0)
    return numpy.where(hz < 1000, hz * 3 / 200, 15 + numpy.log(above / 1000) / (numpy.log(6.4) / 27))


def hz_of(mel: Array) -> Array:
    import numpy

    return numpy.where(mel < 15, mel * 200 / 3, 1000 * numpy.exp((mel - 15) * numpy.log(6.4) / 27))


def make_filters() -> Array:
    """Triangles of equal area, from 0 to 8 kHz."""
    import numpy

    bins = numpy.fft.rfftfreq(FFT, 1 / RATE_HZ)
    ends = mel_of(numpy.array([0.0, RATE_HZ / 2]))
    edges = hz_of(numpy.linspace(ends[0], ends[1], BANDS + 2))
    rising = (bins[None, :] - edges[:-2, None]) / numpy.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins[None, :]) / numpy.diff(edges)[1:, None]
    triangles = numpy.maximum(0, numpy.minimum(rising, falling))
    return triangles * (2 / (edges[2:] - edges[:-2]))[:, None]


def mel_decibels(samples: Array, filters: Array) -> Array:
    """(frames, bands): dB below the loudest, at most 80, scaled to about −1 … 1."""
    import numpy

    window = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(FFT) / FFT)
    padded = numpy.pad(samples, FFT // 2)
    frames = numpy.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP]
    power = numpy.abs(numpy.fft.rfft(frames * window, axis=1)) ** 2 @ filters.T
    decibels = 10 * numpy.log10(numpy.maximum(power, 1e-10))
    decibels -= 10 * numpy.log10(max(float(power.max()), 1e-10))
    return (numpy.maximum(decibels, decibels.max() - 80) + 40) / 40


class Dnsmos(Engine):
    package = "speechmos"

    def probe(self) -> Probe:
        import onnxruntime

        return Probe(self.version(), [Device("cpu", "cpu", "CPU")], {"onnxruntime": onnxruntime.__version__})

    def load(self, request: Load) -> Loaded:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = request.threads
        options.inter_op_num_threads = 1
        primary, p808 = (
            onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]) for path in find_models()
        )
        self._primary, self._p808 = primary, p808
        self._filters = make_filters()
        return Loaded(
            input_rate_hz=RATE_HZ, input_channels=1, device_name="CPU", threads=request.threads, deterministic=True
        )

    def run(self, request: Run) -> Output:
        import numpy

        samples = numpy.clip(request.sound().array(), -1, 1)
        if samples.size == 0:
            raise BadInput("there is nothing to be heard")
        while samples.size < WINDOW:
            samples = numpy.concatenate([samples, samples])
        count = int(samples.size // RATE_HZ - WINDOW_S) + 1
        opinions = []
        for second in range(count):
            request.check()
            piece = samples[second * RATE_HZ : int((second + WINDOW_S) * RATE_HZ)]
            if piece.size >= WINDOW:
                opinions.append(self._judge(piece))
        request.done()
        names = (*CURVES, "p808")
        return {name: sum(one[name] for one in opinions) / len(opinions) for name in names}

    def unload(self) -> None:
        self._primary = self._p808 = None

    def _judge(self, piece: Array) -> dict[str, float]:
        import numpy

        raw = self._primary.run(None, {"input_1": piece[None, :].astype(numpy.float32)})[0][0]
        mels = mel_decibels(piece[:-LEFT_OUT].astype(numpy.float64), self._filters)
        p808 = self._p808.run(None, {"input_1": mels[None].astype(numpy.float32)})[0][0][0]
        opinion = {name: float(numpy.polyval(curve, value)) for (name, curve), value in zip(CURVES.items(), raw)}
        return {**opinion, "p808": float(p808)}
