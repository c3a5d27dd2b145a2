import type { Standing } from "../../../runs/batch/frontier.ts";
import { table } from "../terminal/table.ts";

/** Shows how the jobs of a batch stand: on a terminal lines that are redrawn, elsewhere a line for each change. */
export type LiveTable = { show(standings: readonly Standing[]): void; line(text: string): void };

/** So many jobs at work are shown. */
const SHOWN = 20;

export function liveTable(stream: NodeJS.WriteStream, isQuiet: boolean): LiveTable {
  if (isQuiet) return { show: () => undefined, line: () => undefined };
  return stream.isTTY === true ? redrawn(stream) : plain(stream);
}

function redrawn(stream: NodeJS.WriteStream): LiveTable {
  let drawn = 0;
  const clear = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  return {
    line(text) {
      clear();
      stream.write(`${text}\n`);
    },
    show(standings) {
      clear();
      const running = standings.filter(({ state }) => state.kind === "running");
      const rows = running
        .slice(0, SHOWN)
        .map(({ job, attempts }) => [
          `  ${job.id}`,
          attempts === 1 ? "running" : `running, try ${attempts}`,
        ]);
      const lines = [countsLine(standings), ...table(rows)];
      stream.write(lines.map((line) => `${line.slice(0, stream.columns - 1)}\n`).join(""));
      drawn = lines.length;
    },
  };
}

function plain(stream: NodeJS.WriteStream): LiveTable {
  const seen = new Map<string, string>();
  return {
    line: (text) => void stream.write(`${text}\n`),
    show(standings) {
      for (const { job, state, attempts } of standings) {
        const text = `${state.kind}${"why" in state && state.why !== null ? `: ${state.why}` : ""}`;
        const mark = `${attempts} ${text}`;
        if (seen.get(job.id) === mark) continue;
        if (seen.has(job.id) || state.kind !== "waiting")
          stream.write(`${job.id}: ${text} (${countsLine(standings)})\n`);
        seen.set(job.id, mark);
      }
    },
  };
}

/** `3 running, 10 waiting, 40 done, 2 failed of 55`. */
export function countsLine(standings: readonly Standing[]): string {
  const kinds = ["running", "waiting", "done", "failed"] as const;
  const counts = kinds.map((kind) => {
    const count = standings.filter(({ state }) => state.kind === kind).length;
    return `${count} ${kind}`;
  });
  return `${counts.join(", ")} of ${standings.length}`;
}
