import { ORDER_METRICS } from "../../../../tasks/metric-kinds.ts";
import type { RoleInputs } from "../../../roles/inputs.ts";
import { parseScript, sectionText } from "../script.ts";
import type { Section } from "../section.ts";
import { type Context, fenced, namedIds } from "./context.ts";

type Way = { id: string; file: string; plan: string };

const ways: readonly Way[] = [
  {
    id: "ensemble-weights",
    file: "ensembles/blend.py",
    plan: "Run the scripts one after the other, unchanged, and keep each one's out-of-fold and test predictions [ensemble-weights]. Find weights by greedy selection on the out-of-fold predictions, drawn towards equal ones. Apply the same weights to the test predictions.",
  },
  {
    id: "ensemble-mean",
    file: "ensembles/blend_mean.py",
    plan: "Run the scripts one after the other, unchanged, and average their predictions with equal weights [ensemble-mean]. Nothing is fitted, so nothing can overfit. It works best when the scripts are about equally good.",
  },
  {
    id: "ensemble-geometric",
    file: "ensembles/ensemble_geometric.py",
    plan: "Run the scripts one after the other, unchanged, and average their log-odds rather than their probabilities, or take the median of numbers [ensemble-geometric]. Confident and agreeing scripts then count more. No weight is fitted.",
  },
  {
    id: "ensemble-stack",
    file: "ensembles/stack.py",
    plan: "Run the scripts one after the other, unchanged, and fit a strongly penalized linear model on their out-of-fold predictions [ensemble-stack]. Its answer is averaged with the plain mean, which keeps it from trusting few rows too much. The test predictions go through the same model.",
  },
  {
    id: "ensemble-rank",
    file: "ensembles/ensemble_rank.py",
    plan: "Run the scripts one after the other, unchanged, and average the ranks of their predictions [ensemble-rank]. The metric only looks at the order of the rows, so scales do not matter. No weight is fitted.",
  },
];

function waysFor(context: Context): Way[] {
  const ranked = ORDER_METRICS.includes(context.brief.competition.metric.name);
  return ways.filter((way) => ranked || way.id !== "ensemble-rank");
}

/** The next way of combining the scripts that was not tried yet. */
export function planEnsemble(input: RoleInputs["ensemble-planner"], context: Context): string {
  const plans = [...input.history.map(({ plan }) => plan), ...input.refused];
  const tried = new Set(plans.flatMap(namedIds));
  const open = waysFor(context);
  return (open.find((way) => !tried.has(way.id)) ?? open[0] ?? ways[0])?.plan ?? "";
}

function section(kind: Section["kind"], title: string, code: string): string {
  return sectionText({ kind, title, code });
}

function ofKind(sections: readonly Section[], ...kinds: Section["kind"][]): Section[] {
  return sections.filter((each) => kinds.includes(each.kind));
}

function ours(scripts: readonly (readonly Section[])[], way: Way, context: Context): string {
  const first = scripts[0] ?? [];
  const isDecision = (each: Section) => each.title.startsWith("blend: decision");
  const settings = ofKind(first, "settings").map((each) => ({
    ...each,
    code: `${each.code}\nSECONDS = 1.6 * SECONDS`,
  }));
  const runs = scripts.flatMap((script, index) => [
    ...ofKind(script, "target", "folds", "features", "model").map(sectionText),
    ...ofKind(script, "blend")
      .filter((each) => !isDecision(each))
      .map(sectionText),
    section(
      "blend",
      `blend: keep script ${index + 1}`,
      context.fragments("ensembles/ensemble_keep.py"),
    ),
  ]);
  return [
    ...settings.map(sectionText),
    ...ofKind(first, "tools", "read").map(sectionText),
    ...runs,
    section("blend", "blend: members", context.fragments("ensembles/ensemble_members.py")),
    section("blend", "blend: scripts", context.fragments(way.file)),
    ...first.filter(isDecision).map(sectionText),
    ...ofKind(first, "write").map(sectionText),
  ].join("\n\n");
}

function asFunction(code: string, number: number): string {
  const renamed = code
    .replaceAll("\r\n", "\n")
    .replace(/^from __future__ .*$/gmu, "")
    .replace(/(?<!sample_)(?<!sample-)submission\.csv/giu, `submission-${number}.csv`);
  const body = renamed
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
  return `# --- script ${number}\ndef run_script_${number}():\n${body.trimEnd()}\n    return None\n`;
}

function foreign(codes: readonly string[], context: Context): string {
  const { prediction_columns: columns } = context.brief.competition;
  const calls = codes.map((_, index) => `run_script_${index + 1}()`).join("\n");
  const files = codes.map((_, index) => `"submission-${index + 1}.csv"`).join(", ");
  const average = [
    "# --- average of the scripts",
    "import pandas as pd",
    "",
    calls,
    `parts = [pd.read_csv(name, keep_default_na=False, na_values=[""]) for name in [${files}]]`,
    "combined = parts[0].copy()",
    `for column in ${JSON.stringify(columns)}:`,
    "    values = pd.concat([part[column] for part in parts], axis=1)",
    "    if all(pd.api.types.is_float_dtype(kind) for kind in values.dtypes):",
    "        combined[column] = values.mean(axis=1)",
    "    else:",
    "        combined[column] = values.mode(axis=1)[0].astype(parts[0][column].dtype)",
    'combined.to_csv("submission.csv", index=False)',
    "",
  ];
  return [...codes.map((code, index) => asFunction(code, index + 1)), average.join("\n")].join(
    "\n\n",
  );
}

/** One script that runs the given ones and combines them as the plan says. */
export function ensemble(input: RoleInputs["ensembler"], context: Context): string {
  const named = namedIds(input.plan);
  const way = ways.find((each) => named.includes(each.id)) ?? ways[1] ?? ways[0];
  const parsed = input.solutions.map((solution) => parseScript(solution.code));
  const known = parsed.filter((sections) => sections !== null);
  if (known.length === parsed.length && way !== undefined) return fenced(ours(known, way, context));
  return fenced(
    foreign(
      input.solutions.map((solution) => solution.code),
      context,
    ),
  );
}
