/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Job } from "../batch/matrix.ts";
import { showText } from "../report/formats.ts";
import type { Place } from "./watched-run.ts";

/** A page of the viewer. Its scripts are files: the server's policy allows no others. */
export function pageOf({ title, script = null, children }: LayoutProps): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${showText(title, 120)} · mle-star`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/style.css" />
        {script === null ? null : <script src={`/${script}`} defer></script>}
      </head>
      <body>
        <nav aria-label="pages">
          <a href="/">runs</a>
          <a href="/matrix">matrix</a>
          <a href="/batches">batches</a>
        </nav>
        <main class="broad">{children}</main>
      </body>
    </html>
  );
  return `<!doctype html>\n${page}\n`;
}

type LayoutProps = {
  title: string;
  script?: "live.js" | "list.js" | "batch.js" | null;
  children?: Child;
};

/** The address of a run's page. */
export function runPath({ competition, id }: { competition: string; id: string }): string {
  return `/runs/${encodeURIComponent(competition)}/${encodeURIComponent(id)}`;
}

/** Where a run that `listRuns` lists is looked at. */
export function placeOfRun(run: { competition: string; id: string }): Place {
  return { name: `${run.competition}/${run.id}`, path: runPath(run), batch: null };
}

/** Where the run of a job is looked at. */
export function placeOfJob(batch: string, { competition, configuration, seed }: Job): Place {
  const job = `${configuration.name}-seed-${seed}`;
  const path = `${batchPath(batch)}/${encodeURIComponent(competition.id)}/${encodeURIComponent(job)}`;
  const above = { name: batch, path: batchPath(batch) };
  return { name: `${batch}: ${competition.id}/${job}`, path, batch: above };
}

/** The address of a batch's page. */
export function batchPath(name: string): string {
  return `/batches/${encodeURIComponent(name)}`;
}
