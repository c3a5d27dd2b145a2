import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, inflateSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failing, saying, startMessagesServer } from "../fakes/servers/messages-server.ts";
import { writeWages } from "./made-competition.ts";
import { mleStar, runCommand } from "./program.ts";
import { answerTo } from "./scripted-answers.ts";

let root: string;
let wages: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-secrets-"));
  wages = await writeWages(join(root, "wages"), 300);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const planted = {
  key: "planted-key-4f1c9a7e55",
  token: "planted-hub-token-77d2",
  user: "planteduser88",
  password: "planted-pass-word-31",
  header: "planted-header-value-90",
};

/** A script that prints every environment it can read: its own and those of the processes above it. */
const SNOOPING = `# --- imports and settings
import csv, glob, os
for place in glob.glob("/proc/[0-9]*/environ"):
    try:
        print(open(place, "rb").read().decode("latin1").replace("\\0", "\\n"))
    except OSError:
        pass
print(dict(os.environ))

# --- read
with open("./input/test.csv") as file:
    test = list(csv.DictReader(file))

# --- model
level = 50.0

# --- write
with open("./submission.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["id", "pay"])
    writer.writerows([(row["id"], level) for row in test])
`;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** The bytes of a file, also those that git has packed. */
async function contentOf(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  const texts = [bytes.toString("latin1")];
  if (file.includes("/objects/")) {
    try {
      texts.push(inflateSync(bytes).toString("latin1"));
    } catch {
      // A pack or an index: no loose object.
      texts.push("");
    }
  }
  return texts;
}

/** A server that quotes every secret it can, in errors and in scripts. */
function leakingServer(bodies: string[]) {
  return startMessagesServer(({ count, prompt, headers }) => {
    bodies.push(prompt);
    const secrets = `${headers.authorization} ${headers["x-api-key"]} ${planted.token}`;
    if (count === 2) return failing(500, `no capacity for ${secrets}`);
    if (prompt.includes('# Model\n"line number 1"'))
      return saying(`\`\`\`python\n# ${secrets}\n${SNOOPING}\`\`\``);
    if (prompt.startsWith("# Task\nPlan another change"))
      return failing(400, `refused: ${secrets}`);
    return saying(answerTo(prompt));
  });
}

/** Runs the program and bundles what it left: all that was said and all that lies there, as texts. */
async function everythingOf(
  id: string,
  address: string,
): Promise<{ code: number | null; texts: string[] }> {
  const environment = {
    ANTHROPIC_BASE_URL: address,
    ANTHROPIC_API_KEY: planted.key,
    HF_TOKEN: planted.token,
    OTEL_EXPORTER_OTLP_HEADERS: `x-key=${planted.header}`,
  };
  const runs = join(root, "runs");
  const settings = ["tracks=1", "candidates=2", "attempts=2", "ablationVariants=1"];
  const ended = await mleStar(runCommand(wages, { runs, id, settings }), environment);
  const out = join(root, `${id}.tar.gz`);
  const which = ["runs", "bundle", id, "--runs-dir", runs, "--out", out];
  const bundled = await mleStar(which, environment);
  expect(bundled).toMatchObject({ code: 0 });
  const texts = [ended.stdout, ended.stderr, bundled.stdout, bundled.stderr];
  texts.push(gunzipSync(await readFile(out)).toString("latin1"));
  for (const file of await filesBelow(join(runs, "wages", id)))
    texts.push(...(await contentOf(file)));
  return { code: ended.code, texts };
}

function expectClean(texts: readonly string[]): void {
  for (const secret of Object.values(planted)) {
    const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
    for (const form of forms) expect(texts.filter((text) => text.includes(form))).toEqual([]);
  }
}

// At once, since each waits half a minute for a model that was refused.
test.concurrent("no file of a run and nothing it prints holds a key, however hard model, server and scripts try", async ({
  expect,
}) => {
  const bodies: string[] = [];
  await using server = await leakingServer(bodies);
  const { code, texts } = await everythingOf("snooped", server.url);
  expect(code).toBe(0);
  expectClean([...texts, ...bodies]);
  // They did try: what was hidden stands in the journal, the scripts, the history and the bundle.
  expect(texts.filter((text) => text.includes("(secret)")).length).toBeGreaterThan(2);
  expect(texts.length).toBeGreaterThan(20);
});

test.concurrent("an address with a user in it is hidden, also in the fault of a run that it ends", async ({
  expect,
}) => {
  await using server = await leakingServer([]);
  const user = `${planted.user}:${planted.password}`;
  const { texts } = await everythingOf("user", server.url.replace("http://", `http://${user}@`));
  expectClean(texts);
  expect(texts.join("\n")).toContain("(secret)");
});
