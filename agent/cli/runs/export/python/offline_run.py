"""Writes a run of mle-star, given as JSON on standard input, as an offline run of Weights & Biases, by its own client."""

import json
import sys

import wandb

told = json.load(sys.stdin)
# Nothing of this machine is written along: no git, no console, no hardware.
settings = wandb.Settings(
    console="off",
    disable_git=True,
    save_code=False,
    silent=True,
    x_disable_meta=True,
    x_disable_stats=True,
)
run = wandb.init(
    mode="offline",
    dir=told["folder"],
    project=told["project"],
    name=told["name"],
    id=told["id"],
    group=told["group"],
    tags=told["tags"],
    config=told["config"],
    settings=settings,
)
run.define_metric("elapsed_seconds")
for name in ("search_score", "best_search_score"):
    run.define_metric(name, step_metric="elapsed_seconds", summary=told["summary"])
for point in told["points"]:
    row = {"search_score": point["score"], "elapsed_seconds": point["elapsed"]}
    if point["best"] is not None:
        row["best_search_score"] = point["best"]
    run.log(row, step=point["step"])
run.summary.update(told["values"])
place = run.dir
run.finish()
print(json.dumps({"files": place}))
