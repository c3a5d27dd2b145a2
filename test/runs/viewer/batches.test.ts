import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { runsOf } from "../../../runs/batch/matrix.ts";
import { freshFolder } from "../journal-fixture.ts";
import { grading, withBatch } from "./batch-fixture.ts";
import { ask, follow } from "./viewer-fixture.ts";

test("batches are listed, and their matrix has status, score and medal of every job", async () => {
  const { viewer, folder, houses } = await withBatch();
  await using _ = viewer;
  await writeFile(join(folder, "grading.json"), grading(houses.id));
  const list = parseHTML((await ask(viewer.port, "/batches")).text).document;
  const cells = [...list.querySelectorAll("tbody td")].map((cell) => cell.textContent);
  expect(cells).toEqual(["mine", "4", "0", "2", "1", "1", "0", "1", "0"]);
  const page = parseHTML((await ask(viewer.port, "/batches/mine")).text).document;
  const heads = [...page.querySelectorAll("thead th")].map((cell) => cell.textContent);
  expect(heads).toEqual(["competition", "base, seed 0", "base, seed 1"]);
  const [first, second] = [...page.querySelectorAll("tbody tr")];
  expect(first?.textContent).toMatch(/^housesdone 8\.5 \[8, 9\]silverwaiting$/u);
  expect(second?.textContent).toMatch(/^spamfailed.*waiting$/u);
});

test("a job leads to the page of its run, with all that belongs to it, and can be compared with other runs", async () => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  const matrix = parseHTML((await ask(viewer.port, "/batches/mine")).text).document;
  const links = [...matrix.querySelectorAll("tbody a")].map((link) => link.getAttribute("href"));
  const path = "/batches/mine/houses/base-seed-0";
  expect(links).toEqual([path]);
  const page = parseHTML((await ask(viewer.port, path)).text).document;
  expect(page.querySelector("[data-live]")?.getAttribute("data-path")).toBe(path);
  expect(page.querySelectorAll(".tree li[id]").length).toBe(6);
  const above = page.querySelector('main a[href="/batches/mine"]');
  expect(above?.textContent).toBe("batch mine");
  for (const part of ["attempt?n=1", "compare?n=0&n=1", "report"])
    expect([part, (await ask(viewer.port, `${path}/${part}`)).status]).toEqual([part, 200]);
  const stream = follow(`${viewer.url}${path.slice(1)}/live`);
  expect((await stream.next()).value?.data).toHaveProperty("rows.length", 6);
  await stream.return(undefined);
  const { text } = await ask(viewer.port, `/compare?run=${path}&run=/runs/houses/r1`);
  expect(text).toContain("1: mine: houses/base-seed-0 · 2: houses/r1");
});

test("what happens to a job is sent to its batch's page as it happens", async () => {
  const { viewer, spam } = await withBatch();
  await using _ = viewer;
  const stream = follow(`${viewer.url}batches/mine/live`);
  expect(String((await stream.next()).value?.data)).toContain("failed");
  await writeFile(join(spam.folder, "attempt-1", "exit"), "0\n");
  expect(String((await stream.next()).value?.data)).not.toContain("failed");
  await stream.return(undefined);
});

test("options and logs of a batch are text, whatever they hold", async () => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  const { text } = await ask(viewer.port, "/batches/mine");
  expect(text).toContain("&lt;script&gt;alert(1)");
  for (const part of ["<script>alert", "\u001b", "\u202e"]) expect(text).not.toContain(part);
});

test("a batch that cannot be read says why and hides no other", async () => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  await mkdir(join(viewer.root, "batches", "torn"));
  await writeFile(join(viewer.root, "batches", "torn", "batch.json"), "{");
  const { text } = await ask(viewer.port, "/batches");
  expect(text).toMatch(/unreadable: .*damaged/u);
  expect(text).toContain("/batches/mine");
});

test.each([
  "/batches/../secret",
  "/batches/%2e%2e%2f",
  "/batches/..%2f..%2fsecret",
  "/batches/mine%00",
  "/batches/mine/batch.json",
  "/batches/none/live",
  "/batches/mine/houses/base-seed-1",
  "/batches/mine/houses/..%2fbase-seed-0",
  "/batches/none/houses/base-seed-0/report",
])("%s is no batch", async (path) => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  expect([400, 404]).toContain((await ask(viewer.port, path)).status);
});

test("two dots in place of a batch's name are the list of runs, as addresses are read", async () => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  const list = (await ask(viewer.port, "/")).text;
  for (const path of ["/batches/..", "/batches/%2e%2e"])
    expect((await ask(viewer.port, path)).text).toBe(list);
});

test("links out of the runs folder are not followed: of a batch, its file, a log, a job's runs", async () => {
  const { viewer, folder, houses, spam } = await withBatch();
  await using _ = viewer;
  const outside = await freshFolder();
  await writeFile(join(outside, "secret"), "error: hidden answers\n");
  await symlink(folder, join(viewer.root, "batches", "linked"));
  expect((await ask(viewer.port, "/batches/linked")).status).toBe(404);
  const places = [
    join(folder, "grading.json"),
    join(spam.folder, "attempt-1", "log.txt"),
    runsOf(houses),
  ];
  for (const place of places) {
    await rm(place, { recursive: true, force: true });
    await symlink(join(outside, "secret"), place);
    const { text } = await ask(viewer.port, "/batches/mine");
    expect([place, text.includes("is a link to elsewhere")]).toEqual([place, true]);
    expect(text).not.toContain("hidden answers");
    expect((await ask(viewer.port, "/batches/mine/houses/base-seed-0")).status).toBe(404);
    await rm(place);
  }
});
