import type { EventValue } from "../../runs/events/events.ts";
import { vocabularyOf } from "../brief.ts";
import type { Finding, Weight } from "../python-source/rules/finding.ts";
import type { RoleOutputs } from "../roles/inputs.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Leakage, LeakFinding } from "../solution.ts";

/**
 * A script after the leak check. `refused`: why it may not be run, else null; `suspicion`: what the rules saw that the
 * canary has to clear before its score counts, else null.
 */
export type LeakCheck = {
  code: string;
  leakage: Leakage;
  findings: LeakFinding[];
  refused: string | null;
  suspicion: string | null;
  warning: string | null;
};

type Verdict = RoleOutputs["leakage-checker"];

/** Where a script stands in the leak check: check → fix → recheck → evaluate, or refuse. */
type State =
  | { name: "check" | "recheck"; code: string; round: number }
  | { name: "fix"; code: string; round: number; verdict: Verdict }
  | { name: "evaluate"; code: string; leakage: Leakage; why: string | null }
  | { name: "refuse"; code: string; why: string };

/** Times a finding is corrected, then the last check stands: a choice of ours. */
const MAX_FIXES = 2;

/**
 * Leads a script through the states, each of them journaled, to one that ends them. Total over all verdicts: one
 * that cannot be read leaves the script unchecked, one that stands after the corrections leaves it suspected,
 * and what becomes of such a script is decided where it has a score (`evaluate.ts`). A repair is not asked
 * about again when it touches no data flow: it is what the script before it was.
 */
export async function checkLeaks(
  run: Run,
  id: string,
  code: string,
  previous: Evaluated | null,
): Promise<LeakCheck> {
  const rules = rulesFor(run);
  let state = begin(run, code, previous, rules);
  for (let step = 1; ; step++) {
    const findings = findingsOf(run, state, rules);
    if (hasNews(state, findings))
      await journalState(run, `${id}/leaks/${step}-${state.name}`, id, state, findings);
    switch (state.name) {
      case "check":
      case "recheck":
        state = await check(run, id, state, rules);
        break;
      case "fix":
        state = await fix(run, id, state, rules);
        break;
      case "evaluate":
        return { ...concluded(state, findings, rules), refused: null, warning: state.why };
      case "refuse":
        return { ...concluded(state, findings, rules), refused: state.why, warning: null };
    }
  }
}

/** Where no model is asked and no rule has anything to say, no line of the journal is spent on it. */
function hasNews(state: State, findings: readonly LeakFinding[]): boolean {
  return findings.length > 0 || state.name !== "evaluate" || state.leakage !== "not-asked";
}

function concluded(state: State, findings: LeakFinding[], rules: Rules) {
  const leakage = state.name === "evaluate" ? state.leakage : "suspected";
  return {
    code: state.code,
    leakage,
    findings,
    suspicion: findingsBy(rules, state.code, "suspected"),
  };
}

function begin(run: Run, code: string, previous: Evaluated | null, rules: Rules): State {
  const why = refusal(rules, code);
  if (why !== null) return { name: "refuse", code, why };
  if (!asksModel(run, code, rules))
    return { name: "evaluate", code, leakage: "not-asked", why: null };
  const known = previous?.evaluation.leakage ?? null;
  const isSame = previous !== null && !run.python.changesDataFlow(previous.solution.code, code);
  if (known !== null && isSame && wasRun(previous))
    return { name: "evaluate", code, leakage: known, why: previous.evaluation.warning };
  return { name: "check", code, round: 1 };
}

/**
 * The paper asks about every script. Where the referee scores, answers are out of a script's reach, and what a call
 * finds there costs one that could have written a better script: it is asked of what a rule hints at.
 */
function asksModel({ config, mode }: Run, code: string, rules: Rules): boolean {
  switch (config.leakageModel) {
    case "off":
      return false;
    case "always":
      return true;
    case "auto":
      return mode === "self-reported" || rules(code).length > 0;
  }
}

/** What was refused before it ran has no verdict that a repair of it could inherit. */
function wasRun({ evaluation }: Evaluated): boolean {
  return evaluation.status !== "leaky";
}

async function check(
  run: Run,
  id: string,
  { code, round }: { code: string; round: number },
  rules: Rules,
): Promise<State> {
  const findings = rules(code).map((each) => `line ${each.line}: ${each.why}`);
  const verdict = await ask(run, `${id}/leakage-${round}`, "leakage-checker", { code, findings });
  if (verdict instanceof NoAnswer) return unchecked(run, code, verdict.why, findings);
  if (!verdict.leaky) return { name: "evaluate", code, leakage: "clean", why: null };
  if (round > MAX_FIXES) return suspected(run, code, `leakage: ${verdict.why}`);
  return { name: "fix", code, round, verdict };
}

