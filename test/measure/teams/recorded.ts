import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { Model, Request } from "../../../agent/models/model.ts";
import type { Member } from "../../../agent/models/teams/team.ts";
import type { PolicyName } from "../../../agent/models/teams/team-settings.ts";
import { leakageChecker } from "../../../agent/roles/leakage-checker.ts";
import { promptText, Unreadable } from "../../../agent/roles/role.ts";
import type { MemberRecord } from "../../../runs/events/teams.ts";
import { allTokens } from "../../../runs/ledger.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { costing, memberWho } from "../../fakes/team-run.ts";
import { pairs } from "../../zoo/pairs.ts";
import { editQuestions } from "./edits.ts";
import { liveModel, liveNames } from "./live-models.ts";
import { type Played, play, type Questions } from "./played.ts";

/** What each model said to each prompt, known by its hash: every turn of every policy, those that see other answers too. After a recording `npx biome format --write` brings the file into its form. */
const Recorded = z.object({
  pairs: z.array(z.string()),
  models: z.array(z.string()),
  calls: z.array(
    z.object({ model: z.string(), prompt: z.string(), text: z.string(), tokens: z.number() }),
  ),
});
type Recorded = z.infer<typeof Recorded>;

const FILE = new URL("./recorded-calls.json", import.meta.url);
/** Room for a verdict and some words; such models do not end by themselves. */
const MAX_TOKENS = 64;
/** A small model on a busy machine. */
const MAX_MS = 1_200_000;

/** What real models made of questions to one role. */
export type PlayedRecord = { name: string; played: Played[]; rival: string | null };

/** Policies that a role's answers allow. */
const CHECKING: readonly PolicyName[] = ["cascade", "vote", "debate", "fuse", "refine", "divide"];
const CODING: readonly PolicyName[] = ["cascade", "review", "refine", "fuse", "debate", "divide"];

/**
 * Plays the policies on questions whose right answer is known, from the record: leak checks of the cheat zoo, and small
 * changes of code. With `count`, so many pairs of the zoo and all changes are put to the models of
 * `test/engine/local-model.sh` where no answer is on record, and recorded. `missing`: answers that are not on record.
 */
export async function playRecorded(
  count: number | null,
): Promise<{ worlds: PlayedRecord[]; missing: number }> {
  const recorded = count === null ? await readRecorded() : await emptyRecord(count);
  const live =
    count === null ? null : new Map(recorded.models.map((name) => [name, liveModel(name)]));
  const tape = { recorded, live, missing: 0 };
  const checks = await checkQuestions(recorded.pairs);
  const edits = editQuestions();
  const by = `by ${recorded.models.join(", ")}`;
  const worlds = [
    await playOf(`recorded: ${checks.prompts.length} leak checks ${by}`, checks, CHECKING, tape),
    await playOf(`recorded: ${edits.prompts.length} changes of code ${by}`, edits, CODING, tape),
  ];
  return { worlds, missing: tape.missing };
}

async function playOf(
  name: string,
  asked: Questions,
  policies: readonly PolicyName[],
  tape: Tape,
): Promise<PlayedRecord> {
  const members = tape.recorded.models.map((model) => memberOf(model, tape));
  const played: Played[] = [];
  for (const member of members)
    played.push({ ...(await play("static", [member], asked)), name: member.id });
  for (const policy of policies) played.push(await play(policy, members, asked));
  played.push(await play("router", members, asked, blankRecords(members, asked.role)));
  return { name, played, rival: members[0]?.id ?? null };
}

/** Nothing is known of the members yet. */
function blankRecords(members: readonly Member[], role: string): MemberRecord[] {
  return members.map(({ name }) => ({
    role,
    model: name,
    task: "regression, small",
    answers: 0,
    outcome: 0,
    tokens: 0,
    calls: 0,
    usd: null,
    stated: [],
  }));
}

async function checkQuestions(names: readonly string[]): Promise<Questions> {
  const scripts = (await Promise.all(names.map(scriptsOf))).flat();
  return {
    role: leakageChecker.name,
    prompts: scripts.map(({ code }) => promptText(leakageChecker.prompt({ code, findings: [] }))),
    isRight(text, item) {
      const read = leakageChecker.reply.read(text);
      return !(read instanceof Unreadable) && read.leaky === scripts[item]?.leaky;
    },
  };
}

type Tape = { recorded: Recorded; live: ReadonlyMap<string, Model> | null; missing: number };

/** A model that says what it once said to the very prompt; the same turn of several policies is asked once. */
function memberOf(name: string, tape: Tape): Member {
  return memberWho(name, async (prompt, request) => {
    const hash = sha256(prompt);
    const { calls } = tape.recorded;
    const known = calls.find((call) => call.model === name && call.prompt === hash);
    if (known !== undefined) return costing(known.text, known.tokens);
    const model = tape.live?.get(name);
    if (model === undefined) {
      tape.missing += 1;
      return costing("", 0);
    }
    const { text, tokens } = await askLive(model, request);
    calls.push({ model: name, prompt: hash, text, tokens });
    await writeFile(FILE, `${JSON.stringify(tape.recorded, null, 2)}\n`);
    return costing(text, tokens);
  });
}

async function askLive(model: Model, request: Request) {
  const asked = { ...request, maxOutputTokens: MAX_TOKENS };
  const { text, tokens } = await model.ask(asked, AbortSignal.timeout(MAX_MS));
  return { text, tokens: allTokens(tokens) };
}

async function readRecorded(): Promise<Recorded> {
  return Recorded.parse(JSON.parse(await readFile(FILE, "utf8")));
}

/** The shortest pairs of the zoo, to be asked of the models behind LOCAL_MODEL_URL and SECOND_MODEL_URL; what is on record stays. */
async function emptyRecord(count: number): Promise<Recorded> {
  const { calls } = await readRecorded();
  const sized = await Promise.all(
    pairs.map(async ({ name }) => {
      const scripts = await scriptsOf(name);
      return { name, size: scripts.reduce((sum, { code }) => sum + code.length, 0) };
    }),
  );
  const shortest = sized.sort((a, b) => a.size - b.size).slice(0, count);
  return { pairs: shortest.map(({ name }) => name), models: liveNames(), calls };
}

async function scriptsOf(name: string) {
  const read = (file: string) =>
    readFile(new URL(`../../zoo/pairs/${name}/${file}`, import.meta.url), "utf8");
  return [
    { leaky: true, code: await read("cheat.py") },
    { leaky: false, code: await read("twin.py") },
  ];
}
