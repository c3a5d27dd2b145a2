/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { allTokens } from "../../ledger.ts";
import type { CostRow } from "../cost.ts";
import {
  showCount,
  showGainWithin,
  showNumber,
  showPercent,
  showPlural,
  showScoreOf,
  showScoreWithin,
  showSeconds,
  showText,
  showUsd,
} from "../formats.ts";
import type { ReportData } from "../report-data.ts";
import type { Summary } from "../summary.ts";
import { barChart, barTitle, timelineChart } from "./bar-charts.ts";
import { curveChart } from "./curve-chart.ts";
import { Chart, Section, Table } from "./parts.tsx";

/** The best score so far over time, and over dollars where any were spent. */
export function Curves({ curve, summary }: Pick<ReportData, "curve" | "summary">) {
  if (curve.length === 0)
    return (
      <Section title="Best score so far" id="curve">
        <p>Nothing has been scored.</p>
      </Section>
    );
  const better = summary.direction === "minimize" ? "lower" : "higher";
  const metric = `${showText(summary.metric ?? "score", 30)} (${better} is better)`;
  const time = curveChart(curve, "seconds", { metric, end: summary.seconds });
  const spent = curve.at(-1)?.usd ?? 0;
  const dollars = spent > 0 ? curveChart(curve, "usd", { metric, end: spent }) : null;
  const outside =
    time.outside === 0 ? "" : ` ${showPlural(time.outside, "score")} far off not drawn.`;
  const note = `The line is the best search score so far, the band its 95 % interval, each dot an attempt.${outside}`;
  return (
    <Section title="Best score so far" id="curve">
      <Chart picture={time.picture} note={note} />
      {dollars === null ? (
        <p>No dollars were spent: there is no curve over them.</p>
      ) : (
        <Chart picture={dollars.picture} note="The same over the dollars spent." />
      )}
    </Section>
  );
}

/** What each ablation found, and what it led to. */
export function Ablations({ ablations }: Pick<ReportData, "ablations">) {
  return (
    <Section title="Ablations" id="ablations">
      {ablations.length === 0 ? <p>No block was taken out.</p> : null}
      {ablations.map(({ solution, variants, summary }) => {
        const bars = variants.flatMap(({ what, importance: value, standardError }) =>
          value === null
            ? []
            : [{ name: what, value, standardError, title: barTitle(what, value, standardError) }],
        );
        return (
          <>
            <h3>
              <code>{showText(solution, 120)}</code>
            </h3>
            {bars.length === 0 ? null : (
              <Chart
                picture={barChart(bars, "loss without it")}
                note="What is lost when a block is changed, with its 95 % interval; positive: the block helps."
              />
            )}
            <p>{showText(summary, 600)}</p>
          </>
        );
      })}
    </Section>
  );
}

/** The weights of the ensemble. */
export function Weights({ blend, summary }: Pick<ReportData, "blend" | "summary">) {
  if (blend === null)
    return (
      <Section title="Ensemble" id="ensemble">
        <p>No ensemble was made.</p>
      </Section>
    );
  const { solution, method, members, weights, score, interval } = blend;
  const bars = members.map((name, index) => {
    const value = weights[index] ?? 0;
    return {
      name,
      value,
      standardError: null,
      title: `${showText(name, 120)}: ${showNumber(value, 3)}`,
    };
  });
  const isBest = solution === summary.bestSolution;
  return (
    <Section title="Ensemble" id="ensemble">
      <p>
        <code>{showText(solution, 120)}</code>, by {method}: {showScoreWithin(score, interval)}
        {isBest ? ", the best solution" : ", not the best solution"}.
      </p>
      <Chart picture={barChart(bars, "weight")} note="The weight of each member." />
    </Section>
  );
}

/** All candidates, best first. */
export function Leaderboard({ places }: Pick<ReportData, "places">) {
  const rows = places
    .slice(0, 50)
    .map(({ rank, attempt, sealed, sealedInterval, isTied }) => [
      `${rank}${isTied ? " ≈" : ""}`,
      <code>{showText(attempt.id, 80)}</code>,
      attempt.verdict ?? "–",
      showScoreWithin(attempt.score, attempt.interval),
      sealed === null ? "–" : showScoreOf(sealed, sealedInterval ?? attempt.interval),
      attempt.gain === null ? "–" : showGainWithin(attempt.gain, attempt.standardError),
      showSeconds(attempt.seconds),
      showUsd(attempt.usd),
    ]);
  const head = ["place", "attempt", "verdict", "search", "sealed", "gain", "time", "cost"];
  return (
    <Section title="Leaderboard" id="leaderboard">
      <Table label="all candidates" head={head} rows={rows} left={3} />
      <p class="note">
        ≈: within the interval of the first. Gains are paired, over the same rows
        {places.length > 50 ? `; ${places.length - 50} more are not listed` : ""}.
      </p>
    </Section>
  );
}

