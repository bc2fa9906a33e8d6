"""Run by an environment's python: a tiny F5-TTS in the true format, in the folder that is given."""

import os
import sys

import torch
from safetensors.torch import save_file

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path[:0] = [os.path.join(ROOT, "workers"), os.path.join(ROOT, "workers/f5-tts")]
import worker  # noqa: E402

folder = sys.argv[1]
vocabulary = " !',-.?abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
with open(f"{folder}/vocab.txt", "w", encoding="utf-8") as file:
    file.write("".join(f"{one}\n" for one in vocabulary))
with open(f"{folder}/config.yaml", "w", encoding="utf-8") as file:
    file.write("""feature_extractor:
  class_path: vocos.feature_extractors.MelSpectrogramFeatures
  init_args: {sample_rate: 24000, n_fft: 1024, hop_length: 256, n_mels: 100, padding: center}
backbone:
  class_path: vocos.models.VocosBackbone
  init_args: {input_channels: 100, dim: 16, intermediate_dim: 32, num_layers: 2}
head:
  class_path: vocos.heads.ISTFTHead
  init_args: {dim: 16, n_fft: 1024, hop_length: 256, padding: center}
""")
torch.manual_seed(1)
parts = worker.import_parts()
transformer = parts.DiT(
    dim=128, depth=2, heads=2, dim_head=64, ff_mult=2, text_dim=32, conv_layers=1, mel_dim=100,
    text_num_embeds=len(vocabulary),
)
torch.nn.init.normal_(transformer.proj_out.weight)  # else the flow is 0, and each text sounds the same
state = {f"ema_model.transformer.{name}": tensor for name, tensor in transformer.state_dict().items()}
state["initted"], state["step"] = torch.tensor(True), torch.tensor(1250000)
state["ema_model.mel_spec.mel_stft.spectrogram.window"] = torch.hann_window(1024)
save_file({name: tensor.clone().contiguous() for name, tensor in state.items()}, f"{folder}/model_1250000.safetensors")
backbone, head = parts.VocosBackbone(100, 16, 32, 2), parts.ISTFTHead(16, 1024, 256, "center")
vocos = {f"backbone.{name}": tensor for name, tensor in backbone.state_dict().items()}
vocos.update({f"head.{name}": tensor for name, tensor in head.state_dict().items()})
vocos["feature_extractor.mel_spec.spectrogram.window"] = torch.hann_window(1024)
torch.save(vocos, f"{folder}/pytorch_model.bin")
print(sum(one.numel() for one in transformer.parameters()))
