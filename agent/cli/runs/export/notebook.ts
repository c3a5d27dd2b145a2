import { openPython, type PythonSource } from "../../../python-source/python-source.ts";
import type { Solution } from "../../../solution.ts";
import type { Material } from "./material.ts";
import { programFiles, pythonDictionary } from "./program.ts";
import { blendLine, needsLines, plain, scoreLines, wayLine, wayOf } from "./words.ts";

type Cell = { kind: "markdown" | "code"; text: string; isHidden: boolean };

const markdown = (text: string): Cell => ({ kind: "markdown", text, isHidden: false });
const code = (text: string, isHidden = false): Cell => ({ kind: "code", text, isHidden });

/** The story of a solution as a notebook (nbformat 4.5): how it came to be, its code by blocks, its submission. */
export async function notebookText(material: Material): Promise<string> {
  const python = await openPython();
  const files = await programFiles(material);
  const scripts = material.standing.scripts.flatMap((script, index) =>
    scriptCells(material, script, { index, python }),
  );
  const cells = [
    markdown(headOf(material)),
    markdown(
      "## Preparation\n\nThe variables of the run, and a working folder for each script. The data of the competition are read from `./input/`.",
    ),
    code(preparation(pythonDictionary(files)), true),
    ...scripts,
    markdown(`## Submission\n\n${blendLine(material)}`),
    code(ENDING),
  ];
  const notebook = {
    cells: cells.map(cellJson),
    metadata: {
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      language_info: { name: "python" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

function cellJson({ kind, text, isHidden }: Cell, index: number) {
  const metadata = isHidden ? { jupyter: { source_hidden: true } } : {};
  const lines = text.split(/(?<=\n)/u);
  const common = { cell_type: kind, id: `cell-${index + 1}`, metadata, source: lines };
  return kind === "code" ? { ...common, execution_count: null, outputs: [] } : common;
}

function headOf(material: Material): string {
  const { started, plan } = material;
  const { title, metric, direction, id } = started.competition;
  const better = direction === "maximize" ? "higher is better" : "lower is better";
  return [
    `# ${plain(title, 200)}`,
    `\`${plan.solution}\` of run \`${id}/${plan.run}\`. Metric: ${metric}, ${better}. ${scoreLines(material).join(", ")}.`,
    "Needed:",
    needsLines(material)
      .map((line) => `- ${line}`)
      .join("\n"),
  ].join("\n\n");
}

/** Everything is kept out of the names of the cells below, which are the scripts' own. */
function preparation(dictionary: string): string {
  return `import os, sys, tempfile

def lay_out(files):
    folder = tempfile.mkdtemp(prefix="mle-star-")
    for name, text in files.items():
        path = os.path.join(folder, *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    return folder

sys.path.insert(0, lay_out(${dictionary}))
import train_and_predict

train_and_predict.begin_notebook()
`;
}

/** A script is a kernel's whole world: its names go before the next one begins. */
function scriptCells(
  material: Material,
  { id, code: text }: Solution,
  { index, python }: { index: number; python: PythonSource },
): Cell[] {
  const way = wayOf(material, id).map(wayLine).join("\n");
  const start = `%reset -f
import train_and_predict
train_and_predict.begin_script(${index})
__file__ = "solution.py"`;
  const blocks = cellsOf(python, text).map(({ title, text: block }) => [
    markdown(`### ${plain(title, 120)}`),
    code(block),
  ]);
  return [
    markdown(`## ${id}\n\nHow it came to be:\n\n${way}`),
    code(start, true),
    ...blocks.flat(),
  ];
}

const ENDING = `import train_and_predict

print(train_and_predict.end_notebook())
`;

/** The blocks of a script, joined where one alone is no whole statement: a cell has to be. */
function cellsOf(python: PythonSource, code: string): { title: string; text: string }[] {
  const cells: { title: string; text: string; start: number }[] = [];
  for (const block of python.blocks(code, "referee")) {
    const last = cells.at(-1);
    const goesOn =
      last !== undefined &&
      (/^(?:\s|el(?:se|if)\b|except\b|finally\b|[)\]}])/u.test(block.text) ||
        python.hasSyntaxError(last.text) !== null);
    if (!goesOn) cells.push(block);
    else cells.splice(-1, 1, { ...last, text: code.slice(last.start, block.end) });
  }
  return cells;
}