/** Without a verdict the static rules have the last word: where they say nothing, the script counts. */
function unchecked(run: Run, code: string, noVerdict: string, findings: string[]): State {
  const why = `leakage not checked: ${noVerdict}`;
  if (findings.length > 0) return suspected(run, code, [why, ...findings].join("\n"));
  return { name: "evaluate", code, leakage: "unchecked", why };
}

/** A script that scores itself is refused; the referee's rows are out of reach of one that does not. */
function suspected(run: Run, code: string, why: string): State {
  if (run.mode === "self-reported") return { name: "refuse", code, why };
  return { name: "evaluate", code, leakage: "suspected", why };
}

async function fix(
  run: Run,
  id: string,
  { code, round, verdict }: { code: string; round: number; verdict: Verdict },
  rules: Rules,
): Promise<State> {
  const corrected = await correct(run, `${id}/leakage-${round}`, code, verdict);
  if (corrected === null) return suspected(run, code, `leakage: ${verdict.why}`);
  const why = refusal(rules, corrected);
  if (why !== null) return { name: "refuse", code: corrected, why };
  return { name: "recheck", code: corrected, round: round + 1 };
}

async function correct(run: Run, at: string, code: string, verdict: Verdict) {
  const span = run.python.findBlock(code, verdict.block);
  if ("problem" in span) return null;
  const block = code.slice(span.start, span.end);
  const { why } = verdict;
  const reply = await ask(run, at, "leakage-corrector", { code, block, why }, (text) =>
    problemOf(run.python.replaceSpan(code, span, text)),
  );
  if (reply instanceof NoAnswer) return null;
  const replaced = run.python.replaceSpan(code, span, reply);
  return typeof replaced === "string" ? replaced : null;
}

/** The reason a replacement cannot be used, or null. */
export function problemOf(replaced: string | { problem: string }): string | null {
  return typeof replaced === "string" ? null : replaced.problem;
}

async function journalState(
  run: Run,
  key: string,
  solution: string,
  state: State,
  findings: LeakFinding[],
): Promise<void> {
  await run.journal.step("leaks-checked", key, async (): Promise<EventValue<"leaks-checked">> => {
    const leakage = state.name === "evaluate" ? state.leakage : null;
    const why = "why" in state ? state.why : state.name === "fix" ? state.verdict.why : null;
    return { solution, state: state.name, leakage, why, findings };
  });
}

/** What the rules and the model say of a script, each with its line of code. */
function findingsOf(run: Run, state: State, rules: Rules): LeakFinding[] {
  const lines = state.code.split("\n");
  const quoted = (line: number) => (lines[line - 1] ?? "").trim().slice(0, 200);
  const seen = rules(state.code).map(({ line, rule, why }) => ({
    line,
    code: quoted(line),
    rule,
    why,
  }));
  if (state.name !== "fix") return seen;
  const { block, why } = state.verdict;
  const span = run.python.findBlock(state.code, block);
  const line = "problem" in span ? 1 : state.code.slice(0, span.start).split("\n").length;
  return [...seen, { line, code: quoted(line), rule: "leakage-checker", why }];
}

/** What the static rules find in a script. */
type Rules = (code: string) => Finding[];

/** Each state asks about the same script: it is read once. */
function rulesFor(run: Run): Rules {
  const known = new Map<string, Finding[]>();
  const task = {
    targets: run.competition.target_columns,
    id: run.competition.id_column,
    mode: run.mode,
    vocabulary: vocabularyOf(run.brief),
  };
  return (code) => {
    const found = known.get(code) ?? run.python.staticFindings(code, task);
    known.set(code, found);
    // Where hosts are allowed, the proxy decides what may be reached.
    return run.config.network === "none" ? found : found.filter(({ rule }) => rule !== "network");
  };
}

function refusal(rules: Rules, code: string): string | null {
  return findingsBy(rules, code, "refused");
}

function findingsBy(rules: Rules, code: string, weight: Weight): string | null {
  const found = rules(code).filter((each) => each.weight === weight);
  if (found.length === 0) return null;
  return found.map((each) => `line ${each.line}: ${each.rule}: ${each.why}`).join("\n");
}
