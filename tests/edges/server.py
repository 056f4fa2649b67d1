"""A server as a person writes one: loads files, runs what it is sent, knows nothing of who made them.

``python server.py FOLDER`` runs every job of ``FOLDER/jobs.json`` ({model, feeds, result}: file names in FOLDER) and
writes the results beside it; before each job its number goes to the standard output, so that a crash has a culprit.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime


def main(folder: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    loaded = {}
    for number, job in enumerate(json.loads((folder / "jobs.json").read_text())):
        print(number, flush=True)
        if job["model"] not in loaded:
            loaded[job["model"]] = onnxruntime.InferenceSession(
                str(folder / job["model"]), options, providers=["CPUExecutionProvider"]
            )
        session = loaded[job["model"]]
        wanted = {value.name for value in session.get_inputs()}
        with np.load(folder / job["feeds"]) as arrays:
            feeds = {name: arrays[name] for name in arrays.files if name in wanted}
        try:
            results = session.run(None, feeds)
        except Exception as error:
            (folder / job["result"]).with_suffix(".error").write_text(str(error))
            continue
        names = [value.name for value in session.get_outputs()]
        np.savez(folder / job["result"], **dict(zip(names, results, strict=True)))
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
