/**
 * A model for the wages: it answers each role from the words of the prompt alone, always alike, with scripts
 * that run in an instant. The number in a script is all that tells it from the others.
 */
export function answerTo(prompt: string): string {
  const found = answers.find(([words]) => words.test(prompt));
  if (found === undefined) throw new Error(`no answer to: ${prompt.slice(0, 300)}`);
  return found[1](prompt);
}

/** The same answer where it is a whole script, which does something else before its work. */
export function afterDoing(code: string, answer: string): string {
  return answer.startsWith("```python\n# --- imports") ? answer.replace("\n", `\n${code}`) : answer;
}

const answers: readonly [RegExp, (prompt: string) => string][] = [
  [/^Name the models you would try/mu, cards],
  [/^Write a first solution/mu, firstScript],
  [/^Correct the script/mu, () => fenced(script(1.6))],
  [/^Fold the reference solution into the base/mu, () => fenced(script(1.7))],
  [/^Does the solution below leave out/mu, () => "All the provided information is used."],
  [/^Plan an ablation study/mu, variants],
  [/^Say in three to six sentences/mu, () => "The slope carries the score."],
  [/^Improve the score of the script/mu, change],
  [/^Choose the one block/mu, target],
  [/^Plan another change of the block below/mu, () => "Set the slope to 2.0."],
  [/^Rewrite the block below as the plan says/mu, rewritten],
  [/^Plan how to merge the solutions below/mu, () => "Average both slopes."],
  [/^Write one script that trains the solutions/mu, () => fenced(script(1.95))],
  [/^Look for data leakage/mu, () => JSON.stringify({ leaky: false, block: "", why: "clean" })],
];

function cards(prompt: string): string {
  const count = Number(/^# Models wanted\n(\d+)\./mu.exec(prompt)?.[1] ?? 1);
  const card = (_: unknown, index: number) => ({
    modelName: `line number ${index + 1}`,
    exampleCode: "y = slope * x",
    family: `line-${index + 1}`,
    why: "pay follows the years",
    sources: [],
  });
  return JSON.stringify({ cards: Array.from({ length: count }, card) });
}

/** The second one fails at first, so that the debugger has something to repair. */
function firstScript(prompt: string): string {
  const isSecond = prompt.includes("line number 2");
  return fenced(isSecond ? script(1.5).replace("mean(train, X)", "meen(train, X)") : script(1.2));
}

function variants(prompt: string): string {
  return JSON.stringify({
    variants: [{ block: modelBlock(prompt), what: "a flat line", code: modelCode(0) }],
  });
}

function target(prompt: string): string {
  return JSON.stringify({ block: modelBlock(prompt), plan: "Set the slope to 1.9." });
}

function change(prompt: string): string {
  const slope = prompt.includes("Set the slope to 1.9.") ? "2.0" : "1.9";
  return `Set the slope to ${slope}.\n\n${modelBlock(prompt)}:\n${fenced(modelCode(Number(slope)))}`;
}

function rewritten(prompt: string): string {
  return fenced(modelCode(Number(/Set the slope to ([\d.]+)\./u.exec(prompt)?.[1] ?? 1)));
}

function modelBlock(prompt: string): string {
  return /(block-\d+): model/u.exec(prompt)?.[1] ?? "block-3";
}

/** The line is fitted, then turned: a slope that is written down would be knowledge that no training row gave. */
function modelCode(slope: number): string {
  return `# --- model
share = ${slope / 2}
center = mean(train, X)
spread = sum((float(row[X]) - center) ** 2 for row in train)
slope = share * sum((float(row[X]) - center) * float(row[TARGET]) for row in train) / spread
level = mean(train, TARGET) - slope * center
predictions = [(row["id"], level + slope * float(row[X])) for row in test]
`;
}

function script(slope: number): string {
  return `# --- imports and settings
import csv

X, TARGET = "years", "pay"


def mean(rows, column):
    return sum(float(row[column]) for row in rows) / len(rows)


# --- read
with open("./input/train.csv") as file:
    train = list(csv.DictReader(file))
with open("./input/test.csv") as file:
    test = list(csv.DictReader(file))

${modelCode(slope)}
# --- write
with open("./submission.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["id", TARGET])
    writer.writerows(predictions)
`;
}

function fenced(code: string): string {
  return `\`\`\`python\n${code}\`\`\``;
}
