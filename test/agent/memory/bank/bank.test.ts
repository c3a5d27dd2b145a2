import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { openBank } from "../../../../agent/memory/bank/bank.ts";
import { hashedEmbedder } from "../../../../agent/memory/embedding.ts";
import type { Draft } from "../../../../agent/memory/item.ts";
import { freshReranker, logitsOf } from "../../../../agent/memory/reranker.ts";
import { freshFolder } from "../../../runs/journal-fixture.ts";
import { draft as lesson, outcome } from "../made-items.ts";
import { startChanging } from "./changing.ts";

const embedder = hashedEmbedder();
const signal = new AbortController().signal;
const quiet = () => undefined;

function draft(title: string, competition = "houses", some: Partial<Draft> = {}): Draft {
  return lesson(title, { outcomes: [outcome({ competition })], ...some });
}

async function vectorOf(text: string): Promise<Float32Array> {
  const [vector] = await embedder.embed([text], signal);
  return vector ?? new Float32Array(embedder.dimension);
}

/** A bank with an item of each title. */
async function bankOf(titles: readonly string[]) {
  const bank = await openBank(await freshFolder(), embedder, quiet);
  const vectors = await Promise.all(titles.map(vectorOf));
  await bank.change((change) => {
    for (const [index, title] of titles.entries())
      change.add(draft(title), vectors[index] ?? new Float32Array(embedder.dimension));
  });
  return bank;
}

const TITLES = ["target encoding of categories", "weekly lags of sales", "larger images"];

test("the nearest items come first, and only those that are admitted", async () => {
  const bank = await (await bankOf(TITLES)).read();
  const query = await vectorOf("encode the categories by the target");
  const titles = bank.nearest(query, 2, () => true).map(({ id }) => bank.get(id)?.title);
  expect(titles[0]).toBe(TITLES[0]);
  expect(titles.length).toBe(2);
  expect(bank.nearest(query, 2, ({ types }) => types.includes("binary"))).toEqual([]);
});

test("the nearest are those of a plain comparison of all, in its order, whatever their number", async () => {
  const folder = await openBank(await freshFolder(), embedder, quiet);
  const words = ["lags", "encoding", "images", "weeks", "prices", "text", "ranks"];
  const titles = words.flatMap((a) => words.map((b) => `${a} of ${b}`));
  const vectors = await Promise.all(titles.map(vectorOf));
  const ids = await folder.change((change) =>
    titles.map((title, at) => change.add(draft(title), vectors[at] ?? new Float32Array(0))),
  );
  // 49 items less two leave a last batch that is not full.
  await folder.change(({ remove }) => [ids[0] ?? "", ids[20] ?? ""].map((id) => remove(id)));
  const bank = await folder.read();
  const query = await vectorOf("weeks of prices and lags");
  const plain = bank.ids
    .map((id) => ({ id, sum: productOf(query, bank.vector(id) ?? new Float32Array(0)) }))
    .sort((a, b) => b.sum - a.sum);
  expect(plain.length).toBe(47);
  for (const count of [1, 6, 47, 60]) {
    const near = bank.nearest(query, count, () => true);
    expect(near.map(({ similarity }) => similarity.toFixed(9))).toEqual(
      plain.slice(0, count).map(({ sum }) => sum.toFixed(9)),
    );
    expect(new Set(near.map(({ id }) => id)).size).toBe(Math.min(count, 47));
  }
  expect(bank.nearest(query, 3, () => true).map(({ id }) => bank.get(id)?.title)[0]).toBe(
    "weeks of prices",
  );
});

