import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunRefused } from "../../../runs/errors.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { execution, freshFolder, handClock, relinked, reply } from "../journal-fixture.ts";

const skipped = { what: "nothing", why: "a test" };

async function emptyJournal() {
  const file = join(await freshFolder(), "journal.jsonl");
  return { file, journal: await openJournal(file, { clock: handClock() }) };
}

async function reopen(file: string) {
  return openJournal(file, { clock: handClock() });
}

test("a step does its effect once; the next session is answered from the journal", async () => {
  const { file, journal } = await emptyJournal();
  await journal.step("answered", "coder/1", async () => reply({ text: "first" }));
  await journal.close();
  const again = await reopen(file);
  const value = await again.step("answered", "coder/1", () =>
    Promise.reject(new Error("asked twice")),
  );
  expect(value.text).toBe("first");
  await again.close();
});

test("an effect that throws is not recorded, so that resuming tries again", async () => {
  const { file, journal } = await emptyJournal();
  await expect(
    journal.step("skipped", "a", () => Promise.reject(new Error("down"))),
  ).rejects.toThrow("down");
  await journal.close();
  const again = await reopen(file);
  expect(await again.step("skipped", "a", async () => skipped)).toEqual(skipped);
  await again.close();
});

test("whatever byte the last line is torn at, the lines before it stand and writing goes on after them", async () => {
  const { file, journal } = await emptyJournal();
  await journal.append("skipped", "one", skipped);
  const whole = (await readFile(file)).length;
  await journal.append("skipped", "two", { what: "naïve ✓", why: "torn" });
  await journal.close();
  const bytes = await readFile(file);
  for (let cut = whole; cut < bytes.length; cut++) {
    await writeFile(file, bytes.subarray(0, cut));
    expect((await readEvents(file)).map((event) => event.key)).toEqual(["one"]);
    const resumed = await reopen(file);
    await resumed.append("skipped", "three", skipped);
    await resumed.close();
    expect((await readEvents(file)).map((event) => `${event.seq} ${event.key}`)).toEqual([
      "1 one",
      "2 three",
    ]);
  }
});

test("a last line of the right length and broken content, as after a power cut, is dropped too", async () => {
  const { file, journal } = await emptyJournal();
  await journal.append("skipped", "one", skipped);
  await journal.close();
  await appendFile(file, `${"\0".repeat(40)}\n`);
  const resumed = await reopen(file);
  expect(resumed.events).toHaveLength(1);
  await resumed.close();
});

test.each([
  [
    "newer",
    (line: string) => line.replace('"v":1', '"v":2'),
    "2: journal format 2 is newer than this mle-star reads (1)",
  ],
  [
    "of an unknown type",
    (line: string) => line.replace('"type":"skipped"', '"type":"danced"'),
    '2: unknown event "danced"',
  ],
  [
    "without a field",
    (line: string) => line.replace('"why":"a test"', '"y":1'),
    "2: skipped: why:",
  ],
  [
    "missing",
    (line: string) => line.replace('"seq":2', '"seq":3'),
    "2: expected line number 2, got 3",
  ],
])(
  "A line in the middle that is %s is refused with file and line.",
  async (_, spoil, complaint) => {
    const { file, journal } = await emptyJournal();
    for (const key of ["one", "two", "three"]) await journal.append("skipped", key, skipped);
    await journal.close();
    const lines = (await readFile(file, "utf8")).split("\n");
    lines[1] = spoil(lines[1] ?? "");
    const spoiled = relinked(lines.slice(0, -1));
    await writeFile(file, spoiled);
    await expect(reopen(file)).rejects.toThrow(RunRefused);
    await expect(reopen(file)).rejects.toThrow(`${file}:${complaint}`);
    expect(await readFile(file, "utf8")).toBe(spoiled);
  },
);

/** A journal of four lines, and ways to damage it: each says which line is named. */
async function fourLines() {
  const { file, journal } = await emptyJournal();
  for (const key of ["one", "two", "three", "four"])
    await journal.append("skipped", key, { what: "naïve ✓", why: key });
  await journal.close();
  return { file, whole: await readFile(file) };
}

