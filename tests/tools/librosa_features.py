"""The features of docs/FEATURES.md as librosa computes them, on the settings that are stated there."""

import warnings

import librosa
import numpy as np

RATE_HZ, SIZE, HOP, SOUNDING = 22050, 2048, 512, 1e-3
MAJOR = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88]
MINOR = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17]
CLASSES = "C C# D D# E F F# G G# A A# B".split()


def spread(values):
    return {"mean": float(np.mean(values)), "deviation": float(np.std(values))} if len(values) else None


def key_of(chroma):
    """(correlation, name) of all keys, the best first."""
    profiles = [(CLASSES[i] + " major", np.roll(MAJOR, i)) for i in range(12)]
    profiles += [(CLASSES[i] + " minor", np.roll(MINOR, i)) for i in range(12)]
    return sorted(((float(np.corrcoef(chroma, profile)[0, 1]), name) for name, profile in profiles), reverse=True)


def tempo_of(envelope):
    """Between librosa's lags: the top of the parabola through the best one and its neighbours."""
    frame_hz = RATE_HZ / HOP
    grid = float(librosa.feature.tempo(onset_envelope=envelope, sr=RATE_HZ, hop_length=HOP)[0])
    window = int(8 * frame_hz)
    means = librosa.feature.tempogram(
        onset_envelope=envelope, sr=RATE_HZ, hop_length=HOP, win_length=window
    ).mean(axis=1)
    lag = round(60 * frame_hz / grid)
    left, here, right = means[lag - 1 : lag + 2]
    bend = left + right - 2 * here
    shift = float(np.clip((left - right) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0
    strength = float(np.corrcoef(envelope[:-lag], envelope[lag:])[0, 1])
    return {"grid_bpm": grid, "bpm": 60 * frame_hz / (lag + shift), "strength": strength}


def measure(path):
    """What `llamaburn features` says of the sound at path, but for its loudness."""
    y, _ = librosa.load(path, sr=RATE_HZ, mono=True)
    S = np.abs(librosa.stft(y, n_fft=SIZE, hop_length=HOP))
    rms = librosa.feature.rms(y=y, frame_length=SIZE, hop_length=HOP)[0]
    sounding = rms > SOUNDING
    harmonic, percussive = librosa.decompose.hpss(S)
    envelope = librosa.onset.onset_strength(S=librosa.power_to_db(librosa.feature.melspectrogram(S=S**2, sr=RATE_HZ)))
    onsets = librosa.onset.onset_detect(onset_envelope=envelope, sr=RATE_HZ, hop_length=HOP)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tuning = librosa.estimate_tuning(S=S, sr=RATE_HZ)
        rolloff = librosa.feature.spectral_rolloff(S=S, sr=RATE_HZ, roll_percent=0.85)
    chroma = librosa.feature.chroma_stft(S=S**2, sr=RATE_HZ, tuning=tuning)[:, sounding].mean(axis=1)
    energies = [float(np.sum(part.astype(float) ** 2)) for part in (harmonic, percussive)]
    keys = key_of(chroma)
    return {
        "tempo": tempo_of(envelope),
        "key": {"name": keys[0][1], "correlation": keys[0][0], "lead": keys[0][0] - keys[1][0]},
        "tuning_semitones": float(tuning),
        "centroid_hz": spread(librosa.feature.spectral_centroid(S=S, sr=RATE_HZ)[0][sounding]),
        "bandwidth_hz": spread(librosa.feature.spectral_bandwidth(S=S, sr=RATE_HZ)[0][sounding]),
        "rolloff_hz": spread(rolloff[0][sounding]),
        "zero_crossing_rate": spread(librosa.feature.zero_crossing_rate(y, frame_length=SIZE, hop_length=HOP)[0][sounding]),
        "rms": spread(rms),
        "onsets": len(onsets),
        "chroma": [float(value) for value in chroma],
        "percussive_share": energies[1] / sum(energies),
    }
