"""The `studio` command, whole, with stopwatches in its worker: arguments are the command's own."""

from __future__ import annotations

import sys

from studio.cli.main import main
from studio.runtime.link import WorkerLink

WORKER = (sys.executable, "-m", "bench.stage.stopwatches")

if __name__ == "__main__":
    WorkerLink.__init__.__defaults__ = (WORKER,)
    main()
