"""usage: tiny_beat_this.py FILE.ckpt: a small network of beat_this's own class, trained here on clicks for some
seconds, written as its authors publish theirs. Prints its parameters."""

import random
import sys

import torch
from beat_this.model.beat_tracker import BeatThis
from beat_this.preprocessing import LogMelSpect

RATE, FPS, SECONDS, SONGS, STEPS = 22050, 50, 6, 24, 110
SIZES = {
    "spect_dim": 128, "transformer_dim": 32, "ff_mult": 2, "n_layers": 0, "head_dim": 16, "stem_dim": 16,
    "dropout": {"frontend": 0.0, "transformer": 0.0}, "sum_head": True, "partial_transformers": False,
}


def click(high):
    time = torch.arange(int(0.05 * RATE)) / RATE
    return 0.5 * torch.sin(2 * torch.pi * (2000 if high else 800) * time) * torch.exp(-60 * time)


def song(draw):
    """Clicks at a drawn tempo, higher on the first of a bar; and the frames that they are in."""
    step, at, count = 60 / draw.uniform(70, 170), draw.uniform(0.1, 0.6), draw.randrange(4)
    samples = 0.002 * torch.randn(SECONDS * RATE)
    beats, downbeats = torch.zeros(SECONDS * FPS + 1), torch.zeros(SECONDS * FPS + 1)
    while at < SECONDS - 0.1:
        place, high = round(at * RATE), count % 4 == 0
        samples[place : place + int(0.05 * RATE)] += click(high)
        beats[round(at * FPS)] = 1
        downbeats[round(at * FPS)] = float(high)
        at, count = at + step, count + 1
    return samples, beats, downbeats


def main():
    torch.manual_seed(1)
    torch.set_num_threads(2)
    draw, spectrum = random.Random(1), LogMelSpect()
    songs = [song(draw) for _ in range(SONGS)]
    frames = torch.stack([spectrum(samples) for samples, _, _ in songs])
    truth = {"beat": torch.stack([one[1] for one in songs]), "downbeat": torch.stack([one[2] for one in songs])}
    model = BeatThis(**SIZES)
    learn = torch.optim.AdamW(model.parameters(), lr=1e-2)
    weight = torch.tensor(10.0)
    for _ in range(STEPS):
        batch = torch.randperm(SONGS)[:4]
        answer = model(frames[batch])
        loss = sum(
            torch.nn.functional.binary_cross_entropy_with_logits(answer[name], truth[name][batch], pos_weight=weight)
            for name in truth
        )
        learn.zero_grad()
        loss.backward()
        learn.step()
    state = {"model." + name: tensor for name, tensor in model.state_dict().items()}
    torch.save(
        {"state_dict": state, "hyper_parameters": {**SIZES, "lr": 1e-2, "fps": FPS}, "datamodule_hyper_parameters": {},
         "epoch": 1, "global_step": STEPS, "pytorch-lightning_version": "2.1.0"},
        sys.argv[1],
    )
    print(f"loss {loss.item():.4f}", file=sys.stderr)
    print(sum(parameter.numel() for parameter in model.parameters()))


if __name__ == "__main__":
    main()
