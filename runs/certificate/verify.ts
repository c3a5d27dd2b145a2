import { readFile } from "node:fs/promises";
import { RunRefused } from "../errors.ts";
import type { Event } from "../events/events.ts";
import { runFiles } from "../record/folder.ts";
import { hashFile } from "../record/hash-file.ts";
import type { PastHistory } from "../record/history.ts";
import { checkChain, readEvents } from "../record/journal-lines.ts";
import { sha256 } from "../sha256.ts";
import { bodyOf, type Certificate, readCertificate } from "./certificate.ts";

/** One thing that was recomputed. `ok` null: it could not be looked at here, and `detail` says why. */
export type Finding = { check: string; ok: boolean | null; detail: string };

/** Where the scripts of a run are read. */
export type Scripts = Pick<PastHistory, "read">;

/** Recomputes what a run's folder alone tells: certificate, journal, files, code in the history. */
export async function verifyFolder(folder: string, history: Scripts): Promise<Finding[]> {
  const certificate = await readCertificate(folder);
  const findings = [certificateFinding(certificate), await journalFinding(folder)];
  if (findings.some((finding) => finding.ok === false)) return findings;
  const events = await readEvents(runFiles(folder).journal);
  if (certificate !== null && typeof certificate !== "string")
    findings.push(...compareBody(certificate, await bodyOf(folder)));
  findings.push(
    await codeFinding(events, history),
    submissionFinding(events, await hashFile(runFiles(folder).submission)),
  );
  return findings;
}

function certificateFinding(certificate: Certificate | string | null): Finding {
  const check = "certificate";
  if (certificate === null)
    return { check, ok: null, detail: "there is none: the run has not ended" };
  if (typeof certificate === "string") return { check, ok: false, detail: certificate };
  return { check, ok: true, detail: `whole, ${certificate.sha256.slice(0, 16)}` };
}

async function journalFinding(folder: string): Promise<Finding> {
  const check = "journal";
  const content = await readFile(runFiles(folder).journal);
  const broken = checkChain(content);
  if (broken !== null) return { check, ok: false, detail: `the chain of hashes breaks: ${broken}` };
  let lines = 0;
  try {
    lines = (await readEvents(runFiles(folder).journal)).length;
  } catch (error) {
    if (error instanceof RunRefused) return { check, ok: false, detail: error.message };
    throw error;
  }
  return { check, ok: true, detail: `${lines} lines, each linked to the one before` };
}

/** Part by part, so that a difference is named. */
function compareBody(certificate: Certificate, now: Record<string, unknown> | null): Finding[] {
  if (now === null)
    return [{ check: "facts", ok: false, detail: "the journal has no end any more" }];
  const { files: wasFiles, ...was } = certificate.body;
  const { files: nowFiles, ...rest } = now;
  const parts = [...new Set([...Object.keys(was), ...Object.keys(rest)])];
  const differing = parts.filter(
    (part) => JSON.stringify(was[part]) !== JSON.stringify(rest[part]),
  );
  const facts = {
    check: "facts",
    ok: differing.length === 0,
    detail:
      differing.length === 0
        ? `${parts.length} recomputed from the journal`
        : `not what the certificate says: ${differing.join(", ")}`,
  };
  return [facts, filesFinding(wasFiles, nowFiles as Record<string, string>)];
}

function filesFinding(was: Record<string, string>, now: Record<string, string>): Finding {
  const names = [...new Set([...Object.keys(was), ...Object.keys(now)])].sort();
  const differing = names.filter((name) => was[name] !== now[name]);
  const detail =
    differing.length === 0
      ? `${names.length} with the hashes of the certificate`
      : `changed since: ${differing.slice(0, 5).join(", ")}${differing.length > 5 ? ", …" : ""}`;
  return { check: "files", ok: differing.length === 0, detail };
}

/** What ran is what the history holds, on every view. */
async function codeFinding(events: readonly Event[], history: Scripts): Promise<Finding> {
  const ran = new Map<string, Set<string>>();
  const texts = new Map<string, Set<string>>();
  for (const { type, value } of events) {
    if (type !== "executed") continue;
    addTo(ran, value.solution, value.codeHash);
    addTo(texts, value.solution, value.ranHash);
  }
  const several = [...texts].find(([, hashes]) => hashes.size > 1)?.[0];
  if (several !== undefined)
    return {
      check: "code",
      ok: false,
      detail: `${several} did not run as the same text everywhere`,
    };
  let compared = 0;
  for (const event of events) {
    const hashes = event.type === "evaluated" ? ran.get(event.value.solution) : undefined;
    if (event.type !== "evaluated" || hashes === undefined) continue;
    const code = await history.read(event.value.commit, "solution.py");
    const hash = sha256(code);
    if (hashes.size !== 1 || !hashes.has(hash))
      return {
        check: "code",
        ok: false,
        detail: `${event.value.solution} ran with other code than its commit holds`,
      };
    compared += 1;
  }
  return { check: "code", ok: true, detail: `${compared} scripts ran as their commits hold them` };
}

function addTo(sets: Map<string, Set<string>>, name: string, hash: string): void {
  sets.set(name, (sets.get(name) ?? new Set()).add(hash));
}

function submissionFinding(events: readonly Event[], hash: string | null): Finding {
  const check = "submission";
  const written = events.findLast((event) => event.type === "submission-written")?.value ?? null;
  if (written === null && hash === null) return { check, ok: null, detail: "the run made none" };
  return written?.sha256 === hash
    ? { check, ok: true, detail: `the one that ${written?.solution ?? "the harness"} made` }
    : { check, ok: false, detail: "submission.csv is not the file that the journal names" };
}
