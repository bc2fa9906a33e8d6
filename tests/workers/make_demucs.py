"""usage: make_demucs.py FOLDER ARGUMENTS: a network of Demucs's class HTDemucs by its arguments (JSON, as the catalogue has
them) with seeded weights, in both forms that are published (.th, .safetensors), and a bag of it. Prints its parameters."""

import json
import pathlib
import sys
from fractions import Fraction

import torch
import yaml
from demucs.htdemucs import HTDemucs
from safetensors.torch import save_file

SIGNATURE = "0badcafe"


def main():
    folder, arguments = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
    folder.mkdir(exist_ok=True)
    segment = arguments["segment"]
    named = {**arguments, "segment": Fraction(segment["numerator"], segment["denominator"])}
    torch.manual_seed(0)
    model = HTDemucs(**named)
    state = {name: tensor.contiguous().clone() for name, tensor in model.state_dict().items()}
    torch.save({"klass": HTDemucs, "args": (), "kwargs": named, "state": state}, folder / f"{SIGNATURE}.th")
    about = {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": json.dumps(arguments)}
    save_file(state, folder / f"{SIGNATURE}.safetensors", metadata=about)
    (folder / "bag.yaml").write_text(yaml.dump({"models": [SIGNATURE]}))
    print(sum(parameter.numel() for parameter in model.parameters()))


if __name__ == "__main__":
    main()