function productOf(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

test("a bank that is opened again gives the same scores", async () => {
  const first = await bankOf(TITLES);
  const learned = { ...freshReranker(embedder.dimension, "learned"), updates: 3 };
  await first.change((change) => change.learned(learned));
  const query = await vectorOf("lags");
  const scores = async () => {
    const bank = await (await openBank(first.folder, embedder, quiet)).read();
    const vectors = bank.ids.map((id) => bank.vector(id) ?? new Float32Array());
    return {
      ids: bank.ids,
      logits: logitsOf(bank.reranker, query, vectors),
      updates: bank.reranker.updates,
    };
  };
  const now = await first.read();
  const vectors = now.ids.map((id) => now.vector(id) ?? new Float32Array());
  expect(await scores()).toEqual({
    ids: now.ids,
    logits: logitsOf(learned, query, vectors),
    updates: 3,
  });
});

test("a new version takes the place of the old one, and a deleted item is gone", async () => {
  const folder = await bankOf(TITLES);
  const [first = "", second = ""] = (await folder.read()).ids;
  const vector = await vectorOf("monthly lags");
  await folder.change(({ bank, replace, remove }) => {
    const item = bank.get(second);
    if (item !== null) replace({ ...item, title: "monthly lags" }, vector);
    remove(first);
  });
  const bank = await folder.read();
  expect(bank.size).toBe(2);
  expect(bank.get(first)).toBeNull();
  expect(bank.get(second)).toMatchObject({ id: second, version: 2, title: "monthly lags" });
  expect(bank.nearest(vector, 5, () => true).map(({ id }) => id)[0]).toBe(second);
});

test("what was deleted is taken out of the files when the bank is written anew", async () => {
  const folder = await bankOf(TITLES);
  const [first = ""] = (await folder.read()).ids;
  await folder.change(({ remove, compact }) => {
    remove(first);
    compact();
  });
  const files = await readdir(folder.folder);
  const texts = await Promise.all(files.map((name) => readFile(join(folder.folder, name), "utf8")));
  expect(texts.join("")).not.toContain(TITLES[0]);
  expect((await folder.read()).size).toBe(2);
});

test.each([
  [
    { name: "other", dimension: embedder.dimension },
    /made with embedding hashed-1 \(256 numbers\), not other \(256\)/u,
  ],
  [
    { name: "hashed-1", dimension: 128 },
    /made with embedding hashed-1 \(256 numbers\), not hashed-1 \(128\)/u,
  ],
])("a bank of another embedding is refused: %j", async (other, message) => {
  const { folder } = await bankOf(TITLES);
  await expect(openBank(folder, other, quiet)).rejects.toThrow(message);
});

test("a bank of a newer format, a damaged one, and a file in its place are refused", async () => {
  const { folder } = await bankOf(TITLES);
  const file = join(folder, "bank.json");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace('"format": 1', '"format": 2'));
  await expect(openBank(folder, embedder, quiet)).rejects.toThrow(/format 2 is newer/u);
  await writeFile(file, "{}");
  await expect(openBank(folder, embedder, quiet)).rejects.toThrow(/is no bank of memories/u);
  await expect(openBank(file, embedder, quiet)).rejects.toThrow();
});

test("what a kill left behind the counted bytes is passed over, and written over by the next change", async () => {
  const { folder } = await bankOf(TITLES);
  await appendFile(join(folder, "items-0.jsonl"), '{"id":"torn');
  await appendFile(join(folder, "vectors-0.f32"), Buffer.alloc(100, 7));
  const again = await openBank(folder, embedder, quiet);
  const vector = await vectorOf("one more");
  await again.change((change) => change.add(draft("one more"), vector));
  const bank = await (await openBank(folder, embedder, quiet)).read();
  expect(bank.size).toBe(4);
  expect(bank.get(bank.ids.at(-1) ?? "")?.title).toBe("one more");
  expect(bank.nearest(vector, 1, () => true)[0]?.similarity).toBeCloseTo(1, 5);
});

test("two processes that add to one bank, one of which is killed again and again, lose and tear nothing", async () => {
  const { folder } = await bankOf(TITLES);
  const steady = startChanging(folder, "steady", 12);
  for (let kill = 0; kill < 3; kill++) {
    const victim = startChanging(folder, `victim-${kill}`, 1000);
    await victim.changed(1);
    await setTimeout(30 * kill);
    victim.kill();
    await victim.ended;
  }
  await steady.ended;
  const bank = await (await openBank(folder, embedder, quiet)).read();
  const titles = bank.ids.map((id) => bank.get(id)?.title ?? "");
  const own = titles.filter((title) => title.startsWith("steady"));
  expect(own).toEqual(Array.from({ length: 12 }, (_, each) => `steady ${each}`));
  for (let kill = 0; kill < 3; kill++) {
    const theirs = titles.filter((title) => title.startsWith(`victim-${kill} `));
    expect(theirs).toEqual(
      Array.from({ length: theirs.length }, (_, each) => `victim-${kill} ${each}`),
    );
    expect(theirs.length).toBeGreaterThan(0);
  }
  for (const id of bank.ids) expect(bank.vector(id)?.length).toBe(embedder.dimension);
}, 240_000);
