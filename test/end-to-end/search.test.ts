import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Event } from "../../runs/events/events.ts";
import { readEvents } from "../../runs/record/journal-lines.ts";
import { saying, startMessagesServer } from "../fakes/servers/messages-server.ts";
import { openWeb, type Web } from "../fakes/web.ts";
import { writeWages } from "./made-competition.ts";
import { mleStar, runCommand } from "./program.ts";
import { answerTo } from "./scripted-answers.ts";

const RIDGE = `from sklearn.linear_model import Ridge
model = Ridge().fit(X_train, y_train)
prediction = model.predict(X_test)`;
const BROKEN = "import no_such_library_at_all\nno_such_library_at_all.fit()";
const WRONG = "from sklearn.linear_model import Ridge\nRidge().predict(X_test)";

let root: string;
let wages: string;
let web: Web;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-search-"));
  wages = await writeWages(join(root, "secret-wages-of-nowhere"));
  const page = (url: string, text: string) => ({ title: "A page", url, text, score: 1 });
  const results = [
    page("https://good.example.org/ridge", "Ridge regression is a strong baseline for tables."),
    page("https://bad.example.org/", "Winning solution of Secret Wages of Nowhere in full."),
    page("https://www.kaggle.com/c/secret-wages-of-nowhere", "Overview"),
  ];
  web = await openWeb({
    "/search": (_, response) => response.end(JSON.stringify({ results })),
    "/tavily/search": (_, response) => response.writeHead(401).end("no"),
  });
});
afterAll(async () => {
  await web.close();
  await rm(root, { recursive: true, force: true });
});

const variables = () => ({
  EXA_API_KEY: "exa-key-123",
  EXA_BASE_URL: web.url,
  MLE_STAR_SEARCH: "exa",
});

test("a benchmark run searches, reads, tries and chooses its cards, and certifies what it read", async () => {
  const card = (modelName: string, family: string, exampleCode: string, sources: string[]) => ({
    modelName,
    family,
    exampleCode,
    why: "it fits",
    sources,
  });
  const cards = [
    card("Broken", "broken", BROKEN, []),
    card("Wrong", "wrong", WRONG, ["https://invented.example.org/"]),
    card("Ridge", "ridge", RIDGE, ["https://good.example.org/ridge"]),
  ];
  await using server = await startMessagesServer(({ prompt }) =>
    saying(prompt.includes("Name the models") ? JSON.stringify({ cards }) : answerTo(prompt)),
  );
  const mine = join(root, "mine.yaml");
  await writeFile(mine, "modelName: My own\nfamily: own\nexampleCode: mine()\n");
  const runs = join(root, "runs");
  const settings = ["tracks=1", "candidates=2", "attempts=1", "outerSteps=0", "modelSearch=false"];
  const flags = ["--benchmark", "--card", mine, "--json"];
  const ended = await mleStar(runCommand(wages, { runs, id: "one", settings, flags }), {
    ...variables(),
    ANTHROPIC_BASE_URL: server.url,
  });
  expect(ended).toMatchObject({ code: 0 });
  const folder = join(runs, "secret-wages-of-nowhere", "one");
  const events: readonly Event[] = await readEvents(join(folder, "journal.jsonl"));
  const value = (key: string) => events.find((event) => event.key === key)?.value;

  expect(value("retrieve/exa/baseline")).toMatchObject({
    hits: [{ url: "https://good.example.org/ridge" }],
    blocked: [
      { what: "https://bad.example.org/", why: "it names the competition" },
      { what: "https://www.kaggle.com/c/secret-wages-of-nowhere" },
    ],
  });
  expect(value("track-1/retrieve/probe")).toMatchObject({
    cards: [
      { modelName: "Broken", imports: false },
      { modelName: "Wrong", imports: true, ran: false },
      { modelName: "Ridge", imports: true, ran: true },
    ],
  });
  expect(value("track-1/retrieve/chosen")).toMatchObject({
    cards: [
      { modelName: "My own", origin: "user" },
      {
        modelName: "Ridge",
        library: expect.stringMatching(/^scikit-learn \d/u),
        seen: [{ url: "https://good.example.org/ridge" }],
      },
    ],
  });
  const certificate = JSON.parse(await readFile(join(folder, "certificate.json"), "utf8"));
  expect(JSON.stringify(certificate.body.searches)).toContain("it names the competition");
  expect(certificate.body.searches.read).toMatchObject([{ url: "https://good.example.org/ridge" }]);
  expect(JSON.stringify(events)).not.toContain("exa-key-123");

  const verified = await mleStar(["verify", folder, "--json"]);
  expect(verified).toMatchObject({ code: 0 });
});

test("`search test` prints what each place gives, and fails when none answers", async () => {
  const both = { ...variables(), TAVILY_API_KEY: "k", TAVILY_BASE_URL: `${web.url}/nowhere` };
  const args = ["search", "test", "tabular regression", "--provider", "catalogue,exa,tavily"];
  const { code, stdout } = await mleStar([...args, "--limit", "2"], both);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^catalogue: 2 results/mu);
  expect(stdout).toMatch(/^exa: 3 results in [\d.]+ s, \$0\.005$/mu);
  expect(stdout).toContain("https://good.example.org/ridge");
  const alone = await mleStar(["search", "test", "x", "--provider", "tavily", "--json"], {
    TAVILY_API_KEY: "k",
    TAVILY_BASE_URL: `${web.url}/tavily/`,
  });
  expect(alone.code).toBe(1);
  expect(JSON.parse(alone.stdout).answers[0].failure).not.toBeNull();
});

test("what cannot be searched is one line", async () => {
  for (const [args, said] of [
    [["--search", "gogle"], 'search "gogle": expected none, auto, or a list of tavily'],
    [["--search", "tavily"], "search tavily: set TAVILY_API_KEY"],
    [["--search", "kaggle", "--benchmark"], "search kaggle: not allowed in benchmark mode"],
    [["--card", join(root, "none.yaml")], "card "],
  ] as const) {
    const { code, stderr } = await mleStar(["run", wages, "--sandbox", "process", ...args]);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n").at(-1)).toContain(`error: ${said}`);
  }
});
