/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import * as Plot from "@observablehq/plot";
import type { Event } from "../events/events.ts";
import type { AttemptDetails } from "../report/attempt-details.ts";
import type { Attempt } from "../report/attempts.ts";
import { bestSoFar } from "../report/best-so-far.ts";
import {
  showBlock,
  showGainWithin,
  showScoreWithin,
  showSeconds,
  showText,
  showUsd,
} from "../report/formats.ts";
import { diffLines } from "../report/page/attempts.tsx";
import { drawBoth, timeAxis, WIDTHS } from "../report/page/draw.ts";
import { Chart, Section, Table } from "../report/page/parts.tsx";
import { summarize } from "../report/summary.ts";
import { pageOf } from "./layout.tsx";
import type { WatchedRun } from "./watched-run.ts";

/** An attempt with its code. */
export type Side = { attempt: Attempt; details: AttemptDetails | null };

/** Two attempts beside each other, and what the second changed against the first. */
export function attemptsPage(
  run: WatchedRun,
  [a, b]: readonly [Side, Side],
  diff: string | null,
): string {
  const facts: [string, (attempt: Attempt) => string][] = [
    ["origin", ({ origin }) => origin],
    [
      "score",
      ({ score, interval, status }) => (score === null ? status : showScoreWithin(score, interval)),
    ],
    [
      "verdict",
      ({ verdict, why }) => (verdict === null ? "–" : `${verdict}: ${showText(why ?? "", 160)}`),
    ],
    [
      "gain",
      ({ gain, standardError }) => (gain === null ? "–" : showGainWithin(gain, standardError)),
    ],
    ["plan", ({ plan }) => showText(plan ?? "–", 400)],
    ["why no score", ({ reason }) => showText(reason ?? "–", 400)],
    ["time", ({ seconds }) => showSeconds(seconds)],
    ["cost", ({ usd }) => showUsd(usd)],
  ];
  const names = [a, b].map(({ attempt }) => showText(attempt.id, 120));
  const rows = facts.map(([name, shown]) => [name, shown(a.attempt), shown(b.attempt)]);
  return pageOf({
    title: names.join(" and "),
    children: (
      <>
        <p class="eyebrow">
          <a href={run.path}>{showText(run.name, 200)}</a>
        </p>
        <h1>Two attempts</h1>
        <div class="wrap">
          <Table label="two attempts" head={["what", ...names]} rows={rows} left={3} />
        </div>
        <Section title="What the second changed" id="diff">
          <pre tabindex={0}>{changeWords(diff)}</pre>
        </Section>
        <Section title="Code" id="code">
          <div class="columns">
            {[a, b].map(({ details }) => (
              <pre tabindex={0}>{details?.code ?? "There is none."}</pre>
            ))}
          </div>
        </Section>
      </>
    ),
  });
}

function changeWords(diff: string | null) {
  if (diff === null) return "The history does not hold the code of both.";
  return diff === "" ? "They hold the same code." : diffLines(showBlock(diff, 200_000));
}

/** Two runs or more: their curves over each other, what they came to, settings that differ. */
export function runsPage(runs: readonly WatchedRun[]): string {
  const rows = runs.map((run) => {
    const summary = summarize(run.events, run.entry.folder);
    return [
      <a href={run.path}>{nameOf(run)}</a>,
      summary.status,
      showText(summary.metric ?? "–", 40),
      showScoreWithin(summary.searchScore, summary.searchInterval),
      showScoreWithin(summary.sealedScore, summary.sealedInterval),
      String(summary.attempts),
      showSeconds(summary.seconds),
      showUsd(summary.usd),
    ];
  });
  const head = ["run", "status", "metric", "search", "sealed", "attempts", "time", "cost"];
  const differing = differences(runs.map(({ events }) => settingsOf(events)));
  return pageOf({
    title: "runs side by side",
    children: (
      <>
        <h1>Runs side by side</h1>
        <Table label="what they came to" head={head} rows={rows} left={3} />
        <Section title="Best score so far" id="curves">
          <Overlay runs={runs} />
        </Section>
        <Section title="Settings that differ" id="settings">
          {differing.length === 0 ? <p>None.</p> : null}
          <div class="wrap">
            <Table
              label="settings that differ"
              head={["setting", ...runs.map(nameOf)]}
              rows={differing}
              left={runs.length + 1}
            />
          </div>
        </Section>
      </>
    ),
  });
}

function nameOf({ name }: WatchedRun): string {
  return showText(name, 120);
}

/** Readable in light and dark, and by who cannot tell red from green; each line also ends in its number. */
const COLORS = [
  "var(--accent)",
  "var(--second)",
  "var(--good)",
  "var(--bad)",
  "var(--muted)",
  "var(--fg)",
];

function Overlay({ runs }: { runs: readonly WatchedRun[] }) {
  const metrics = new Set(runs.map(({ events, entry }) => summarize(events, entry.folder).metric));
  if (metrics.size > 1)
    return <p>Their metrics differ: the curves cannot be laid over each other.</p>;
  const end = Math.max(1, ...runs.map(({ events }) => events.at(-1)?.elapsed ?? 0));
  const { unit, per } = timeAxis(end);
  const lines = runs.flatMap(({ events }, index) => {
    const steps = bestSoFar(events).filter(({ isBest }) => isBest);
    const points = steps.map(({ seconds, best }) => ({
      run: String(index + 1),
      x: seconds / per,
      y: best,
    }));
    const last = points.at(-1);
    return last === undefined
      ? []
      : [...points, { ...last, x: (events.at(-1)?.elapsed ?? 0) / per }];
  });
  if (lines.length === 0) return <p>Nothing has been scored.</p>;
  const picture = drawBoth((width) => ({
    width,
    height: width === WIDTHS.wide ? 320 : 240,
    marginLeft: 60,
    marginRight: 24,
    marginBottom: 44,
    x: { label: unit, labelOffset: 40, nice: true },
    y: { label: showText([...metrics][0] ?? "score", 40), grid: true },
    color: { domain: runs.map((_, index) => String(index + 1)), range: COLORS },
    ariaLabel: "best scores of several runs over time",
    marks: [
      Plot.lineY(lines, {
        x: "x",
        y: "y",
        z: "run",
        stroke: "run",
        curve: "step-after",
        strokeWidth: 2,
      }),
      Plot.text(
        lines,
        Plot.selectLast({ x: "x", y: "y", z: "run", text: "run", fill: "run", dx: 10 }),
      ),
    ],
  }));
  const note = runs.map((run, index) => `${index + 1}: ${nameOf(run)}`).join(" · ");
  return <Chart picture={picture} note={note} />;
}

/** Settings as the run was started with, one level of names. */
function settingsOf(events: readonly Event[]): Record<string, string> {
  const started = events.find((event) => event.type === "run-started")?.value;
  if (started === undefined) return {};
  const { config, seed, model, sandbox, network, version, dataHash } = started;
  const own = typeof config === "object" && config !== null ? config : {};
  const all = { ...own, seed, model, sandbox, network, version, dataHash };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      showText(name, 60),
      showText(JSON.stringify(value) ?? "–", 160),
    ]),
  );
}

function differences(settings: readonly Record<string, string>[]): string[][] {
  const names = [...new Set(settings.flatMap((each) => Object.keys(each)))].sort();
  return names
    .map((name) => [name, ...settings.map((each) => each[name] ?? "–")])
    .filter(([, ...values]) => new Set(values).size > 1);
}
