"""Writes a tiny pipeline in the form of the published folders, run by the engine's own Python:
tiny_diffusers.py FOLDER [StableAudio|MusicLDM|AudioLDM|AudioLDM2]; prints its number of parameters."""

import json
import pathlib
import sys

import diffusers
import torch
import transformers
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import ByteLevel, Metaspace
from tokenizers.processors import TemplateProcessing

folder = pathlib.Path(sys.argv[1])
kind = sys.argv[2] if len(sys.argv) > 2 else "StableAudio"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(5)
LONGEST = 64


def t5_tokenizer():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?-"
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *((letter, -5.0) for letter in letters)]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=2))
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return transformers.T5TokenizerFast(tokenizer_object=tokenizer, extra_ids=0, model_max_length=LONGEST)


def roberta_tokenizer():
    """Every byte a token: no merges."""
    words = ["<s>", "<pad>", "</s>", "<unk>", *sorted(ByteLevel.alphabet()), "<mask>"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    made = transformers.RobertaTokenizerFast(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=LONGEST
    )
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink()
    return made


def t5():
    return transformers.T5EncoderModel(
        transformers.T5Config(vocab_size=64, d_model=16, d_ff=32, d_kv=8, num_layers=2, num_heads=2)
    )


def clap(text_only=False):
    text = {
        "vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
        "max_position_embeddings": 80, "projection_dim": 32,
    }
    if text_only:
        return transformers.ClapTextModelWithProjection(transformers.ClapTextConfig(**text))
    return transformers.ClapModel(transformers.ClapConfig(
        text_config=text,
        audio_config={
            "hidden_size": 64, "patch_embeds_hidden_size": 8, "depths": [1, 1, 1, 1],
            "num_attention_heads": [1, 2, 2, 4], "spec_size": 256, "num_mel_bins": 64, "window_size": 8,
            "projection_dim": 32,
        },
        projection_dim=32,
    ))


def stable_audio():
    return diffusers.StableAudioPipeline(
        vae=diffusers.AutoencoderOobleck(
            encoder_hidden_size=4, downsampling_ratios=[2, 4, 8], channel_multiples=[1, 2, 4], decoder_channels=4,
            decoder_input_channels=8, audio_channels=2, sampling_rate=8000,
        ),
        text_encoder=t5(),
        projection_model=diffusers.StableAudioProjectionModel(16, 16, 0, 512),
        tokenizer=t5_tokenizer(),
        transformer=diffusers.StableAudioDiTModel(
            sample_size=384, in_channels=8, num_layers=2, attention_head_dim=8, num_attention_heads=4,
            num_key_value_attention_heads=2, out_channels=8, cross_attention_dim=16, time_proj_dim=16,
            global_states_input_dim=32, cross_attention_input_dim=16,
        ),
        scheduler=diffusers.CosineDPMSolverMultistepScheduler(sigma_min=0.3, sigma_max=500, solver_order=2),
    )


def spectrum():
    """What the three others have in common: 8 kHz, 100 frames a second of 8 bands."""
    return {
        "vae": diffusers.AutoencoderKL(
            in_channels=1, out_channels=1, block_out_channels=[8, 16], norm_num_groups=8, latent_channels=4,
            down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
        ),
        "tokenizer": roberta_tokenizer(),
        "scheduler": diffusers.DDIMScheduler(
            beta_start=0.0015, beta_end=0.0195, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False
        ),
        "vocoder": transformers.SpeechT5HifiGan(transformers.SpeechT5HifiGanConfig(
            model_in_dim=8, sampling_rate=8000, upsample_initial_channel=16, upsample_rates=[8, 10],
            upsample_kernel_sizes=[16, 20], resblock_kernel_sizes=[3, 7],
            resblock_dilation_sizes=[[1, 3, 5], [1, 3, 5]], normalize_before=False,
        )),
    }


UNET = {
    "block_out_channels": (8, 16), "layers_per_block": 1, "norm_num_groups": 8, "sample_size": 32, "in_channels": 4,
    "out_channels": 4, "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"), "attention_head_dim": 4,
}


def film_unet():
    return diffusers.UNet2DConditionModel(
        **UNET, cross_attention_dim=(8, 16), class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=32, class_embeddings_concat=True,
    )


def music_ldm():
    ears = transformers.ClapFeatureExtractor()
    return diffusers.MusicLDMPipeline(**spectrum(), unet=film_unet(), text_encoder=clap(), feature_extractor=ears)


def audio_ldm():
    return diffusers.AudioLDMPipeline(**spectrum(), unet=film_unet(), text_encoder=clap(text_only=True))


def audio_ldm_2():
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config(
        n_embd=16, n_head=2, n_layer=2, vocab_size=50, n_positions=99, max_new_tokens=8
    ))
    return diffusers.AudioLDM2Pipeline(
        **spectrum(), text_encoder=clap(), text_encoder_2=t5(), tokenizer_2=t5_tokenizer(), language_model=model,
        projection_model=diffusers.AudioLDM2ProjectionModel(32, 16, 16),
        unet=diffusers.AudioLDM2UNet2DConditionModel(**UNET, cross_attention_dim=[[None, 16, 16]] * 2),
        feature_extractor=transformers.ClapFeatureExtractor(),
    )


MAKERS = {"StableAudio": stable_audio, "MusicLDM": music_ldm, "AudioLDM": audio_ldm, "AudioLDM2": audio_ldm_2}
pipeline = MAKERS[kind]()
modules = [part for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
with torch.no_grad():
    for part in modules:  # else the seed alone would be heard, whatever the prompt
        for name, parameter in part.named_parameters():
            if parameter.dim() == 2:
                parameter.mul_(4)
pipeline.save_pretrained(folder)
print(sum(parameter.numel() for part in modules for parameter in part.parameters()))
