/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { readFileSync } from "node:fs";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { showText } from "../formats.ts";
import type { ReportData } from "../report-data.ts";
import { AttemptTree } from "./attempts.tsx";
import { ColumnImportance } from "./column-importance.tsx";
import { Headline } from "./headline.tsx";
import { MemorySection } from "./memory.tsx";
import { Section } from "./parts.tsx";
import {
  Ablations,
  Cards,
  CertificateWords,
  Costs,
  Curves,
  Data,
  Leaderboard,
  Timeline,
  Weights,
} from "./sections.tsx";
import { ToolCalls } from "./tool-calls.tsx";
import { Truth } from "./truth.tsx";

/** The style of all pages. */
export const STYLE = readFileSync(new URL("style.css", import.meta.url), "utf8");

/** Nothing is loaded and nothing runs, whatever a name or a log holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report of a run as one HTML file that needs nothing else; the same run gives the same bytes. */
export function reportPage(data: ReportData): string {
  const { summary } = data;
  const title = showText(`${summary.competition}/${summary.run}`, 120);
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        <style>{raw(STYLE)}</style>
      </head>
      <body>
        <main>
          <RunSections data={data}>
            <Section title="Attempts" id="attempts">
              <p class="note">Each opens to its plan, code, difference, logs, findings and cost.</p>
              <AttemptTree attempts={data.attempts} known={data} />
            </Section>
          </RunSections>
        </main>
      </body>
    </html>
  );
  return `<!doctype html>\n${page}\n`;
}

/** All parts of a page about a run; `children`: its attempts, which stand after the curves. */
export function RunSections({ data, children }: { data: ReportData; children?: Child }) {
  return (
    <>
      <Headline {...data} />
      <Curves {...data} />
      {children}
      <Leaderboard {...data} />
      <Ablations {...data} />
      <Weights {...data} />
      <Truth {...data} />
      <ColumnImportance {...data} />
      <ToolCalls {...data} />
      <Timeline {...data} />
      <Costs {...data} />
      <Cards {...data} />
      <MemorySection {...data} />
      <Data {...data} />
      <CertificateWords {...data} />
    </>
  );
}
