/**
 * Three models for the runtimes of cluster jobs: each answers from the words of the prompt alone, always alike, with
 * scripts of plain Python that run in an instant. They differ in what they plan, in how sure they are, and one of
 * them misspells a name.
 */
export function answerOf(model: string, prompt: string): string {
  const own = /^# Judge it before it is run/mu.test(prompt)
    ? judged(prompt)
    : answers.find(([words]) => words.test(prompt))?.[1](prompt, model);
  if (own === undefined) throw new Error(`no answer to: ${prompt.slice(0, 300)}`);
  return own;
}

const answers: readonly [RegExp, (prompt: string, model: string) => string][] = [
  [/^Name the models you would try/mu, cards],
  [/^Write a first solution/mu, () => fenced(script(100_000))],
  [/^Correct the script/mu, corrected],
  [/^Does the solution below leave out/mu, () => "All the provided information is used."],
  [/^Plan an ablation study/mu, variants],
  [/^Say in three to six sentences/mu, () => "The protocol carries the score."],
  [/^Improve the score of the script/mu, changed],
  [/^Choose the one block/mu, target],
  [/^Plan another change of the block below/mu, planned],
  [/^Rewrite the block below as the plan says/mu, rewritten],
  [/^Look for data leakage/mu, () => JSON.stringify({ leaky: false, block: "", why: "clean" })],
];

function cards(prompt: string): string {
  const count = Number(/^# Models wanted\n(\d+)\./mu.exec(prompt)?.[1] ?? 1);
  const card = (_: unknown, index: number) => ({
    modelName: `rates number ${index + 1}`,
    exampleCode: "rate = count / total",
    family: `rates-${index + 1}`,
    why: "classes differ by protocol",
    sources: [],
  });
  return JSON.stringify({ cards: Array.from({ length: count }, card) });
}

function variants(prompt: string): string {
  return JSON.stringify({
    variants: [{ block: modelBlock(prompt), what: "no protocol", code: modelCode(1e9) }],
  });
}

function target(prompt: string): string {
  return JSON.stringify({ block: modelBlock(prompt), plan: "Set the strength to 7000." });
}

/** Each has a value of its own, and goes over to the smaller one when it is shown another. */
function planned(prompt: string, model: string): string {
  const others = prompt.split("# Answers of others")[1] ?? "";
  const shown = [...others.matchAll(/Set the strength to (\d+)\./gu)].map(([, value]) =>
    Number(value),
  );
  const tried = [...prompt.matchAll(/^\d+\. \[.*Set the strength to (\d+)\./gmu)].length;
  const own = model === "wise" ? 100 / (1 + tried) : 3000;
  return `Set the strength to ${Math.min(own, ...shown)}.`;
}

/** The small one misspells a name when it is asked for 7000, and is not sure of small values. */
function rewritten(prompt: string, model: string): string {
  const value = Number(/Set the strength to ([\d.]+)\./u.exec(prompt)?.[1] ?? 1);
  const code = modelCode(value);
  if (model === "wise") return `${fenced(code)}\nConfidence: 90`;
  const spelt = value === 7000 ? code.replace("+ strength)", "+ strenght)") : code;
  return `${fenced(spelt)}\nConfidence: ${value > 1000 ? 95 : 20}`;
}

function changed(prompt: string, model: string): string {
  const value = model === "wise" ? 50 : 4000;
  return `Set the strength to ${value}.\n\n${modelBlock(prompt)}:\n${fenced(modelCode(value))}`;
}

/** First it looks in the wrong place; told what is wrong, it mends that. */
function corrected(prompt: string): string {
  const value = Number(/^strength = ([\d.]+)$/mu.exec(prompt)?.[1] ?? 1);
  const isTold = prompt.includes("# What reviewers hold to be wrong");
  return fenced(isTold ? script(value) : script(value).replace("+ strength)", "+ strenght)"));
}

function judged(prompt: string): string {
  const shown = prompt.split("# Answer of another model")[1] ?? "";
  return shown.includes("strenght")
    ? JSON.stringify({ verdict: "revise", problems: "`strenght` is not defined" })
    : JSON.stringify({ verdict: "pass", problems: "" });
}

function modelBlock(prompt: string): string {
  return /(block-\d+): model/u.exec(prompt)?.[1] ?? "block-3";
}

/** Class rates by protocol, drawn towards those of all rows as if that many rows more had been seen. */
function modelCode(strength: number): string {
  return `# --- model
strength = ${strength}
overall = {name: sum(row[TARGET] == name for row in train) / len(train) for name in CLASSES}
rates = {}
for value in {row[GROUP] for row in train}:
    rows = [row for row in train if row[GROUP] == value]
    counts = {name: sum(row[TARGET] == name for row in rows) for name in CLASSES}
    rates[value] = [(counts[name] + strength * overall[name]) / (len(rows) + strength) for name in CLASSES]
predictions = [[row["id"], *rates.get(row[GROUP], list(overall.values()))] for row in test]
`;
}

function script(strength: number): string {
  return `# --- imports and settings
import csv

GROUP, TARGET, CLASSES = "protocol", "runtime_class", ["VF", "F", "M", "L"]

# --- read
with open("./input/train.csv") as file:
    train = list(csv.DictReader(file))
with open("./input/test.csv") as file:
    test = list(csv.DictReader(file))

${modelCode(strength)}
# --- write
with open("./submission.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["id", *CLASSES])
    writer.writerows(predictions)
`;
}

function fenced(code: string): string {
  return `\`\`\`python\n${code}\`\`\``;
}