function changed(whole: Buffer, change: (lines: string[]) => string[]): Buffer {
  const lines = whole.toString("utf8").split("\n").slice(0, -1);
  return Buffer.from(
    change(lines)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

test.each<[string, (whole: Buffer) => Buffer, string]>([
  ["two lines swapped", (whole) => changed(whole, ([a = "", b = "", ...c]) => [b, a, ...c]), "1: "],
  ["a line deleted", (whole) => changed(whole, (lines) => lines.toSpliced(1, 1)), "2: "],
  [
    "a line doubled",
    (whole) => changed(whole, (lines) => lines.toSpliced(1, 0, lines[1] ?? "")),
    "3: ",
  ],
  [
    "line ends made CRLF",
    (whole) => changed(whole, (l) => l.map((line) => `${line}\r`)),
    "1: .*CRLF",
  ],
  [
    "a line cut short within a character",
    (whole) => {
      const at = whole.indexOf("✓", whole.indexOf("\n")) + 1;
      return Buffer.concat([whole.subarray(0, at), whole.subarray(whole.indexOf("\n", at))]);
    },
    "2: .*not JSON",
  ],
  [
    "a block of NULs in its middle",
    (whole) => Buffer.from(whole).fill(0, 100, 160),
    "1: .*not JSON",
  ],
  ["a line of JSON without a link", (whole) => Buffer.concat([whole, Buffer.from("{}\n")]), "5: "],
])(
  "a journal with %s is refused in one line, with the way out, and is left alone",
  async (_, damage, said) => {
    const { file, whole } = await fourLines();
    const damaged = damage(whole);
    await writeFile(file, damaged);
    const refused = reopen(file);
    await expect(refused).rejects.toThrow(RunRefused);
    const where = file.replaceAll(".", "\\.");
    await expect(refused).rejects.toThrow(new RegExp(`^${where}:${said}[^\n]+--fresh$`, "u"));
    expect(await readFile(file)).toEqual(damaged);
  },
);

test("one bit turned in any byte is found: the line is named, or it was the end of a last line", async () => {
  const { file, whole } = await fourLines();
  const lastLine = whole.subarray(0, -1).lastIndexOf("\n") + 1;
  let line = 1;
  for (const [at, byte] of whole.entries()) {
    const flipped = Buffer.from(whole);
    flipped[at] = byte ^ (1 << (at % 8));
    await writeFile(file, flipped);
    if (at === whole.length - 1) {
      // Without its end it is a line that was torn.
      expect(await keysOf(file)).toEqual(["one", "two", "three"]);
    } else {
      const named = await keysOf(file);
      expect(named, `byte ${at}`).toMatch(new RegExp(`:${line}: `, "u"));
    }
    if (byte === 10 && at < lastLine) line += 1;
  }
});

/** The keys of a journal that is opened, or why it is refused. */
async function keysOf(file: string): Promise<string[] | string> {
  try {
    const journal = await reopen(file);
    await journal.close();
    return journal.events.map(({ key }) => key);
  } catch (error) {
    if (error instanceof RunRefused) return error.message;
    throw error;
  }
}

test("NULs behind the last line, as a power cut leaves them, are cut off", async () => {
  const { file, whole } = await fourLines();
  for (const length of [1, 4096]) {
    await writeFile(file, Buffer.concat([whole, Buffer.alloc(length)]));
    expect(await keysOf(file)).toEqual(["one", "two", "three", "four"]);
    expect(await readFile(file)).toEqual(whole);
  }
});

test("a field that this version does not know survives reading and replaying", async () => {
  const { file, journal } = await emptyJournal();
  await journal.append("skipped", "one", skipped);
  await journal.close();
  const [line = ""] = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, relinked([line.replace('"why"', '"later":7,"why"')]));
  const again = await reopen(file);
  expect(await again.step("skipped", "one", async () => skipped)).toEqual({ ...skipped, later: 7 });
  await again.close();
});

test("a step key used twice in one session is a bug and throws", async () => {
  const { journal } = await emptyJournal();
  await journal.step("skipped", "a", async () => skipped);
  await expect(journal.step("skipped", "a", async () => skipped)).rejects.toThrow(
    "step key used twice: a",
  );
  await journal.close();
});

test("a key that was recorded as something else refuses the run and names the key", async () => {
  const { file, journal } = await emptyJournal();
  await journal.append("skipped", "track-1/a", skipped);
  await journal.close();
  const again = await reopen(file);
  const other = again.step("executed", "track-1/a", async () => execution("x"));
  await expect(other).rejects.toThrow(RunRefused);
  await again.close();
  const third = await reopen(file);
  await expect(third.step("executed", "track-1/a", async () => execution("x"))).rejects.toThrow(
    "track-1/a",
  );
  await third.close();
});

test("steps may be met again in any order, and only new ones are written", async () => {
  const { file, journal } = await emptyJournal();
  const keys = ["a", "b", "c", "d"];
  for (const key of keys)
    await journal.step("skipped", key, async () => ({ what: key, why: "first session" }));
  await journal.close();
  const before = await readFile(file, "utf8");
  const again = await reopen(file);
  const values = await Promise.all(
    keys
      .toReversed()
      .map((key) => again.step("skipped", key, async () => ({ what: key, why: "second session" }))),
  );
  expect(values.map((value) => `${value.what}: ${value.why}`)).toEqual(
    keys.toReversed().map((key) => `${key}: first session`),
  );
  await again.step("skipped", "e", async () => skipped);
  await again.close();
  expect((await readFile(file, "utf8")).startsWith(before)).toBe(true);
  expect((await readEvents(file)).map((event) => event.key)).toEqual([...keys, "e"]);
});

test("many steps in flight write whole lines with rising numbers, and each is on disk when its step returns", async () => {
  const { file, journal } = await emptyJournal();
  const big = "x".repeat(50_000);
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      await journal.step("skipped", `step-${index}`, async () => ({ what: `${index}`, why: big }));
      expect(await readFile(file, "utf8")).toContain(`"key":"step-${index}"`);
    }),
  );
  const events = await readEvents(file);
  expect(events.map((event) => event.seq)).toEqual(
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  expect(events).toEqual(journal.events);
  await journal.close();
});

