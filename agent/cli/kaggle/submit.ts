import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { confirm } from "@clack/prompts";
import { Command } from "@commander-js/extra-typings";
import * as z from "zod";
import { RunRefused, UserError } from "../../../runs/errors.ts";
import { findRun, runFiles } from "../../../runs/record/folder.ts";
import {
  notePublicScore,
  type PublicScore,
  readPublicScores,
} from "../../../runs/record/public-scores.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";
import { attemptsOf } from "../../../runs/report/attempts.ts";
import { showPlural } from "../../../runs/report/formats.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { readStarted } from "../again/past.ts";
import { readEnvironment } from "../environment.ts";
import { lastLine, runClient } from "../open/python-client.ts";
import { openProgress } from "../terminal/progress.ts";
import { kaggleCommand, mustHaveCredentials, rulesOf, wantsRules } from "./client.ts";
import { kaggleFolder } from "./download.ts";

/** Kaggle's client asks its servers no more often. */
const POLL_SECONDS = 10;

/** `mle-star submit <run>`: sends the submission of a run to Kaggle, after a yes, and notes the public score. */
export function submitCommand() {
  return new Command("submit")
    .description(
      "Submit what a run made to Kaggle. The public score is noted with the run; nothing is decided by it.",
    )
    .argument("[run]", "run id, competition, folder or latest", "latest")
    .option(
      "--competition <slug>",
      "the competition's name on Kaggle, for a run of your own folder",
    )
    .option("--yes", "do not ask")
    .option("--wait <seconds>", "how long to wait for the score", "300")
    .option("--kaggle <command>", "the command of Kaggle's own client")
    .option("--runs-dir <folder>", "where runs are kept", "runs")
    .option("--json", "print one JSON object")
    .action(async (run, { competition, yes, wait, kaggle, runsDir, json }) => {
      const progress = openProgress(
        process.stderr,
        json === true,
        redactorOf(secretsOf(process.env)),
      );
      try {
        const seconds = Number(wait);
        if (!(seconds >= 0)) throw new UserError(`--wait ${wait}: expected seconds`);
        const sending = await readSubmission(await findRun(runsDir, run), competition ?? null);
        mustHaveCredentials(readEnvironment());
        const command = await kaggleCommand(kaggle, readEnvironment(), progress.line);
        const left = await mayStillSubmit(command, sending.slug);
        if (yes !== true) await mustAgree(sending, left);
        const score = await send(command, sending, seconds);
        process.stdout.write(json ? `${JSON.stringify(score)}\n` : textOf(score));
      } finally {
        progress.close();
      }
    });
}

/** What would be sent, and with which message. */
type Sending = {
  folder: string;
  slug: string;
  file: string;
  sha256: string;
  message: string;
  before: PublicScore[];
};

async function readSubmission(folder: string, wanted: string | null): Promise<Sending> {
  const { events, started } = await readStarted(folder);
  const written = events.findLast((event) => event.type === "submission-written")?.value;
  if (written === undefined) throw new RunRefused(`${folder}: the run submitted nothing`);
  const { submission: file } = runFiles(folder);
  const bytes = await readFile(file);
  if (sha256(bytes) !== written.sha256)
    throw new RunRefused(
      `${file} is not what the run wrote: repeat \`mle-star run\` to restore it`,
    );
  const { id, folder: data } = started.competition;
  const isKaggle =
    typeof data === "string" && data === kaggleFolder(readEnvironment(), basename(data));
  const slug = wanted ?? (isKaggle ? basename(data) : null);
  if (slug === null)
    throw new UserError(
      `${id} is not from Kaggle; name the competition there with --competition <slug>`,
    );
  const commit = attemptsOf(events).find((each) => each.id === written.solution)?.commit ?? null;
  const run = `${basename(dirname(folder))}/${basename(folder)}`;
  const message = `mle-star ${run} ${commit === null ? "constant" : commit.slice(0, 12)}`;
  const before = (await readPublicScores(folder)).filter((each) => each.sha256 === written.sha256);
  return { folder, slug, file, sha256: written.sha256, message, before };
}

