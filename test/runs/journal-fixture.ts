import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock } from "../../runs/clock.ts";
import type { Event, EventValue } from "../../runs/events/events.ts";
import { noTokens } from "../../runs/ledger.ts";
import { type Journal, openJournal } from "../../runs/record/journal.ts";

/** A folder that goes when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-runs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A clock that stands until it is moved. */
export function handClock(): Clock & { pass(seconds: number): void } {
  let at = 0;
  return {
    now: () => new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + at * 1000),
    monotonic: () => at,
    pass: (seconds) => {
      at += seconds;
    },
  };
}

/** A model call as the journal keeps it. */
export function reply(some: Partial<EventValue<"answered">> = {}): EventValue<"answered"> {
  return {
    role: "coder",
    prompt: "improve this",
    prefixHash: "0",
    text: "done",
    model: "test-model",
    stop: "end",
    tokens: { ...noTokens(), input: 100, cacheRead: 10, cacheWrite: 5, output: 20 },
    usd: 0.25,
    seconds: 1,
    requestId: null,
    sources: [],
    estimated: false,
    tries: [],
    handovers: [],
    ...some,
  };
}

/** An execution as the journal keeps it. */
export function execution(
  solution: string,
  some: Partial<EventValue<"executed">> = {},
): EventValue<"executed"> {
  return {
    solution,
    view: "fold-0",
    codeHash: "0",
    inputHash: null,
    environment: null,
    submissionHash: null,
    outcome: "finished",
    exitCode: 0,
    seconds: 2,
    peakMb: 100,
    log: "",
    opened: [],
    warning: null,
    submission: null,
    rejected: null,
    ...some,
  };
}

/** A verdict as the journal keeps it; `score` null is a failure. */
export function verdict(
  solution: string,
  parent: string | null,
  score: number | null,
  some: Partial<EventValue<"evaluated">> = {},
): EventValue<"evaluated"> {
  return {
    solution,
    parent,
    origin: parent === null ? "init" : "refine",
    track: "track-1",
    plan: null,
    commit: "a".repeat(40),
    parentScore: null,
    evaluation: {
      status: score === null ? "failed" : "scored",
      score,
      interval: score === null ? null : [score - 1, score + 1],
      views: ["fold-0"],
      seconds: 2,
      executions: 1,
      reason: score === null ? "ValueError: no such column" : null,
      opened: [],
      fixes: 0,
      warning: null,
      leakage: null,
    },
    ...some,
  };
}

/** How a run begins. */
export function start(some: Partial<EventValue<"run-started">> = {}): EventValue<"run-started"> {
  return {
    version: "0.1.0",
    competition: { id: "houses", title: "House prices", metric: "rmse", direction: "minimize" },
    config: {},
    configHash: "c",
    dataHash: "d",
    seed: 1,
    model: "playbook",
    sandbox: "process",
    packages: [],
    mode: "referee",
    split: {},
    brief: {},
    ...some,
  };
}

/** How the fixture's run ends. */
export const end: EventValue<"run-ended"> = {
  status: "finished",
  solution: "track-1/refine-1/attempt-2/fix-1",
  searchScore: 8,
  sealedScore: 8.5,
  sealedInterval: [8, 9],
  correctedScore: 8.2,
  tries: 6,
  limit: null,
};

/** Journals a small run of one track: two candidates, an ablation, two tries of which the second needed a repair, a blend. */
export async function journalRun(
  file: string,
  commits: { base: string; first: string; second: string } = {
    base: "1".repeat(40),
    first: "2".repeat(40),
    second: "3".repeat(40),
  },
  started: Partial<EventValue<"run-started">> = {},
): Promise<Event[]> {
  const clock = handClock();
  const journal = await openJournal(file, { clock });
  const base = "track-1/init-1";
  const at = "track-1/refine-1";
  const [broken, fixed] = [`${at}/attempt-2`, `${at}/attempt-2/fix-1`];
  await journal.append("run-started", "run-started", start(started));
  await journal.append("answered", `${base}/initialiser/1`, reply({ role: "initialiser" }));
  await journal.append("executed", `${base}/fold-0/run`, execution(base));
  await evaluate(journal, verdict(base, null, 10, { plan: "LightGBM", commit: commits.base }));
  await evaluate(
    journal,
    verdict(`${at}/ablation-1`, base, 12, { origin: "ablation", parentScore: 10 }),
  );
  await decide(journal, `${at}/ablation-1`, base, -2, false, "ablation");
  await journal.append("answered", `${at}/extractor/1`, reply({ role: "extractor", usd: 0.5 }));
  await journal.append("targeted", `${at}/targeted`, {
    solution: base,
    block: "b1",
    title: "Features",
    plan: "add ratios",
  });
  await journal.append("answered", `${at}/attempt-1/coder/1`, reply());
  await evaluate(
    journal,
    verdict(`${at}/attempt-1`, base, 11, {
      plan: "add\u001b[31m ratios",
      parentScore: 10,
      commit: commits.first,
    }),
  );
  await decide(journal, `${at}/attempt-1`, base, -1, false, "no gain");
  clock.pass(60);
  await journal.append("answered", `${broken}/coder/1`, reply());
  const log =
    'Traceback (most recent call last):\n  File "solution.py", line 1\nValueError: no such column\n';
  await journal.append(
    "executed",
    `${broken}/fold-0/run`,
    execution(broken, { outcome: "error", exitCode: 1, log }),
  );
  await evaluate(journal, verdict(broken, base, null, { plan: "log target", parentScore: 10 }));
  await journal.append("answered", `${broken}/debugger/1`, reply({ role: "debugger" }));
  await evaluate(
    journal,
    verdict(fixed, broken, 8, { plan: "log target", parentScore: 10, commit: commits.second }),
  );
  await journal.append("compared", `${fixed}/1-folds`, {
    incumbent: base,
    challenger: fixed,
    gain: 2,
    standardError: 0.5,
    probability: 0.99,
    accepted: false,
    why: "measured",
  });
  await decide(journal, fixed, base, 2, true, "probability of a real gain 0.99");
  await journal.append("blended", "blend/mean", {
    solution: "blend/mean",
    method: "mean",
    members: [base, fixed],
    weights: [0.5, 0.5],
    score: 9,
    interval: [8, 10],
    commit: null,
  });
  await journal.append("submission-written", "publish/final", {
    solution: fixed,
    sha256: "0",
    why: "chosen",
  });
  clock.pass(40);
  await journal.append("run-ended", "run-ended", end);
  await journal.close();
  return [...journal.events];
}

async function evaluate(journal: Journal, value: EventValue<"evaluated">): Promise<void> {
  await journal.append("evaluated", `${value.solution}/evaluated`, value);
}

async function decide(
  journal: Journal,
  challenger: string,
  incumbent: string,
  gain: number,
  accepted: boolean,
  why: string,
): Promise<void> {
  const value = {
    incumbent,
    challenger,
    gain,
    standardError: 0.5,
    probability: accepted ? 0.99 : 0.1,
    accepted,
    why,
  };
  await journal.append("compared", `${challenger}/compared`, value);
}
