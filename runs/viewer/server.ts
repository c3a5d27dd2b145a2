import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { certificateWords } from "../certificate/words.ts";
import { UserError } from "../errors.ts";
import { runFiles } from "../record/folder.ts";
import { readHistory } from "../record/history.ts";
import { detailsOf } from "../report/attempt-details.ts";
import { type Attempt, attemptsOf } from "../report/attempts.ts";
import { checksOf } from "../report/leak-findings.ts";
import { attemptBody } from "../report/page/attempts.tsx";
import { reportPage, STYLE } from "../report/page/page.tsx";
import { readReport } from "../report/report-data.ts";
import type { ListRow } from "../report/run-list.ts";
import { batchBody, batchesBody, batchesPage, batchPage } from "./batch-page.tsx";
import { Batches, type MedalsOf } from "./batches.ts";
import { sendRows } from "./changes.ts";
import { attemptsPage, runsPage, type Side } from "./compare-page.tsx";
import { type Access, guard } from "./guard.ts";
import { listBody, listPage, matrixPage } from "./list-page.tsx";
import { runPage } from "./run-page.tsx";
import { RunsFolder } from "./runs-folder.ts";
import type { WatchedRun } from "./watched-run.ts";
import { WatchedRuns } from "./watched-runs.ts";

/** A viewer at work. */
export type Viewer = { url: string; close(): Promise<void> };

export type ViewerOptions = Access & {
  runsDir: string;
  /** 0: one that is free. */
  port: number;
  /** Where git is found. */
  path: string;
  medalsOf: MedalsOf;
};

/** After so long without news a stream says that it is still there. */
const PATIENCE_MS = 10_000;
/** Where runs lie, and what names one there. */
const ROOMS = [
  ["runs", "competition", "id"],
  ["batches", "batch", "competition", "job"],
] as const;

/** A run by room and names; null where there is none. */
type OpenRun = (names: readonly string[]) => Promise<WatchedRun | null>;

const MAX_COMPARED = 6;
const TEXTS = { code: 60_000, diff: 40_000, log: 20_000 };

const browserFile = (name: string) =>
  readFileSync(new URL(`browser/${name}`, import.meta.url), "utf8");

/** Serves all runs of a folder, to look at: nothing that it answers changes anything. */
export async function openViewer(options: ViewerOptions): Promise<Viewer> {
  const { host, port, token } = options;
  const watched = new WatchedRuns();
  const folder = new RunsFolder(options.runsDir, watched);
  const batches = new Batches(options.runsDir, watched, options.medalsOf);
  const app = new Hono();
  app.use(guard({ host, token }));
  addFiles(app);
  addLists(app, folder);
  addBatches(app, batches);
  const open: OpenRun = async ([room, first = "", second = "", third = ""]) => {
    if (room === "runs") return folder.open(first, second);
    return room === "batches" ? batches.openRun(first, `${second}/${third}`) : null;
  };
  addComparison(app, open);
  for (const [room, ...names] of ROOMS) {
    const at = `/${room}/${names.map((name) => `:${name}`).join("/")}`;
    addRun(app, { at, path: options.path }, (context) =>
      open([room, ...names.map((name) => context.req.param(name) ?? "")]),
    );
  }
  app.notFound((context) => context.text("there is no such page\n", 404));
  app.onError((error, context) =>
    context.text(`${error.message}\n`, error instanceof UserError ? 409 : 500),
  );
  const address = host ?? "127.0.0.1";
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const made = serve({ fetch: app.fetch, hostname: address, port }, () => resolve(made));
    made.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new UserError(`${address}:${port} cannot be used (${error.code}); choose another --port`, {
          cause: error,
        }),
      ),
    );
  });
  const { port: taken } = server.address() as AddressInfo;
  const name = address.includes(":") ? `[${address}]` : address;
  const query = token === null ? "" : `?token=${token}`;
  return {
    url: `http://${name}:${taken}/${query}`,
    close: () => closeAll(server, watched),
  };
}

/** Open streams would hold it for ever. */
async function closeAll(server: ReturnType<typeof serve>, watched: WatchedRuns): Promise<void> {
  watched.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  if ("closeAllConnections" in server) server.closeAllConnections();
  await closed;
}

function addFiles(app: Hono): void {
  const style = `${STYLE}\n${browserFile("viewer.css")}`;
  app.get("/style.css", (context) =>
    context.body(style, 200, { "Content-Type": "text/css; charset=utf-8" }),
  );
  for (const name of ["live.js", "list.js", "batch.js"]) {
    const script = browserFile(name);
    const type = { "Content-Type": "text/javascript; charset=utf-8" };
    app.get(`/${name}`, (context) => context.body(script, 200, type));
  }
}

function addLists(app: Hono, folder: RunsFolder): void {
  app.get("/", async (context) => context.html(listPage(await folder.rows())));
  app.get("/matrix", async (context) => {
    const rows = await folder.rows();
    return context.html(matrixPage(rows, labelOf));
  });
  app.get("/live", (context) => sendRows(context, async () => listBody(await folder.rows())));
}

