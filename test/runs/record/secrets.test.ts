import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../../runs/record/journal.ts";
import { redactorOf, redactShapes, secretsOf } from "../../../runs/record/secrets.ts";
import { freshFolder, handClock, reply } from "../journal-fixture.ts";

test("secrets are found in keys, headers and the users of addresses, of the environment and of settings", () => {
  const env = {
    ANTHROPIC_API_KEY: "key-one-123456",
    HF_TOKEN: "token-two-123456",
    OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Basic%20aGVsbG86d29ybGQ,x-team=red-team-three",
    HTTPS_PROXY: "http://someone:pass%21word-four@proxy.example:3128",
    HOME: "/home/someone",
    SHORT_KEY: "abc",
  };
  const secrets = secretsOf(env, { baseUrl: "https://user:five-password@host/v1" });
  const hide = redactorOf(secrets);
  const shown = hide(
    "key-one-123456 token-two-123456 red-team-three aGVsbG86d29ybGQ pass!word-four pass%21word-four five-password",
  );
  expect(shown).toBe(Array.from({ length: 7 }, () => "(secret)").join(" "));
  expect(hide("abc of /home/someone")).toBe("abc of /home/someone");
});

test("the user of an address is hidden in it, however short", () => {
  const hide = redactorOf(secretsOf({ OPENAI_BASE_URL: "http://a:b@host/v1" }, ["--x=ftp://me@h"]));
  expect(hide("a:b at http://a:b@host/v1, ftp://me@h, me")).toBe(
    "a:b at http://(secret)@host/v1, ftp://(secret)@h, me",
  );
});

test("a secret is hidden in each form in which it may be written", () => {
  const secret = 'p"ss\\wörd 123456';
  const hide = redactorOf([secret]);
  const forms = [
    secret,
    JSON.stringify(secret),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret).toString("base64url"),
  ];
  for (const form of forms) expect(hide(`x ${form} y`)).toMatch(/^x "?\(secret\)"?=* y$/u);
});

test("shapes of keys are hidden where nobody can name them", () => {
  const text = [
    "sk-ant-api03-abcdefghijklmnop",
    "hf_abcdefghijklmnopqrst",
    "AKIAABCDEFGHIJKLMNOP",
    "Authorization: Bearer abcdefghijklmnop",
    "https://me:secret@host/path",
    "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
  ].join("\n");
  expect(redactShapes(text)).toBe(
    "(secret)\n(secret)\n(secret)\nAuthorization: Bearer (secret)\nhttps://(secret)@host/path\n(secret)",
  );
  const code = "risk-adjusted = skill_of(task_key)\nhttps://host/path?a=b@c";
  expect(redactShapes(code)).toBe(code);
});

test("a journal never holds a secret, and its steps give back what it holds", async () => {
  const file = join(await freshFolder(), "journal.jsonl");
  const redact = redactorOf(["planted-secret-1"]);
  const journal = await openJournal(file, { clock: handClock(), redact });
  const value = await journal.step("answered", "a/coder/1", async () =>
    reply({ text: "print('planted-secret-1')", prompt: "planted-secret-1?" }),
  );
  expect(value.text).toBe("print('(secret)')");
  await journal.append("faulted", "faulted", { name: "E", message: "401 for planted-secret-1" });
  await journal.close();
  expect(await readFile(file, "utf8")).not.toContain("planted-secret-1");
  const again = await openJournal(file, { clock: handClock(), redact });
  expect(await again.step("answered", "a/coder/1", async () => reply())).toEqual(value);
  await again.close();
});
