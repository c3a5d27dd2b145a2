import { appendFile, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { certify } from "../../../runs/certificate/certificate.ts";
import { certificateWords } from "../../../runs/certificate/words.ts";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { freshFolder, journalRun } from "../journal-fixture.ts";

test("the certificate says in sentences what was made, how it was checked and what stands", async () => {
  const folder = await createRun(await freshFolder(), "houses", "r1");
  expect(await certificateWords(folder)).toBeNull();
  await journalRun(runFiles(folder).journal);
  await certify(folder);
  const words = (await certificateWords(folder)) ?? [];
  expect(words.slice(1).map((line) => line.replace(/\b[0-9a-f]{16}\b/gu, "#"))).toEqual([
    "Made by mle-star 0.1.0 on data with hash d, split holdout (random, 0).",
    "Scripts ran in process with 0 packages and network none.",
    "5 solutions were judged in 2 executions; 4 have a score.",
    "The sealed holdout was not opened.",
    "No script was trained on shuffled answers.",
    "The submission has hash 0.",
    expect.stringMatching(
      /^The journal has 22 lines, each linked to the one before \(sha256 #\)\.$/u,
    ),
  ]);
  const { certificate } = runFiles(folder);
  await writeFile(certificate, (await readFile(certificate, "utf8")).replace("houses", "mouses"));
  expect(await certificateWords(folder)).toEqual([
    "The certificate does not hold: it is not what was written: its own hash differs.",
  ]);
  await appendFile(certificate, "}");
  expect((await certificateWords(folder))?.[0]).toContain("cannot be read as a certificate");
});