/** The names in an address of a page; none where it cannot be read. */
function namesIn(address: string): string[] {
  try {
    return address.split("/").slice(1).map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return [];
    throw error;
  }
}

/** Several runs, by the addresses of their pages. */
function addComparison(app: Hono, open: OpenRun): void {
  app.get("/compare", async (context) => {
    const wanted = (context.req.queries("run") ?? []).slice(0, MAX_COMPARED);
    const opened = await Promise.all(wanted.map((address) => open(namesIn(address))));
    const runs = opened.filter((run) => run !== null);
    if (runs.length < 2) return context.text("mark two runs or more to compare them\n", 400);
    return context.html(runsPage(runs));
  });
}

function addBatches(app: Hono, batches: Batches): void {
  app.get("/batches", async (context) => context.html(batchesPage(await batches.all())));
  app.get("/batches/live", (context) =>
    sendRows(context, async () => batchesBody(await batches.all())),
  );
  app.get("/batches/:name", async (context) => {
    const seen = await batches.open(context.req.param("name"));
    return seen === null ? context.notFound() : context.html(batchPage(seen));
  });
  app.get("/batches/:name/live", async (context) => {
    const name = context.req.param("name");
    const seen = await batches.open(name);
    if (seen === null) return context.notFound();
    return sendRows(context, async () => batchBody((await batches.open(name)) ?? seen));
  });
}

/** By what the matrix tells settings apart. */
function labelOf({ summary }: ListRow): string {
  return summary === null ? "unreadable" : `${summary.model ?? "–"}, seed ${summary.seed ?? "–"}`;
}

function addRun(
  app: Hono,
  { at, path }: { at: string; path: string },
  opened: (context: Context) => Promise<WatchedRun | null>,
): void {
  app.get(at, async (context) => {
    const run = await opened(context);
    return run === null ? context.notFound() : context.html(runPage(run));
  });
  app.get(`${at}/live`, async (context) => {
    const run = await opened(context);
    if (run === null) return context.notFound();
    const after = Number(context.req.header("last-event-id") ?? context.req.query("after") ?? 0);
    return streamSSE(context, (stream) => follow(run, Number.isInteger(after) ? after : 0, stream));
  });
  app.get(`${at}/attempt`, async (context) => {
    const run = await opened(context);
    const attempt = run === null ? null : attemptAt(run, context.req.query("n"));
    if (run === null || attempt === null) return context.notFound();
    const details = await detailsOf(run.events, [attempt], historyOf(run, path), TEXTS);
    return context.html(attemptBody(attempt, { details, checks: checksOf(run.events) }));
  });
  app.get(`${at}/compare`, async (context) => {
    const run = await opened(context);
    if (run === null) return context.notFound();
    const [a = null, b = null] = (context.req.queries("n") ?? []).map((n) => attemptAt(run, n));
    if (a === null || b === null) return context.text("mark two attempts to compare them\n", 400);
    const history = historyOf(run, path);
    const details = await detailsOf(run.events, [a, b], history, TEXTS);
    const [left, right] = [a, b].map(
      (attempt): Side => ({ attempt, details: details.get(attempt.id) ?? null }),
    );
    if (left === undefined || right === undefined) return context.notFound();
    const areThere = [left, right].every((side) => (side.details?.code ?? null) !== null);
    const diff = areThere ? await history.diff(a.commit, b.commit) : null;
    return context.html(attemptsPage(run, [left, right], diff));
  });
  app.get(`${at}/report`, async (context) => {
    const run = await opened(context);
    if (run === null) return context.notFound();
    const certificate = await certificateWords(run.entry.folder);
    return context.html(reportPage(await readReport(run.entry.folder, { path, certificate })));
  });
}

type Stream = Parameters<Parameters<typeof streamSSE>[1]>[0];

/** Sends what changes until the page goes; one that is slow gets several changes as one. */
async function follow(run: WatchedRun, after: number, stream: Stream): Promise<void> {
  let version = run.page.versionAt(after);
  let seq = after;
  run.enter();
  try {
    while (!stream.aborted && !stream.closed) {
      const change = run.page.changeSince(version, seq);
      [version, seq] = [run.page.version, change.seq];
      await stream.writeSSE({ event: "change", id: String(seq), data: JSON.stringify(change) });
      await run.newerThan(version, PATIENCE_MS);
    }
  } finally {
    run.leave();
  }
}

function attemptAt(run: WatchedRun, n: string | undefined): Attempt | null {
  if (n === undefined || !/^\d{1,7}$/u.test(n)) return null;
  return attemptsOf(run.events)[Number(n)] ?? null;
}

function historyOf(run: WatchedRun, path: string) {
  return readHistory(runFiles(run.entry.folder).history, { path });
}
