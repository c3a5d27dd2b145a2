import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock } from "../../runs/clock.ts";
import type { Event, EventValue } from "../../runs/events/events.ts";
import type { View } from "../../runs/events/scoring.ts";
import { noTokens } from "../../runs/ledger.ts";
import { type Journal, openJournal } from "../../runs/record/journal.ts";
import { linkLine } from "../../runs/record/journal-lines.ts";
import { madeSplit } from "../fakes/made-split.ts";

/** A folder that goes when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-runs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Lines of a journal, changed on purpose, as if they had been written like this: each linked to the one before it. */
export function relinked(lines: readonly string[]): string {
  let before = "";
  return lines
    .map((text) => {
      const { line, link } = linkLine(text.replace(/,"chain":"[0-9a-f]*"\}$/u, "}"), before);
      before = link;
      return `${line}\n`;
    })
    .join("");
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
    cut: null,
    turn: null,
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
    ranHash: "0",
    inputHash: "0",
    environment: "0",
    submissionHash: null,
    outcome: "finished",
    exitCode: 0,
    seconds: 2,
    peakMb: 100,
    gpu: null,
    spent: [],
    log: "",
    opened: [],
    audit: { processes: [], sockets: [], outside: [], forbidden: null },
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
      leakage: "not-asked",
    },
    ...some,
  };
}

/** How a run begins. */
export function start(some: Partial<EventValue<"run-started">> = {}): EventValue<"run-started"> {
  return {
    version: "0.1.0",
    competition: {
      id: "houses",
      title: "House prices",
      metric: "rmse",
      direction: "minimize",
      thresholds: null,
    },
    config: {},
    configHash: "c",
    dataHash: "d",
    seed: 1,
    model: "playbook",
    sandbox: "process",
    protectsFiles: true,
    intervalRule: "bca-1",
    network: "none",
    packages: [],
    mode: "referee",
    split: madeSplit(),
    frozen: {},
    replays: null,
    constantScores: null,
    findings: [],
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
  commits: { base: string; first: string; second: string; blend: string } = {
    base: "1".repeat(40),
    first: "2".repeat(40),
    second: "3".repeat(40),
    blend: "b".repeat(40),
  },
  started: Partial<EventValue<"run-started">> = {},
): Promise<Event[]> {
  const clock = handClock();
  const journal = await openJournal(file, { clock });
  const base = "track-1/init-1";
  const at = "track-1/refine-1";
  const [broken, fixed] = [`${at}/attempt-2`, `${at}/attempt-2/fix-1`];
  await journal.append("run-started", "run-started", start(started));
  await journal.append("answered", `${base}/initializer/1`, reply({ role: "initializer" }));
  await journal.append("executed", `${base}/fold-0/run`, execution(base));
  await evaluate(journal, verdict(base, null, 10, { plan: "LightGBM", commit: commits.base }));
  await evaluate(
    journal,
    verdict(`${at}/ablation-1`, base, 12, { origin: "ablation", parentScore: 10 }),
  );
  await compare(journal, `${at}/ablation-1`, base, -2);
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
  await decide(journal, at, { challenger: `${at}/attempt-1`, incumbent: base, gain: -1 });
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
  await decide(journal, "track-1/refine-2", { challenger: fixed, incumbent: base, gain: 2 });
  await journal.append("blended", "blend/mean", {
    solution: "blend/mean",
    method: "mean",
    members: [base, fixed],
    weights: [0.5, 0.5],
    score: 9,
    interval: [8, 10],
    banked: [],
    commit: commits.blend,
  });
  await journal.append("submission-written", "publish/final", {
    solution: fixed,
    sha256: "0",
    why: "chosen",
    unchecked: [],
    isBest: true,
    isSample: false,
  });
  clock.pass(40);
  await journal.append("run-ended", "run-ended", end);
  await journal.close();
  return [...journal.events];
}

async function evaluate(journal: Journal, value: EventValue<"evaluated">): Promise<void> {
  await journal.append("evaluated", `${value.solution}/evaluated`, value);
}

async function compare(
  journal: Journal,
  challenger: string,
  incumbent: string,
  gain: number,
): Promise<void> {
  const measured = { gain, standardError: 0.5, probability: gain > 0 ? 0.99 : 0.1 };
  const views: View[] = ["fold-0"];
  const value = { incumbent, challenger, views, ...measured };
  await journal.append("compared", `${challenger}/compared`, value);
}

/** One challenger, measured and decided about. */
async function decide(
  journal: Journal,
  step: string,
  pair: { incumbent: string; challenger: string; gain: number },
): Promise<void> {
  const { incumbent, challenger, gain } = pair;
  const familyProbability = gain > 0 ? 0.99 : 0.1;
  const measured = { gain, standardError: 0.5, familyProbability };
  const views: View[] = ["fold-0"];
  await journal.append("challengers-compared", `${step}/look-1`, {
    step,
    incumbent,
    level: 0.05,
    challengers: [{ id: challenger, views, probability: familyProbability, ...measured }],
  });
  const rule = "significant-gain";
  const facts = {
    rule,
    step,
    incumbent,
    challenger,
    level: 0.05,
    failed: [],
    ...measured,
  } as const;
  await journal.append("decided", `${step}/decided`, {
    ...facts,
    failed: [],
    accepted: gain > 0,
    why: gain > 0 ? "significant, p = 0.01" : "not better",
  });
}
