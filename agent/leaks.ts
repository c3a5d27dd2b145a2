import { ask, NoAnswer } from "./ask.ts";
import type { Run } from "./run.ts";

/** A script after the leak defence: the code to run, and why it may not be run (fatal) or what to say of it. */
export type Screened = { code: string; fatal: string | null; warning: string | null };

/** Checks → corrects → rechecks, twice at most; the caller always goes on with the result (spec §1 row 11, §8 nos. 1, 2). */
export async function screen(run: Run, at: string, code: string): Promise<Screened> {
  const fatal = fatalFinding(run, code);
  if (fatal !== null || !run.config.leakageModel) return { code, fatal, warning: null };
  let current = code;
  let warning: string | null = null;
  for (let round = 1; round <= 3; round++) {
    const findings = staticFindings(run, current).map((each) => `line ${each.line}: ${each.why}`);
    const verdict = await ask(run, `${at}/leakage-${round}`, "leakage-checker", {
      code: current,
      findings,
    });
    if (verdict instanceof NoAnswer)
      return { code: current, fatal: null, warning: `leakage not checked: ${verdict.why}` };
    if (!verdict.leaky) return { code: current, fatal: null, warning: null };
    warning = `leakage: ${verdict.why}`;
    if (round === 3) break;
    const corrected = await correct(run, `${at}/leakage-${round}`, current, verdict);
    if (corrected === null) break;
    current = corrected;
  }
  // The referee's rows are out of reach, so its score stays honest; a script that scores itself is refused.
  const refused = run.mode === "self-reported" ? warning : null;
  return { code: current, fatal: refused, warning };
}

async function correct(
  run: Run,
  at: string,
  code: string,
  verdict: { block: string; why: string },
) {
  const span = run.python.findBlock(code, verdict.block);
  if ("problem" in span) return null;
  const block = code.slice(span.start, span.end);
  const reply = await ask(run, at, "leakage-corrector", { code, block, why: verdict.why }, (text) =>
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

function staticFindings(run: Run, code: string) {
  const found = run.python.staticFindings(code, {
    targets: run.competition.target_columns,
    mode: run.mode,
  });
  // Where hosts are allowed, the proxy decides what may be reached.
  return run.config.network === "none" ? found : found.filter(({ rule }) => rule !== "network");
}

function fatalFinding(run: Run, code: string): string | null {
  const found = staticFindings(run, code).filter((each) => each.fatal);
  if (found.length === 0) return null;
  return found.map((each) => `line ${each.line}: ${each.rule}: ${each.why}`).join("\n");
}
