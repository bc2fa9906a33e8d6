"""Writes a tiny Bark in the form of the published files; run by the engine's own Python: tiny_bark.py FOLDER."""

import json
import pathlib
import sys

import numpy
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BarkConfig, BarkModel

folder = pathlib.Path(sys.argv[1])
(folder / "speaker_embeddings/v2").mkdir(parents=True)
torch.manual_seed(5)
letters = "abcdefghijklmnopqrstuvwxyzHT.,!?12"
vocabulary = {token: index for index, token in enumerate(["[PAD]", "[UNK]", *letters, *(f"##{one}" for one in letters)])}
tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
tokenizer.pre_tokenizer = BertPreTokenizer()
tokenizer.save(str(folder / "tokenizer.json"))

small = {"num_layers": 2, "num_heads": 2, "hidden_size": 32, "block_size": 1024, "bias": False, "dropout": 0.0}
config = BarkConfig(
    semantic_config={**small, "input_vocab_size": 129600, "output_vocab_size": 10048},
    coarse_acoustics_config={**small, "input_vocab_size": 12096, "output_vocab_size": 12096},
    fine_acoustics_config={**small, "input_vocab_size": 1056, "output_vocab_size": 1056, "n_codes_total": 8, "n_codes_given": 1},
)
model = BarkModel(config)
with torch.no_grad():
    # Else the seed alone would be heard: small weights make all tokens about as likely, whatever came before.
    for part in (model.semantic, model.coarse_acoustics):
        for name, parameter in part.named_parameters():
            if parameter.dim() > 1:
                parameter.mul_(24 if "att_proj" in name else 8)
    for layer in model.codec_model.quantizer.layers:
        layer.codebook.embed.normal_()  # zeros until a training fills them
(folder / "config.json").write_text(config.to_json_string(use_diff=False))
(folder / "generation_config.json").write_text(json.dumps({
    "semantic_config": {"max_new_tokens": 12, "semantic_rate_hz": 49.9, "semantic_vocab_size": 10000},
    "coarse_acoustics_config": {"coarse_rate_hz": 75},
    "fine_acoustics_config": {},
}))
# The published file has the codec's weight norms under their old names.
state = {
    name.replace(".parametrizations.weight.original0", ".weight_g").replace(".parametrizations.weight.original1", ".weight_v"): value
    for name, value in model.state_dict().items()
}
torch.save(state, folder / "pytorch_model.bin")
draw = numpy.random.default_rng(3)
for key, count, shape in (("semantic_prompt", 10000, 60), ("coarse_prompt", 1024, (2, 90)), ("fine_prompt", 1024, (8, 90))):
    numpy.save(folder / f"speaker_embeddings/v2/en_speaker_0_{key}.npy", draw.integers(0, count, shape))
print(sum(parameter.numel() for parameter in model.parameters()))
