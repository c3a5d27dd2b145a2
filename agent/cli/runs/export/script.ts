import type { Material } from "./material.ts";
import { type Files, programFiles, pythonDictionary } from "./program.ts";
import { pinsOf } from "./requirements.ts";
import { blendLine, scoreLines, titleOf } from "./words.ts";

/** The submission's code in one file: the script as it is, or several with what blends them. */
export async function scriptText(material: Material): Promise<string> {
  const [only, ...more] = material.standing.scripts;
  if (only !== undefined && more.length === 0 && !material.needsReferee)
    return `${headOf(material, ALONE)}${only.code}`;
  return together(material, await programFiles(material));
}

const ALONE =
  "Run it in a folder with the data of the competition in `./input/`: it trains, predicts the test table and writes `./submission.csv`.";
const TOGETHER =
  "Run it with the data of the competition in `./input/` (or `--data FOLDER`): it trains, predicts the test table and writes `./submission.csv` (or `--out FILE`).";

function headOf(material: Material, use: string): string {
  const { plan, started } = material;
  const { PYTHONHASHSEED: seed, OMP_NUM_THREADS: threads } = plan.environment;
  return [
    titleOf(material),
    `${plan.solution} of run ${started.competition.id}/${plan.run}: ${scoreLines(material).join(", ")}.`,
    use,
    `Packages of the run: ${pinsOf(material).join(", ") || "none"}; variables: PYTHONHASHSEED=${seed} OMP_NUM_THREADS=${threads}.`,
  ]
    .map((line) => `# ${line}\n`)
    .join("");
}

function together(material: Material, files: Files): string {
  return `${headOf(material, TOGETHER)}# ${blendLine(material)}
import os
import sys
import tempfile

# The scripts, and the referee's own code that reads and blends what they predict.
FILES = ${pythonDictionary(files)}


def lay_out(folder):
    """Writes the files of the program."""
    for name, text in FILES.items():
        path = os.path.join(folder, *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="mle-star-") as program:
        lay_out(program)
        sys.path.insert(0, program)
        import train_and_predict

        train_and_predict.main()
`;
}
