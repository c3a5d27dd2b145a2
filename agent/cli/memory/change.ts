import { basename } from "node:path";
import { ConfigInvalid, UserError } from "../../../runs/errors.ts";
import type { EventValue } from "../../../runs/events/events.ts";
import { findRun, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { readSplits } from "../../../runs/record/splits.ts";
import { printOf } from "../../../runs/report/across/same-competition.ts";
import { reflectedText } from "../../../runs/report/text/memory-text.ts";
import type { Brief } from "../../brief.ts";
import type { Bank } from "../../memory/bank/bank.ts";
import { type Item, worthOf } from "../../memory/item.ts";
import { learnFrom } from "../../memory/learn.ts";
import { reflect } from "../../memory/reflect/reflect.ts";
import { freshReranker } from "../../memory/reranker.ts";
import { readEnvironment } from "../environment.ts";
import { routeModels } from "../open/model-routing.ts";
import { type CommandContext, WHICH } from "../runs/context.ts";
import { resolveSettings } from "../settings.ts";
import { bankCommand, itemNamed, openNamed, settingsOf } from "./context.ts";
import { nothingLearned } from "./leave.ts";
import { askOutside, endedRun, whyNotLearned } from "./reflecting.ts";

const toJson = (value: unknown) => `${JSON.stringify(value)}\n`;

/** `mle-star memory reflect <run>`: adds what a run learned, where it did not do so by itself. */
export function reflectCommand(context: CommandContext) {
  return bankCommand(
    "reflect",
    "add what a run learned to the memory; the run itself stays as it is",
  )
    .argument("[run]", WHICH, "latest")
    .option("--runs-dir <folder>", "where runs are kept", "runs")
    .option(
      "--model <name>",
      "who puts it in words: playbook (the facts as they are), or a model",
      "playbook",
    )
    .option("--splits <file>", "YAML lists of competitions: nothing is learned from those of test")
    .action(async (named, options) => {
      const memory = await openNamed(options, context);
      const environment = readEnvironment();
      const config = resolveSettings({ model: options.model }, context.env);
      const folder = await findRun(options.runsDir, named);
      const ended = await endedRun(
        folder,
        await readEvents(runFiles(folder).journal),
        context.path,
      );
      if (!ended.events.some(({ type }) => type === "run-ended"))
        throw new UserError(
          `${basename(folder)} has not ended: finish it first, then reflect on it`,
        );
      const splits = await readSplits(options.splits ?? config.memorySplits);
      const why = whyNotLearned(ended, splits, await memory.bank.read());
      if (why !== null) {
        await memory.bank.change(({ know }) => know(printOf(ended.started)));
        context.write(say(nothingLearned(memory, why), options.json));
        return;
      }
      const routing = await routeModels(config, environment, options.runsDir, () => undefined);
      const brief = ended.started.brief as Brief;
      const { signal } = new AbortController();
      const asked = { tries: config.replyTries, maxOutputTokens: config.maxOutputTokens, signal };
      const found = await reflect(ended, {
        ...memory,
        ask: askOutside(routing.modelFor("reflector", "reflect"), brief, asked),
        rules: askOutside(routing.playbook, brief, asked),
        reward: config.memoryLearn ? config.memoryReward : null,
        signal,
      });
      context.write(say({ memory: memory.bank.folder, ...found }, options.json));
    });
}

function say(value: EventValue<"reflected">, json: boolean): string {
  return json ? toJson(value) : `${reflectedText(value)}\n`;
}

/** `mle-star memory forget`: takes items out, for good. */
export function forgetCommand(context: CommandContext) {
  return bankCommand("forget", "take items out of the memory, for good")
    .argument("[items...]", "ids of items, or beginnings of them")
    .option("--below <worth>", "items whose worth is below this, between -1 and 1")
    .option(
      "--competition <id>",
      "items that rest on this competition alone, and what others know of it",
    )
    .action(async (items, options) => {
      const { bank: folder } = await openNamed(options, context);
      const below = options.below === undefined ? null : Number(options.below);
      if (below !== null && !Number.isFinite(below))
        throw new ConfigInvalid(`--below "${options.below}": expected a number between -1 and 1`);
      const { competition = null } = options;
      if (items.length === 0 && below === null && competition === null)
        throw new UserError("which items? name them, or use --below or --competition");
      const found = await folder.change((change) => {
        const gone = forgotten(change.bank, { items, below, competition });
        for (const item of gone) change.remove(item.id);
        const kept = competition === null ? [] : withoutCompetition(change.bank, gone, competition);
        for (const { item, vector } of kept) change.replace(item, vector);
        if (gone.length + kept.length > 0) change.compact();
        return { forgotten: gone.map(({ id }) => id), shortened: kept.map(({ item }) => item.id) };
      });
      const { forgotten: ids, shortened } = found;
      const rest =
        shortened.length === 0 ? "" : `; ${shortened.length} others lost what they knew of it`;
      context.write(options.json ? toJson(found) : `${ids.length} items forgotten${rest}\n`);
    });
}

function forgotten(
  bank: Bank,
  {
    items,
    below,
    competition,
  }: { items: string[]; below: number | null; competition: string | null },
): Item[] {
  const named = new Set(items.map((text) => itemNamed(bank, text).id));
  return bank.ids
    .flatMap((id) => bank.get(id) ?? [])
    .filter(
      (item) =>
        named.has(item.id) ||
        (below !== null && worthOf(item) < below) ||
        (competition !== null && item.outcomes.every((each) => each.competition === competition)),
    );
}

/** Items that rest on a competition among others, without it. */
function withoutCompetition(bank: Bank, gone: readonly Item[], competition: string) {
  const isGone = new Set(gone.map(({ id }) => id));
  const ids = bank.filter(({ competitions }) => competitions.includes(competition));
  return ids.flatMap((id) => {
    const [item, vector] = [bank.get(id), bank.vector(id)];
    if (item === null || vector === null || isGone.has(id)) return [];
    const outcomes = item.outcomes.filter((each) => each.competition !== competition);
    return [{ item: { ...item, outcomes }, vector }];
  });
}

/** `mle-star memory train`: lets the ranking learn again from all that was shown, cited and gained. */
export function trainCommand(context: CommandContext) {
  return bankCommand("train", "let the ranking learn again from all that was shown and cited")
    .option("--memory-reward <kind>", "citation, gain or both")
    .option("--epochs <n>", "times that all is gone through", "1")
    .option("--reset", "begin with a ranking that has learned nothing", false)
    .action(async (options) => {
      const { bank: folder, embedder } = await openNamed(options, context);
      const epochs = Number(options.epochs);
      if (!Number.isInteger(epochs) || epochs < 1)
        throw new ConfigInvalid(`--epochs "${options.epochs}": expected a whole number from 1 on`);
      const { memoryReward: reward } = { ...settingsOf(options, context), ...rewardOf(options) };
      const { signal } = new AbortController();
      const found = await folder.change(async (change) => {
        const { bank } = change;
        const calls = bank.uses.flatMap((use) => use.calls);
        const { dimension, embedding } = bank.manifest;
        let reranker = options.reset ? freshReranker(dimension, embedding) : bank.reranker;
        for (let epoch = 0; epoch < epochs; epoch++)
          reranker = await learnFrom(bank, embedder, calls, reward, signal, reranker);
        if (options.reset || calls.length > 0) change.learned(reranker);
        return { calls: calls.length, epochs, reward, updates: reranker.updates };
      });
      context.write(
        options.json
          ? toJson(found)
          : `learned from ${found.calls} calls, ${epochs} times, by ${reward}: ${found.updates} updates so far\n`,
      );
    });
}

function rewardOf({ memoryReward }: { memoryReward?: string | undefined }) {
  return memoryReward === undefined
    ? {}
    : { memoryReward: resolveSettings({ memoryReward }, {}).memoryReward };
}
