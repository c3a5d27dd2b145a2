from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
log = logging.getLogger("solution")


@dataclass
class Config:
    data: Path = Path("input")
    out: Path = Path("submission.csv")
    seeds: list[int] = field(default_factory=lambda: [1, 2, 3])


cfg = Config()
tables = {p.stem: pd.read_csv(p) for p in sorted(cfg.data.glob("*.csv"))}
train, test, sample = tables["train"], tables["test"], tables["sample_submission"]
log.info("rows: %d and %d", len(train), len(test))
