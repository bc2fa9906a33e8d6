"""Writes a tiny CLAP in the form of the published files, run by the engine's own Python: tiny_clap.py FOLDER; prints
its number of parameters."""

import json
import pathlib
import sys

import torch
import transformers
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(3)
words = ["<s>", "<pad>", "</s>", "<unk>", "upbeat", "jazz", "with", "saxophone", "slow", "sad", "piano"]
tokenizer = Tokenizer(WordLevel({word: index for index, word in enumerate(words)}, unk_token="<unk>"))
tokenizer.pre_tokenizer = Whitespace()
tokenizer.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
tokenizer.save(str(folder / "tokenizer.json"))
config = transformers.ClapConfig(
    text_config={
        "vocab_size": len(words), "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
        "max_position_embeddings": 40, "projection_dim": 16,
    },
    audio_config={
        "hidden_size": 64, "patch_embeds_hidden_size": 8, "depths": [1, 1, 1, 1], "num_attention_heads": [1, 2, 2, 4],
        "spec_size": 256, "num_mel_bins": 64, "window_size": 8, "projection_dim": 16,
    },
    projection_dim=16,
)
model = transformers.ClapModel(config)
with torch.no_grad():
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.mul_(8)  # else all sounds lie in one place
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_()
model.save_pretrained(folder)
(folder / "preprocessor_config.json").write_text(json.dumps({
    "feature_extractor_type": "ClapFeatureExtractor", "feature_size": 64, "sampling_rate": 48000, "hop_length": 480,
    "max_length_s": 10, "fft_window_size": 1024, "frequency_min": 50, "frequency_max": 14000,
    "truncation": "rand_trunc", "padding": "repeatpad",
}))
print(sum(parameter.numel() for parameter in model.parameters()))
