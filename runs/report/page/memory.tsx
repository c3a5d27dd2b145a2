/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { showGain, showPercent, showPlural, showText } from "../formats.ts";
import type { ReportData } from "../report-data.ts";
import { Chart, Section, Table } from "./parts.tsx";
import { memoryGainChart, usefulnessChart } from "./usefulness-chart.ts";

/** What the run was reminded of by earlier ones, what it cited, and how useful the memory was from run to run. */
export function MemorySection({
  remembered,
  reflected,
}: Pick<ReportData, "remembered" | "reflected">) {
  const calls = remembered.filter(({ items }) => items.length > 0);
  if (calls.length === 0 && reflected === null) return null;
  const rows = calls.flatMap(({ at, role, items, gain }) =>
    items.map(({ id, kind, title, cited }) => [
      showText(at, 80),
      role,
      `${id} (${kind})`,
      showText(title, 120),
      cited ? "cited" : "",
      cited && gain !== null ? showGain(gain) : "–",
    ]),
  );
  const history = reflected?.history ?? [];
  const hasShares = history.filter(({ shown }) => shown > 0).length > 1;
  const hasGains = history.filter(({ gain }) => gain !== null).length > 1;
  return (
    <Section title="Memory of earlier runs" id="memory">
      <Left reflected={reflected} />
      {hasShares ? (
        <Chart
          picture={usefulnessChart(history)}
          note="From run to run: the share of the items shown that were cited (gray), and that were cited by a change that gained (colored)."
        />
      ) : null}
      {hasGains ? (
        <Chart
          picture={memoryGainChart(history)}
          note="From run to run: the mean gain of changes that cited an item."
        />
      ) : null}
      {rows.length === 0 ? (
        <p>It was shown nothing.</p>
      ) : (
        <Table
          label="Items of the memory that were shown"
          head={["call", "role", "item", "topic", "use", "gain"]}
          left={5}
          rows={rows}
        />
      )}
    </Section>
  );
}

function Left({ reflected }: Pick<ReportData, "reflected">) {
  if (reflected === null) return null;
  const { operations, why, history } = reflected;
  if (why !== null) return <p>{`Nothing was learned from this run: ${showText(why, 300)}.`}</p>;
  const { added, merged, deleted } = operations;
  const [shown, cited] = [history.at(-1)?.shown ?? 0, history.at(-1)?.cited ?? 0];
  const share = shown === 0 ? "" : ` (${showPercent(cited / shown)})`;
  return (
    <p>{`It was shown ${showPlural(shown, "item")} and cited ${cited}${share}; it left ${added} new items, ${merged} joined to known ones, ${deleted} deleted.`}</p>
  );
}
