import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { leakageChecker } from "../../roles/leakage-checker.ts";
import { promptText } from "../../roles/role.ts";
import { provenanceOf, rowId } from "../row.ts";
import type { LeakTask } from "./task.ts";

/** What static rules find in a script, by line from 1. */
export type Findings = (code: string) => { line: number; rule: string; why: string }[];

/** Rules that find a leak; the others find what is not allowed. */
export const LEAK_RULES: ReadonlySet<string> = new Set([
  "fit-on-test",
  "target-encoding",
  "target-in-features",
  "future-rows",
]);

/** Lines that leak, to be put below where the training rows are read; `{train}`, `{test}`, `{target}` stand for names. */
const LEAKS: Readonly<Record<string, readonly string[]>> = {
  "fit-on-test": [
    "from sklearn.preprocessing import StandardScaler",
    'scaler = StandardScaler().fit(pd.concat([{train}, {test}]).select_dtypes("number"))',
  ],
  "target-in-features": ['{train}["copied"] = {train}["{target}"] * 2'],
  "target-encoding": [
    '{train}["mean_by_id"] = {train}.groupby({train}.columns[1])["{target}"].transform("mean")',
  ],
  "future-rows": ['{train}["next_one"] = {train}.iloc[:, 1].shift(-1)'],
};

type Known = {
  findings: Findings;
  target: string;
  licenses: ReadonlyMap<string, string>;
};

/** Scripts of a run that have no leak, as they are and with each leak that the rules then find in them. */
export function leakTasks(
  calls: readonly Trajectory[],
  { findings, target, licenses }: Known,
): LeakTask[] {
  const seen = new Set<string>();
  return calls.flatMap((call) => {
    const { codeAfter: code, scoreAfter } = call;
    if (code === null || scoreAfter === null || seen.has(sha256(code))) return [];
    seen.add(sha256(code));
    if (leaksIn(findings, code).length > 0) return [];
    const brief = call.messages.filter(({ role }) => role === "system");
    const provenance = provenanceOf(call, licenses);
    const planted = { ...provenance, model: `${provenance.model}, with a leak by rules` };
    const taskOf = (kind: string | null, shown: string, leak: string[]): LeakTask => ({
      role: "leakage",
      id: `${rowId(call, "leakage")}/${kind ?? "none"}`,
      split: call.split === "dev" ? "dev" : "train",
      provenance: kind === null ? provenance : planted,
      question: [...brief, { role: "user", content: questionOf(shown) }],
      rule: kind,
      code: shown,
      clean: code,
      leak,
    });
    const leaky = Object.entries(LEAKS).flatMap(([rule, lines]) => {
      const put = withLeak(code, lines, target);
      if (put === null || !leaksIn(findings, put.code).includes(rule)) return [];
      return [taskOf(rule, put.code, put.leak)];
    });
    return leaky.length === 0 ? [] : [taskOf(null, code, []), ...leaky];
  });
}

/** The rules of leaks that are broken by a script. */
export function leaksIn(findings: Findings, code: string): string[] {
  return findings(code).flatMap(({ rule }) => (LEAK_RULES.has(rule) ? [rule] : []));
}

function questionOf(code: string): string {
  return promptText(leakageChecker.prompt({ code, findings: [] }));
}

/** The script with lines below the one that reads the test rows; null where it reads none by name. */
function withLeak(
  code: string,
  lines: readonly string[],
  target: string,
): { code: string; leak: string[] } | null {
  const reads = [...code.matchAll(/^(\w+) = pd\.read_csv\([^\n]*\)$/gmu)];
  const named = (part: string) => reads.find(([line]) => line.includes(`${part}.csv`));
  const [train, test] = [named("train"), named("test")];
  const last = [train, test].reduce((a, b) => ((b?.index ?? -1) > (a?.index ?? -1) ? b : a));
  if (train === undefined || test === undefined || last === undefined) return null;
  const leak = lines.map((line) =>
    line
      .replaceAll("{train}", train[1] ?? "")
      .replaceAll("{test}", test[1] ?? "")
      .replaceAll("{target}", target),
  );
  const at = last.index + last[0].length;
  return { code: `${code.slice(0, at)}\n${leak.join("\n")}${code.slice(at)}`, leak };
}
