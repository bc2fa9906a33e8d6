"""Libraries that are not to be imported just so."""

from __future__ import annotations

import os
import tempfile
from typing import Any


def import_onnxruntime() -> Any:
    """onnxruntime without its telemetry.

    1.32 begins to collect when it is imported, and leaves a file `.ses` in the folder of temporary files. The cage
    lets nothing out; the file goes with a folder of its own, and the rest is switched off.
    """
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="llamaburn-") as folder:
        os.environ["TMPDIR"] = folder
        try:
            import onnxruntime
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before
        onnxruntime.disable_telemetry_events()
    return onnxruntime