test("elapsed counts the time at work over all sessions and not the time between them", async () => {
  const file = join(await freshFolder(), "journal.jsonl");
  for (const [session, key] of ["a", "b"].entries()) {
    const clock = handClock();
    clock.pass(1_000 * session);
    const journal = await openJournal(file, { clock });
    clock.pass(10);
    const event = await journal.append("skipped", key, skipped);
    expect(event.elapsed).toBe(10 * (session + 1));
    expect(journal.elapsed()).toBe(10 * (session + 1));
    await journal.close();
  }
});

test("what a session took to be set up is not counted as the run's work", async () => {
  const file = join(await freshFolder(), "journal.jsonl");
  for (const worked of [10, 20]) {
    const clock = handClock();
    const journal = await openJournal(file, { clock });
    clock.pass(300);
    journal.beginWork(0);
    clock.pass(10);
    expect((await journal.append("skipped", `${worked}`, skipped)).elapsed).toBe(worked);
    await journal.close();
  }
});

test("listeners hear new events as they count and recorded ones when their step is met again", async () => {
  const { file, journal } = await emptyJournal();
  await journal.step("skipped", "a", async () => skipped);
  await journal.close();
  const again = await reopen(file);
  const heard: string[] = [];
  const stop = again.subscribe((event, replayed) => heard.push(`${event.key} ${replayed}`));
  expect(heard).toEqual([]);
  await again.step("skipped", "a", async () => skipped);
  await again.step("skipped", "b", async () => skipped);
  stop();
  await again.step("skipped", "c", async () => skipped);
  expect(heard).toEqual(["a true", "b false"]);
  await again.close();
});

test("an event is found by type and key, recorded before or just now", async () => {
  const { file, journal } = await emptyJournal();
  await journal.append("skipped", "a", skipped);
  await journal.close();
  const again = await reopen(file);
  await again.append("executed", "a", execution("x"));
  expect(again.find("skipped", "a")?.seq).toBe(1);
  expect(again.find("executed", "a")?.value.solution).toBe("x");
  expect(again.find("judged", "a")).toBeNull();
  await again.close();
});

test("a journal that is closed takes nothing more", async () => {
  const { file, journal } = await emptyJournal();
  const inFlight = journal.append("skipped", "a", skipped);
  await journal.close();
  await inFlight;
  await expect(journal.append("skipped", "b", skipped)).rejects.toThrow("is closed");
  expect(await readEvents(file)).toHaveLength(1);
});
