"""Writes a tiny Qwen2-Audio in the form of the published files; run by the engine's own Python.

make_qwen2_audio.py FOLDER"""

import json
import pathlib
import sys

import torch
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2AudioConfig,
    Qwen2AudioForConditionalGeneration,
    WhisperFeatureExtractor,
)

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>"]

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True)
torch.manual_seed(11)

# Every byte is a token, as at the bottom of Qwen2's byte-level BPE: text comes out that is not always UTF-8.
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
tokenizer = Tokenizer(BPE({token: index for index, token in enumerate(alphabet)}, []))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
fast.save_pretrained(folder)
ids = {token: fast.convert_tokens_to_ids(token) for token in SPECIAL}

WhisperFeatureExtractor(feature_size=128, sampling_rate=16000, chunk_length=30).save_pretrained(folder)
# As the published folder has it: no chat template in it, and the processor's class is named.
for name, more in (("preprocessor_config.json", {"processor_class": "Qwen2AudioProcessor"}),
                   ("tokenizer_config.json", {"processor_class": "Qwen2AudioProcessor"})):
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **more}))

config = Qwen2AudioConfig(
    audio_config={"model_type": "qwen2_audio_encoder", "num_mel_bins": 128, "d_model": 32, "encoder_layers": 2,
                  "encoder_attention_heads": 2, "encoder_ffn_dim": 64, "max_source_positions": 1500},
    text_config={"model_type": "qwen2", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
                 "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": len(fast), "rms_norm_eps": 1e-5,
                 "max_position_embeddings": 2048, "bos_token_id": ids["<|endoftext|>"],
                 "eos_token_id": ids["<|im_end|>"]},
    audio_token_index=ids["<|AUDIO|>"],
)
model = Qwen2AudioForConditionalGeneration(config)
with torch.no_grad():
    # Else every sound would have the same answer: the places of the sound weigh as much as the words.
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            parameter.mul_(12 if "audio_tower" not in name else 4)
model.generation_config.eos_token_id = [ids["<|endoftext|>"], ids["<|im_end|>"]]
model.generation_config.do_sample = True  # as the published file: greedy must be asked for
model.generation_config.temperature, model.generation_config.top_p = 0.7, 0.5
model.save_pretrained(folder)
print(sum(parameter.numel() for parameter in model.parameters()))
