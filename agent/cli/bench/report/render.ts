import { showPlural } from "../../../../runs/report/formats.ts";
import type { Compared } from "../../../../tasks/mle-bench/grading/compare.ts";
import { SHARES, type Share } from "../../../../tasks/mle-bench/grading/seeds.ts";
import { csvText } from "../../../../tasks/tables/write-csv.ts";
import { integrityLines } from "../integrity/integrity.ts";
import type { BatchReport, Headline, ReportRow } from "./gather.ts";
import type { Over } from "./over.ts";

/** How shares are called in tables. */
const NAMES: Readonly<Record<Share, string>> = {
  submission_exists: "submitted %",
  valid_submissions: "valid %",
  above_median: "above median %",
  gold_medal: "gold %",
  silver_medal: "silver %",
  bronze_medal: "bronze %",
  any_medal: "any medal %",
};
const SHOWN = SHARES.toReversed().filter((share) => share !== "submission_exists");

type Table = { title: string; head: string[]; rows: string[][] };
type Section = { title: string; lines: string[]; table: Table | null };

export function markdownText(report: BatchReport): string {
  const parts = sectionsOf(report).map(({ title, lines, table }) => {
    const cells = table === null ? [] : [table.head, table.head.map(() => "---"), ...table.rows];
    const rows = cells.map(
      (row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
    );
    return [`## ${title}`, ...lines.map((line) => `${line}\n`), ...rows].join("\n");
  });
  return `# Batch of ${report.createdAt.slice(0, 10)}\n\n${parts.join("\n\n")}\n`;
}

/** One line for each job. */
export function rowsText({ rows }: BatchReport): string {
  const head = ["competition", "configuration", "seed", ...ROW_HEAD.slice(3)];
  const cells = rows.map((row) => rowCells(row).map((cell) => (cell === "–" ? "" : cell)));
  return csvText([head, ...cells]);
}

/** One file that needs no other. */
export function htmlText(report: BatchReport): string {
  const body = sectionsOf(report).map(({ title, lines, table }) =>
    [
      `<h2>${html(title)}</h2>`,
      ...lines.map((line) => `<p>${html(line)}</p>`),
      ...(table === null ? [] : [htmlTable(table)]),
    ].join("\n"),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Batch of ${html(report.createdAt.slice(0, 10))}</title>
<style>body{font:14px/1.5 sans-serif;margin:2em;max-width:80em}div{overflow-x:auto}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:2px 8px;text-align:left}</style></head>
<body><h1>Batch of ${html(report.createdAt.slice(0, 10))}</h1>
${body.join("\n")}
</body></html>
`;
}

function htmlTable({ head, rows }: Table): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${html(cell)}</${tag}>`).join("")}</tr>`;
  return `<div><table>${line(head, "th")}${rows.map((row) => line(row, "td")).join("")}</table></div>`;
}

function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function sectionsOf(report: BatchReport): Section[] {
  const { byCompetition, compared } = report.testScores;
  const hasMedals = report.headlines.length > 0;
  return [
    ...(report.graded ? [] : [NOT_GRADED]),
    ...(hasMedals ? [headlineSection(report)] : []),
    ...(report.comparisons.length === 0 ? [] : [comparisonSection(report)]),
    ...(byCompetition.length === 0 ? [] : [scoreSection(report)]),
    ...(compared.length === 0 ? [] : [scoreComparisonSection(report)]),
    efficiencySection(report),
    ...(hasMedals && report.graded
      ? [
          overSection("Medals over hours", "hours", report.over.hours),
          overSection("Medals over dollars", "dollars", report.over.usd),
        ]
      : []),
    { title: "Competitions", lines: [], table: rowTable(report.rows) },
    integritySection(report),
  ];
}

const NOT_GRADED: Section = {
  title: "Not graded yet",
  lines: ["`mle-star bench grade` grades it."],
  table: null,
};

function headlineSection({ headlines }: BatchReport): Section {
  const lines = [
    "Mean ± standard error of the mean over seeds (ddof 1, 0 for one seed); medals of each seed in brackets. Competitions without a report count as failures.",
  ];
  for (const { configuration, group, missing } of headlines) {
    if (missing.length > 0)
      lines.push(`${configuration}, ${group}: no report of ${missing.join(", ")}.`);
  }
  const head = ["configuration", "competitions", "seeds", ...SHOWN.map((share) => NAMES[share])];
  const rows = headlines.map((headline) => [
    headline.configuration,
    `${groupText(headline)}${headline.extra ? ", extra" : ""}`,
    String(headline.aggregated.seeds),
    ...SHOWN.map((share) => shareCell(headline, share)),
  ]);
  return { title: "Medals", lines, table: { title: "medals", head, rows } };
}

function groupText({ group, aggregated }: Headline): string {
  return aggregated.seeds === 0 ? group : `${group} (${aggregated.competitions})`;
}

function shareCell({ aggregated }: Headline, share: Share): string {
  // Nothing is graded yet, or nothing could be.
  if (aggregated.seeds === 0) return "–";
  const { mean, standard_error } = aggregated.shares[share];
  return `${mean.toFixed(2)} ± ${standard_error.toFixed(2)} (${aggregated.counts[share].join(", ")})`;
}

function comparisonSection({ comparisons }: BatchReport): Section {
  const head = [
    "first",
    "second",
    "pairs",
    "any medal, second − first",
    "95 % interval",
    "verdict",
  ];
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const rows = comparisons.map((each: Compared & { first: string; second: string }) => [
    each.first,
    each.second,
    String(each.pairs),
    `${percent(each.difference)} (${each.medals.toFixed(1)} medals a seed)`,
    each.interval.map(percent).join(" to "),
    each.verdict,
  ]);
  const line = "Paired by competition and seed; competitions are drawn whole.";
  return { title: "Configurations", lines: [line], table: { title: "", head, rows } };
}

function scoreSection({ testScores, efficiency }: BatchReport): Section {
  const names = efficiency.map(({ configuration }) => configuration);
  const rows = testScores.byCompetition.map(({ competition, direction, means, seeds }) => [
    competition,
    direction === "minimize" ? "lower" : "higher",
    ...means.map((mean, index) =>
      mean === null ? "–" : `${number(mean)} (${showPlural(seeds[index] ?? 0, "seed")})`,
    ),
  ]);
  const lines = ["Means over seeds, on the test rows."];
  const head = ["competition", "better is", ...names];
  return { title: "Test scores", lines, table: { title: "", head, rows } };
}

function scoreComparisonSection({ testScores }: BatchReport): Section {
  const head = ["first", "second", "second better", "worse", "same", "p (sign test)", "verdict"];
  const rows = testScores.compared.map((each) => [
    each.first,
    each.second,
    String(each.better),
    String(each.worse),
    String(each.same),
    number(each.pValue),
    each.verdict,
  ]);
  const lines = [
    "Paired by competition and seed; each competition counts once, whatever its metric. Fewer than 6 competitions that differ can show no difference.",
  ];
  return { title: "Configurations by test score", lines, table: { title: "", head, rows } };
}

function efficiencySection({ efficiency }: BatchReport): Section {
  const head = [
    "configuration",
    "medals",
    "hours",
    "dollars",
    "tokens",
    "medals an hour",
    "medals a dollar",
  ];
  const rows = efficiency.map(({ configuration, medals, hours, usd, tokens }) => [
    configuration,
    String(medals),
    hours.toFixed(2),
    usd === null ? "unknown" : usd.toFixed(2),
    String(tokens),
    ratio(medals, hours),
    ratio(medals, usd),
  ]);
  return { title: "Spend", lines: [], table: { title: "", head, rows } };
}

/** A column for each step: medals of the runs that had used no more when they ended. */
function overSection(title: string, unit: string, over: readonly Over[]): Section {
  const head = ["configuration", ...(over[0]?.steps ?? []).map(({ most }) => `≤ ${number(most)}`)];
  const rows = over.map(({ configuration, steps }) => [
    configuration,
    ...steps.map(({ medals, runs }) => `${medals} of ${runs}`),
  ]);
  const unknown = over.reduce((sum, each) => sum + each.unknown, 0);
  const lines = [`Medals, and runs, by the ${unit} that a run had used when it ended.`];
  if (unknown > 0) lines.push(`${unknown} runs are left out: what they cost is not known.`);
  return { title, lines, table: { title, head, rows } };
}

function ratio(medals: number, of: number | null): string {
  return of === null || of === 0 ? "–" : (medals / of).toFixed(3);
}

const ROW_HEAD = [
  "competition",
  "configuration",
  "seed",
  "score",
  "medal",
  "above median",
  "gold",
  "silver",
  "bronze",
  "median",
  "thresholds from",
  "to bronze",
  "percentile",
  "percentile from",
  "search score",
  "search score by",
  "sealed score",
  "sealed interval",
  "held the test score",
  "dollars",
  "tokens",
  "hours",
  "note",
];

function rowTable(rows: readonly ReportRow[]): Table {
  return { title: "competitions", head: ROW_HEAD, rows: rows.map(rowCells) };
}

function rowCells(row: ReportRow): string[] {
  const thresholds = row.thresholds;
  return [
    row.competition,
    row.configuration,
    String(row.seed),
    number(row.score),
    row.medal ?? (row.thresholds === null ? "–" : "none"),
    yesNo(row.aboveMedian),
    number(thresholds?.gold_threshold ?? null),
    number(thresholds?.silver_threshold ?? null),
    number(thresholds?.bronze_threshold ?? null),
    number(thresholds?.median_threshold ?? null),
    row.thresholdsFrom ?? "–",
    number(row.distanceToBronze),
    ...percentileCells(row),
    number(row.searchScore),
    row.searchScore === null ? "–" : (row.mode ?? "–"),
    number(row.sealedScore),
    row.sealedInterval === null ? "–" : row.sealedInterval.map(number).join(" to "),
    yesNo(row.intervalHeld),
    row.usd === null ? "unknown" : row.usd.toFixed(2),
    String(row.tokens),
    row.hours.toFixed(3),
    row.note ?? "",
  ];
}

/** The percentile, and what it is of. */
function percentileCells({ percentile, percentileIsEstimated }: ReportRow): [string, string] {
  if (percentile === null) return ["–", "–"];
  return [percentile.toFixed(1), percentileIsEstimated ? "thresholds" : "leaderboard"];
}

function number(value: number | null): string {
  return value === null ? "–" : String(Number(value.toPrecision(6)));
}

function yesNo(value: boolean | null): string {
  return value === null ? "–" : value ? "yes" : "no";
}

function integritySection({ integrity, looked }: BatchReport): Section {
  const { hardware } = integrity;
  const lines = [
    `Models: ${integrity.models.join(", ") || "none"}.`,
    `Hardware: ${hardware.cpus} CPUs (${hardware.cpu}), ${hardware.memoryGb} GB memory.`,
    `Wall clock of all runs: ${integrity.hours.toFixed(2)} hours.`,
    `Network of scripts: ${integrity.network.join(", ") || "none"}. Sandbox: ${integrity.sandboxes.join(", ") || "none"}.`,
    `External knowledge: ${integrity.benchmarkRuns} of ${integrity.runs} runs kept pages about their competition out; ${integrity.blockedPages} pages and queries were blocked.`,
    "No score, medal or threshold of the test set reaches a run: submissions are graded after the runs, in processes of their own.",
    `Hash of the briefs that every prompt begins with: ${integrity.promptsHash ?? "none"}.`,
    `Certificates: ${integrity.certificates.filter(({ sha256 }) => sha256 !== null).length} of ${integrity.certificates.length} runs.`,
    `Self-reported runs: ${integrity.selfReported.join(", ") || "none"}.`,
  ];
  lines.push(
    ...(looked === null
      ? ["Similarity to public kernels and questions about the rules: `mle-star bench integrity`."]
      : integrityLines(looked)),
  );
  return { title: "Integrity", lines, table: null };
}
