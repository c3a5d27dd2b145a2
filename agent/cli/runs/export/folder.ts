import type { Material } from "./material.ts";
import { type Files, programFiles } from "./program.ts";
import { constraintsText, requirementsText } from "./requirements.ts";
import { blendLine, needsLines, plain, scoreLines, wayLine, wayOf } from "./words.ts";

/** A folder that trains and predicts without this program. */
export async function folderFiles(material: Material): Promise<Files> {
  const files = await programFiles(material);
  files.set("requirements.txt", requirementsText(material));
  files.set("constraints.txt", constraintsText(material));
  files.set("README.md", readme(material));
  return files;
}

function readme(material: Material): string {
  const { plan, started, standing } = material;
  const ways = standing.scripts.map(({ id }) => {
    const lines = wayOf(material, id).map(wayLine);
    return `### ${id}\n\n${lines.join("\n")}\n`;
  });
  return `# ${plain(started.competition.title, 200)}

\`${plan.solution}\` of run \`${started.competition.id}/${plan.run}\`: ${scoreLines(material).join(", ")}. ${blendLine(material)}

## Use

\`\`\`
python -m venv venv && . venv/bin/activate
pip install -r requirements.txt
python train_and_predict.py --data input --out submission.csv
\`\`\`

For other rows, put a test table and a sample submission with their ids in place of those in \`input/\`. \`requirements.txt\` has what the scripts import; \`constraints.txt\` every package that was there in the run, in its version.

## Needs

${needsLines(material)
  .map((line) => `- ${line}`)
  .join("\n")}

## How it came to be

${ways.join("\n")}
## Files

- \`train_and_predict.py\`: runs the scripts, and makes one submission of what they predict
- \`scripts/\`: the scripts, unchanged
- \`plan.json\`: their order, variables, and how they are blended
${material.needsReferee ? "- `referee/`: the code that checked and blended their predictions in the run, unchanged\n" : ""}`;
}
