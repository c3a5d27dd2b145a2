import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { ConfigInvalid } from "../../runs/errors.ts";
import { findMade, type MadeOptions, makeEnvironment, type Recipe } from "./made-environment.ts";

const room = fileURLToPath(new URL("..", import.meta.url));
const files = {
  requirements: join(room, "requirements-trainer.txt"),
  lock: join(room, "requirements-trainer-lock.txt"),
  program: join(room, "python", "install_trainer.py"),
  install: join(room, "python", "install.py"),
  pip: join(room, "python", "pip_client.py"),
};

const recipe: Recipe = {
  name: "trainer",
  title: "the trainers' Python",
  takes: "two to five minutes and 2 GB of disk",
  variable: "MLE_STAR_TRAINER_PYTHON",
  files: Object.values(files),
  install: (gpu) => [
    files.program,
    "--requirements",
    files.requirements,
    "--lock",
    files.lock,
    ...(gpu ? ["--gpu"] : []),
  ],
};

const NEEDED = ["torch", "transformers", "trl", "peft", "accelerate", "datasets"];
const LACKS = `
import importlib.util, sys
print(" ".join(each for each in sys.argv[1:] if importlib.util.find_spec(each) is None))`;

/**
 * The interpreter that trains small models and lets them answer: made on first use, or the one that the user named
 * (`MLE_STAR_TRAINER_PYTHON`). Throws `ConfigInvalid` with one line.
 */
export async function trainerPython(
  override: string | null,
  options: MadeOptions,
): Promise<string> {
  if (override === null) return (await makeEnvironment(recipe, options)).python;
  const { exitCode, stdout, shortMessage } = await execa(override, ["-c", LACKS, ...NEEDED], {
    reject: false,
    stdin: "ignore",
  });
  if (exitCode !== 0)
    throw new ConfigInvalid(
      `MLE_STAR_TRAINER_PYTHON=${override} does not work (${shortMessage}): name an interpreter that does, or unset it`,
    );
  if (stdout.trim() !== "")
    throw new ConfigInvalid(
      `MLE_STAR_TRAINER_PYTHON=${override} lacks ${stdout.trim().replaceAll(" ", ", ")}: install them there, or unset it`,
    );
  return override;
}

/** Its interpreter where it is ready; null where the first use would have to make it. */
export async function readyTrainer(cacheDir: string): Promise<string | null> {
  const ready = await findMade(recipe, cacheDir, undefined);
  return "installed" in ready ? ready.python : null;
}
