#!/usr/bin/env python3
"""How long frames take while the window's history of 100,000 runs scrolls: software renderer, 1280×900, Xvfb.

Prints a JSON line for each way to scroll. The aim: no frame over 16 ms.

    bench/history-scroll.py [RUNS]        LLAMABURN_BUILD names the build folder
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()


def main():
    count = sys.argv[1] if len(sys.argv) > 1 else "100000"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="llamaburn-scroll-"))
    try:
        home = folder / "llamaburn"
        home.mkdir(mode=0o700)
        subprocess.run([BUILD / "tests/tools/store/store-filler", home, count], check=True)
        environment = {
            **os.environ, "XDG_DATA_HOME": str(folder), "XDG_STATE_HOME": str(folder), "GSK_RENDERER": "cairo",
            "GDK_BACKEND": "x11", "XDG_RUNTIME_DIR": str(folder), "GSETTINGS_BACKEND": "memory",
        }
        command = ["xvfb-run", "-a", "-s", "-screen 0 1280x900x24 -noreset", "dbus-run-session", "--", BUILD / "bench/history-scroll"]
        return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL).returncode
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
