/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { showPlural, showSeconds } from "../formats.ts";
import type { ReportData } from "../report-data.ts";
import { Section, Table } from "./parts.tsx";

/** Most calls that are listed; their number is told in full. */
const MAX_ROWS = 200;

/** What models looked at and did with tools; nothing where none had any. */
export function ToolCalls({ toolWork: { uses, turns } }: Pick<ReportData, "toolWork">) {
  if (uses.length === 0 && turns.length === 0) return null;
  const shown = uses.slice(0, MAX_ROWS);
  const refused = uses.filter(({ isError }) => isError).length;
  return (
    <Section title="Tool calls" id="tool-calls">
      <p class="note">
        {showPlural(uses.length, "call")}, {refused} refused. Only what <code>score</code> and{" "}
        <code>ablate</code> ran was scored, by the referee; everything else looked at training rows.
      </p>
      {turns.length === 0 ? null : (
        <Table
          label="Turns"
          head={["model", "turn", "scripts scored", "ended because"]}
          rows={turns.map(({ turn, model, attempts, why }) => [model, turn, attempts, why])}
        />
      )}
      <Table
        label="Tool calls"
        head={["place", "role", "tool", "called with", "took"]}
        left={4}
        rows={shown.map(({ at, role, tool, what, isError, seconds }) => [
          at,
          role,
          tool,
          what,
          isError ? "refused" : showSeconds(seconds),
        ])}
      />
      {uses.length > shown.length ? (
        <p class="note">{uses.length - shown.length} more stand in the journal.</p>
      ) : null}
    </Section>
  );
}
