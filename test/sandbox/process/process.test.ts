import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processSandbox } from "../../../sandbox/process/process.ts";
import { attack, cacheDir, makeBench, openPython } from "../engines.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const sharedMounts = { readOnly: [], environment: {}, sockets: [] };
const { python } = await openPython();

/** Has this process make its temporary files in a folder until disposed. */
function temporaryFilesIn(folder: string): Disposable {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  return {
    [Symbol.dispose]() {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    },
  };
}

test("a kernel that confines nothing is said to protect no files", async () => {
  await using folder = await temporaryFolder();
  // It fails as soon as it is asked to confine itself, as on a kernel without any of it.
  const unable = join(folder.path, "python");
  await writeFile(
    unable,
    `#!/bin/sh\ncase "$*" in *confine.py*) exit 1;; esac\nexec "${python}" "$@"\n`,
  );
  await chmod(unable, 0o755);
  const sandbox = await processSandbox({
    python: unable,
    packages: [],
    cacheDir,
    slots: 1,
    sharedMounts,
  });
  expect(sandbox.protectsFiles).toBe(false);
  expect(sandbox.describe).toContain("files of this user are NOT protected");
  await sandbox.close();
});

test.each([
  ["where the system has them", "/tmp"],
  ["elsewhere", "/var/tmp"],
])(
  "with temporary files %s, what libraries need is there: locks, workers, caches of fonts",
  async (_, place) => {
    using _temporary = temporaryFilesIn(place);
    await using bench = await makeBench();
    const sandbox = await processSandbox({
      python,
      packages: [],
      cacheDir,
      slots: 1,
      sharedMounts,
    });
    const code = `
import multiprocessing, os, tempfile
import numpy
from joblib import Parallel, delayed
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
def square(value): return value * value
if __name__ == "__main__":
    x, y = make_classification(400, random_state=0)
    model = RandomForestClassifier(10, n_jobs=2).fit(x, y)
    shared = Parallel(n_jobs=2)(delayed(numpy.sum)(numpy.ones(300_000)) for _ in range(2))
    with multiprocessing.get_context("spawn").Pool(2) as pool: squares = pool.map(square, [1, 2])
    with tempfile.NamedTemporaryFile("w") as file: file.write("x")
    open("/tmp/by-hand", "w").close()
    lock = multiprocessing.Lock()
    print(model.score(x, y) > 0.9, [float(each) for each in shared], squares, os.environ["HOME"])
`;
    const ran = await attack(sandbox, bench, code, { memoryMb: 2048, pids: 200 });
    expect(ran.log).toMatch(/^True \[300000\.0, 300000\.0\] \[1, 4\] \/\S+\n$/u);
    expect(sandbox.describe).toContain("/tmp of its own");
    await sandbox.close();
  },
);