const Limits = z.object({
  numToday: z.number().default(0),
  numTotal: z.number().default(0),
  numAllowedNow: z.number().default(0),
});

/** How many submissions Kaggle still allows today; null for who is on no team yet. Throws `UserError` at none. */
async function mayStillSubmit(command: string, slug: string): Promise<number | null> {
  const { code, said } = await runClient(command, [
    "competitions",
    "submission-limits",
    slug,
    "--json",
  ]);
  if (wantsRules(said))
    throw new UserError(`accept the rules of ${slug} at ${rulesOf(slug)}, and repeat the command`);
  const [text = ""] = /\{[\s\S]*\}/u.exec(said) ?? [];
  if (code !== 0 || text === "")
    throw new UserError(`${slug}: Kaggle does not say what is still allowed: ${lastLine(said)}`);
  const { numToday, numTotal, numAllowedNow } = Limits.parse(JSON.parse(text));
  if (numAllowedNow > 0) return numAllowedNow;
  if (numTotal === 0 && numToday === 0) return null;
  throw new UserError(
    `${slug} allows no further submission today (${showPlural(numToday, "submission")} made)`,
  );
}

async function mustAgree(
  { slug, file, message, before }: Sending,
  left: number | null,
): Promise<void> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true)
    throw new UserError(`nothing was submitted to ${slug}: confirm it with --yes`);
  const again = before.length === 0 ? "" : " This very file was submitted already.";
  const room = left === null ? "" : ` ${left} left today.`;
  const isWanted = await confirm({
    message: `Submit ${file} to ${slug} as "${message}"?${room}${again}`,
  });
  if (isWanted !== true) throw new UserError(`nothing was submitted to ${slug}`);
}

async function send(command: string, sending: Sending, wait: number): Promise<PublicScore> {
  const { folder, slug, file, message } = sending;
  const args = ["competitions", "submit", slug, "-f", file, "-m", message, "-q"];
  const { code, said } = await runClient(command, args);
  if (code !== 0) throw new UserError(`${slug} took no submission: ${lastLine(said)}`);
  const pending = {
    competition: slug,
    message,
    sha256: sending.sha256,
    at: new Date().toISOString(),
  };
  let score: PublicScore = { ...pending, status: "pending", score: null };
  await notePublicScore(folder, score);
  for (let left = wait; score.status === "pending"; left -= POLL_SECONDS) {
    score = { ...score, ...(await askScore(command, slug, message)) };
    if (score.status !== "pending" || left < POLL_SECONDS) break;
    await sleep(POLL_SECONDS * 1000);
  }
  await notePublicScore(folder, score);
  return score;
}

const Listed = z.array(
  z.looseObject({
    description: z.string().nullish(),
    status: z.unknown(),
    publicScore: z.string().nullish(),
  }),
);

async function askScore(
  command: string,
  slug: string,
  message: string,
): Promise<Pick<PublicScore, "status" | "score">> {
  const { said } = await runClient(command, [
    "competitions",
    "submissions",
    slug,
    "--format",
    "json",
    "-q",
  ]);
  const [text = "[]"] = /\[[\s\S]*\]/u.exec(said) ?? [];
  const own = Listed.parse(JSON.parse(text)).find(({ description }) => description === message);
  const status = String(own?.status ?? "").toLowerCase();
  if (status.includes("error")) return { status: "error", score: null };
  const score = own?.publicScore ?? "";
  if (!status.includes("complete") || score === "") return { status: "pending", score: null };
  return { status: "complete", score };
}

function textOf({ competition, message, status, score }: PublicScore): string {
  const said = {
    complete: `public score ${score}`,
    pending: "not scored yet; it is on the competition's page",
    error: "Kaggle could not score it; its page says why",
  };
  return `${competition}: submitted as "${message}", ${said[status]}\n`;
}
