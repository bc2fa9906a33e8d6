"""Writes a small StyleTTS 2 in the form of the published files; run by the engine's own Python: tiny_styletts2.py FOLDER."""

import importlib.util
import pathlib
import sys

import numpy
import torch
import yaml

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "workers"))
spec = importlib.util.spec_from_file_location("worker", root / "workers/styletts2/worker.py")
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True)
torch.manual_seed(5)
engine = worker.StyleTTS2()
engine.tts = worker.import_package()
package = pathlib.Path(engine.tts.__file__).parent
config = yaml.safe_load((package / "Configs/config_libritts.yml").read_text())
params = config["model_params"]
params.update(n_layer=1, max_dur=4)
params["decoder"].update(resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3, 5]])
params["diffusion"]["transformer"].update(num_layers=1, num_heads=2)
(folder / "config.yml").write_text(yaml.safe_dump(config))
modules = engine._build(params)
with torch.no_grad():
    for name in ("style_encoder", "predictor_encoder"):
        for _ in range(15):
            modules[name](torch.randn(1, 1, 80, 80))
# Some of the published modules were saved from several GPUs; the trainer's losses are numpy's numbers.
net = {
    name: {f"module.{key}" if name != "bert" else key: value for key, value in module.state_dict().items()}
    for name, module in modules.items()
}
net["mpd"] = {"a": torch.zeros(1)}
state = {"net": net, "optimizer": {}, "iters": 7, "val_loss": numpy.float64(0.5), "epoch": 1}
torch.save(state, folder / "epochs_2nd_00020.pth")
print(sum(parameter.numel() for parameter in modules.parameters()))
