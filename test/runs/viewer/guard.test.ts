import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { freshFolder, journalRun } from "../journal-fixture.ts";
import { ask, viewerOf } from "./viewer-fixture.ts";

const foreign: [string, Record<string, string>][] = [
  ["another host", { host: "evil.example" }],
  ["another host at the same port", { host: "evil.example:PORT" }],
  ["a host that only begins like ours", { host: "127.0.0.1.evil.example:PORT" }],
  ["the origin of another site", { origin: "https://evil.example" }],
  ["the origin of another port", { origin: "http://127.0.0.1:1" }],
  ["no origin, from a file", { origin: "null" }],
  ["a request by another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
  [
    "a frame of another site",
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
  ],
];

test.each(foreign)("nothing is answered to %s", async (_, headers) => {
  await using viewer = await viewerOf();
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value.replace("PORT", String(viewer.port)),
    ]),
  );
  for (const path of ["/", "/runs/houses/r1", "/runs/houses/r1/live", "/live.js"]) {
    const { status, text } = await ask(viewer.port, path, { headers: sent });
    expect([status, text.includes("houses")]).toEqual([403, false]);
  }
});

test("its own pages, a link from elsewhere, and the usual names of this machine are answered", async () => {
  await using viewer = await viewerOf();
  const own = `127.0.0.1:${viewer.port}`;
  const visit: Record<string, string> = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
  const same: Record<string, string> = { origin: `http://${own}` };
  const other: Record<string, string> = { host: `localhost:${viewer.port}` };
  for (const headers of [same, other, visit]) {
    const answer = await ask(viewer.port, "/", { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers["content-security-policy"]).toContain(
      "default-src 'none'; script-src 'self'",
    );
    expect(answer.headers["x-frame-options"]).toBe("DENY");
  }
});

test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])(
  "%s is refused: it only shows",
  async (method) => {
    await using viewer = await viewerOf();
    expect((await ask(viewer.port, "/runs/houses/r1", { method })).status).toBe(403);
  },
);

test.each([
  "/runs/../../../../etc/passwd",
  "/runs/houses/..%2f..%2fetc",
  "/runs/%2e%2e/secret",
  "/runs/houses/%2e%2e",
  "/runs/houses/r1/../../../secret",
  "/runs/houses/r1%00/live",
  "/runs/houses/latest",
  "/runs/houses/r1/journal.jsonl",
  "/runs/houses/r1/referee/labels/sealed.npz",
  "/runs/houses/r1/attempt?n=../../journal.jsonl",
  "/runs/houses/r1/attempt?n=-1",
  "/..%5c..%5cetc/passwd",
  "/%",
])("%s is nothing that is there", async (path) => {
  await using viewer = await viewerOf();
  await mkdir(join(viewer.root, "..", "secret"), { recursive: true });
  await journalRun(join(viewer.root, "..", "secret", "journal.jsonl"));
  const { status, text } = await ask(viewer.port, path);
  expect([400, 404]).toContain(status);
  expect(text).not.toMatch(/House prices|root:/u);
});

test("links out of the runs folder lead nowhere: of a competition, of a run, of a journal", async () => {
  await using viewer = await viewerOf();
  const outside = await freshFolder();
  const secret = join(outside, "secret", "r9");
  await mkdir(secret, { recursive: true });
  await journalRun(runFiles(secret).journal);
  await symlink(join(outside, "secret"), join(viewer.root, "linked"));
  await symlink(secret, join(viewer.root, "houses", "r9"));
  const hollow = join(viewer.root, "houses", "r8");
  await mkdir(hollow);
  await symlink(runFiles(secret).journal, runFiles(hollow).journal);
  const hidden = await createRun(viewer.root, "houses", "r7");
  await journalRun(runFiles(hidden).journal);
  await symlink(join(outside, "history.git"), runFiles(hidden).certificate);
  await writeFile(join(outside, "history.git"), "answers");
  for (const path of [
    "/runs/linked/r9",
    "/runs/houses/r9",
    "/runs/houses/r8",
    "/runs/houses/r8/report",
    "/runs/houses/r7/report",
  ])
    expect([path, (await ask(viewer.port, path)).status]).toEqual([path, 404]);
  expect((await ask(viewer.port, "/")).text).not.toMatch(/r[789]\b/u);
});

test("a journal that is swapped for a link while it is looked at shows nothing of what the link names", async () => {
  await using viewer = await viewerOf();
  const { journal } = runFiles(viewer.folder);
  expect((await ask(viewer.port, "/runs/houses/r1")).text).toContain("House prices");
  const secret = join(await freshFolder(), "secret.jsonl");
  await writeFile(secret, '{"v":1,"secret":"answers"}\n'.repeat(10_000));
  await rename(journal, `${journal}.old`);
  await symlink(secret, journal);
  for (const path of [
    "/runs/houses/r1",
    "/runs/houses/r1/attempt?n=0",
    "/runs/houses/r1/report",
    "/",
  ])
    expect((await ask(viewer.port, path)).text).not.toContain("answers");
});

test("with a host of its own it asks for the token, once, and keeps it in a cookie", async () => {
  await using viewer = await viewerOf({ host: "127.0.0.1", token: "open-sesame" });
  expect(viewer.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=open-sesame$/u);
  expect((await ask(viewer.port, "/")).status).toBe(401);
  expect((await ask(viewer.port, "/?token=guess")).status).toBe(401);
  const entered = await ask(viewer.port, "/?token=open-sesame");
  expect([entered.status, entered.headers.location]).toEqual([303, "/"]);
  const [cookie = ""] = entered.headers["set-cookie"] ?? [];
  expect(cookie).toMatch(/HttpOnly/u);
  expect(cookie).toMatch(/SameSite=Strict/u);
  const known = { headers: { cookie: cookie.split(";")[0] ?? "" } };
  expect((await ask(viewer.port, "/", known)).status).toBe(200);
  expect((await ask(viewer.port, "/live.js")).status).toBe(401);
});
