"""Writes a tiny MusicGen in the form of the published files, run by the engine's own Python:
tiny_musicgen.py FOLDER [plain|stereo|melody]; prints its number of parameters."""

import json
import pathlib
import sys

import torch
import transformers
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

folder = pathlib.Path(sys.argv[1])
kind = sys.argv[2] if len(sys.argv) > 2 else "plain"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(5)
letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?-"
pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
pieces += [(one, -5.0) for one in letters] + [("▁" + one, -4.5) for one in letters]
tokenizer = Tokenizer(Unigram(pieces, unk_id=2))
tokenizer.pre_tokenizer = Metaspace()
tokenizer.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
tokenizer.save(str(folder / "tokenizer.json"))

channels = 2 if kind == "stereo" else 1
parts = {
    "text_encoder": {"model_type": "t5", "vocab_size": len(pieces), "d_model": 16, "d_ff": 32, "d_kv": 8, "num_layers": 2, "num_heads": 2},
    "audio_encoder": {
        "model_type": "encodec", "sampling_rate": 32000, "audio_channels": 1, "num_filters": 4, "hidden_size": 16,
        "codebook_size": 64, "codebook_dim": 16, "upsampling_ratios": [8, 5, 4, 4], "target_bandwidths": [1.2],
        "use_causal_conv": False, "use_conv_shortcut": False, "normalize": False, "num_lstm_layers": 2,
    },
    "decoder": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "ffn_dim": 64, "vocab_size": 64,
        "num_codebooks": 4 * channels, "audio_channels": channels, "pad_token_id": 64, "bos_token_id": 64,
        "max_position_embeddings": 256,
    },
}
if kind == "melody":
    config = transformers.MusicgenMelodyConfig(**parts, num_chroma=12, chroma_length=40)
    model = transformers.MusicgenMelodyForConditionalGeneration(config)
    extractor = {"feature_extractor_type": "MusicgenMelodyFeatureExtractor", "num_chroma": 12, "sampling_rate": 32000, "chunk_length": 30}
else:
    config = transformers.MusicgenConfig(**parts)
    model = transformers.MusicgenForConditionalGeneration(config)
    extractor = {"feature_extractor_type": "EncodecFeatureExtractor", "feature_size": channels, "sampling_rate": 32000}
with torch.no_grad():
    # Else the seed alone would be heard: small weights make all tokens about as likely, whatever the prompt.
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1 and not name.startswith("audio_encoder"):
            parameter.mul_(12)
    for layer in model.audio_encoder.quantizer.layers:
        layer.codebook.embed.normal_()  # zeros until a training fills them
model.generation_config = transformers.GenerationConfig(
    do_sample=True, guidance_scale=3.0, max_length=1500, decoder_start_token_id=64, pad_token_id=64, bos_token_id=64
)
model.save_pretrained(folder)
(folder / "preprocessor_config.json").write_text(json.dumps(extractor))
print(sum(parameter.numel() for parameter in model.parameters()))