/** When what ran, and what waited for what. */
export function Timeline({ spans }: Pick<ReportData, "spans">) {
  if (spans.length === 0) return null;
  const { picture, leftOut } = timelineChart(spans);
  const waits = [...spans]
    .filter(({ waited }) => (waited ?? 0) > 1)
    .sort((a, b) => (b.waited ?? 0) - (a.waited ?? 0))
    .slice(0, 10)
    .map(({ what, waited, after, start }) => [
      showText(what, 100),
      showText(after ?? "", 100),
      showSeconds(waited ?? 0),
      showSeconds(start),
    ]);
  const left = leftOut === 0 ? "" : ` The ${leftOut} shortest are not drawn.`;
  return (
    <Section title="Timeline" id="timeline">
      <Chart
        picture={picture}
        note={`Executions and model calls; red: failed. A row is a slot.${left}`}
      />
      {waits.length === 0 ? null : (
        <>
          <h3>Longest waits</h3>
          <Table
            label="longest waits"
            head={["what", "waited for", "how long", "began at"]}
            rows={waits}
            left={2}
          />
        </>
      )}
    </Section>
  );
}

/** What was paid for, by role and by model. */
export function Costs({ summary: { cost, usd } }: Pick<ReportData, "summary">) {
  const head = ["", "calls", "tokens", "from cache", "dollars", "time"];
  return (
    <Section title="Cost" id="cost">
      {cost.total.calls === 0 ? (
        <p>No model was asked.</p>
      ) : (
        <>
          <Table
            label="cost by role"
            head={["role", ...head.slice(1)]}
            rows={cost.byRole.map(costCells)}
          />
          <Table
            label="cost by model"
            head={["model", ...head.slice(1)]}
            rows={cost.byModel.map(costCells)}
          />
          <p class="note">All together {showUsd(usd)}.</p>
        </>
      )}
    </Section>
  );
}

function costCells({ name, calls, tokens, cacheHits, usd, seconds }: CostRow): string[] {
  return [
    showText(name, 60),
    String(calls),
    showCount(allTokens(tokens)),
    cacheHits === null ? "–" : showPercent(cacheHits),
    showUsd(usd),
    showSeconds(seconds),
  ];
}

/** The model cards, with the pages that they come from. */
export function Cards({ cards }: Pick<ReportData, "cards">) {
  return (
    <Section title="Model cards" id="cards">
      {cards.length === 0 ? <p>No card was used.</p> : null}
      <ul>
        {cards.map(({ track, name, why, origin, sources }) => (
          <li>
            <strong>{showText(name, 120)}</strong> ({showText(track, 40)}
            {origin === null ? "" : `, ${showText(origin, 40)}`}): {showText(why ?? "", 400)}
            {sources.length === 0 ? null : (
              <ul>
                {sources.map((source) => (
                  <li>
                    <Source {...source} />
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** An address is followed only where it is one of the web. */
function Source({ url, title, license }: ReportData["cards"][number]["sources"][number]) {
  const words = showText(title === "" ? url : title, 160);
  const tail = license === null ? "" : ` (${showText(license, 40)})`;
  if (!/^https?:\/\//u.test(url)) return <span>{`${words} ${showText(url, 200)}${tail}`}</span>;
  return (
    <span>
      <a href={url.slice(0, 2000)} rel="noreferrer noopener">
        {words}
      </a>
      {tail}
    </span>
  );
}

/** How the data were split, and what the screening found in them. */
export function Data({ split, summary }: { split: ReportData["split"]; summary: Summary }) {
  return (
    <Section title="Data" id="data">
      {split === null ? null : (
        <p>
          {`${split.trainRows} training rows, ${split.testRows} test rows, ${split.sealedRows} sealed. Split: ${split.kind}, ${split.strategy}: `}
          {showText(split.why, 300)}
        </p>
      )}
      {summary.findings.length === 0 ? <p>The screening of the data found nothing.</p> : null}
      <ul>
        {summary.findings.map((finding) => (
          <li>{showText(finding, 500)}</li>
        ))}
      </ul>
    </Section>
  );
}

/** What the certificate says, and how it is checked. */
export function CertificateWords({
  certificate,
  summary,
}: Pick<ReportData, "certificate" | "summary">) {
  return (
    <Section title="Certificate" id="certificate">
      {certificate === null ? <p>There is none: the run has not ended.</p> : null}
      <ul>
        {(certificate ?? []).map((line) => (
          <li>{showText(line, 500)}</li>
        ))}
      </ul>
      <p class="note">
        <code>{`mle-star verify ${showText(`${summary.competition}/${summary.run}`, 200)}`}</code>{" "}
        recomputes it.
      </p>
    </Section>
  );
}
