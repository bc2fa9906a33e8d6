"""Writes a tiny XTTS in the form of the published files; run by the engine's own Python: tiny_xtts.py FOLDER."""

import json
import pathlib
import sys

import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE
from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig
from TTS.tts.models.xtts import Xtts

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True)
torch.manual_seed(5)

marks = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[de]"]
letters = list("abcdefghijklmnopqrstuvwxyzäöüß.,!?'-")
tokenizer = Tokenizer(BPE({token: index for index, token in enumerate(marks + letters)}, [], unk_token="[UNK]"))
tokenizer.add_special_tokens(marks)
tokenizer.save(str(folder / "vocab.json"))

config = XttsConfig()
small = {
    "gpt_layers": 2, "gpt_n_model_channels": 64, "gpt_n_heads": 4, "gpt_max_audio_tokens": 605,
    "gpt_max_text_tokens": 402, "gpt_number_text_tokens": len(marks) + len(letters), "gpt_num_audio_tokens": 34,
    "gpt_start_audio_token": 32, "gpt_stop_audio_token": 33, "gpt_use_perceiver_resampler": True,
    "decoder_input_dim": 64,
}
for name, value in small.items():
    setattr(config.model_args, name, value)
(folder / "config.json").write_text(json.dumps({"model": "xtts", "model_args": {**vars(config.model_args)}}))
config.model_args.gpt_start_text_token, config.model_args.gpt_stop_text_token = 3, 0
model = Xtts(config)
with torch.no_grad():
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.mul_(2)
    model.gpt.mel_head.bias[33] = 3  # it stops, some time
# As the published file: the settings are objects, by the names that their classes had then.
XttsArgs.__module__ = XttsAudioConfig.__module__ = "TTS.tts.models.xtts"
state = {f"xtts.{name}": value for name, value in model.state_dict().items()}
state["dvae.codebook.embed"] = torch.zeros(3)
torch.save({"config": config, "model": state, "step": 1}, folder / "model.pth")
voices = {
    name: {"gpt_cond_latent": torch.randn(1, 32, 64), "speaker_embedding": torch.randn(1, 512, 1) / 20}
    for name in ("Ana Florence", "Aaron Dreschner")
}
torch.save(voices, folder / "speakers_xtts.pth")
print(sum(parameter.numel() for parameter in model.parameters()))
