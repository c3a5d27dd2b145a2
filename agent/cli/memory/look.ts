import { Option } from "@commander-js/extra-typings";
import { MemoryKind } from "../../../runs/events/memory.ts";
import { showNumber, showPercent, showPlural, showText } from "../../../runs/report/formats.ts";
import type { Bank } from "../../memory/bank/bank.ts";
import { type Item, textOf, worthOf } from "../../memory/item.ts";
import { usefulness } from "../../memory/learn.ts";
import { historyOf } from "../../memory/reflect/reflect.ts";
import type { CommandContext } from "../runs/context.ts";
import { table } from "../terminal/table.ts";
import { bankCommand, itemNamed, openNamed } from "./context.ts";

const MAX_LISTED = 50;

/** An item with what was seen of its use. */
type Used = Item & { worth: number; shown: number; cited: number };

function usedItems(bank: Bank, ids: readonly string[]): Used[] {
  const counts = new Map<string, { shown: number; cited: number }>();
  for (const { calls } of bank.uses)
    for (const { drawn, cited } of calls)
      for (const id of new Set([...drawn, ...cited])) {
        const count = counts.get(id) ?? { shown: 0, cited: 0 };
        count.shown += 1;
        count.cited += cited.includes(id) ? 1 : 0;
        counts.set(id, count);
      }
  return ids.flatMap((id) => {
    const item = bank.get(id);
    if (item === null) return [];
    return [{ ...item, worth: worthOf(item), ...(counts.get(id) ?? { shown: 0, cited: 0 }) }];
  });
}

function listText(items: readonly Used[], total: number, folder: string): string {
  if (items.length === 0) return `nothing in ${folder}\n`;
  const head = ["item", "kind", "worth", "seen", "shown", "cited", "topic"];
  const rows = items.map(({ id, kind, worth, outcomes, shown, cited, title }) => [
    id,
    kind,
    showNumber(Number(worth.toFixed(2))),
    String(outcomes.length),
    String(shown),
    String(cited),
    showText(title, 80),
  ]);
  const more = total > items.length ? `${total - items.length} more; --all shows them\n` : "";
  return `${table([head, ...rows]).join("\n")}\n${more}`;
}

/** `mle-star memory list`: the items, those seen most often first. */
export function listCommand(context: CommandContext) {
  return bankCommand("list", "the items of the memory")
    .addOption(new Option("--kind <kind>", "only of this kind").choices(MemoryKind.options))
    .option("--all", `more than the first ${MAX_LISTED}`, false)
    .action(async (options) => {
      const { bank: folder } = await openNamed(options, context);
      const bank = await folder.read();
      const { kind } = options;
      const ids = kind === undefined ? bank.ids : bank.filter((head) => head.kind === kind);
      const all = usedItems(bank, ids).sort((a, b) => b.outcomes.length - a.outcomes.length);
      const shown = options.all ? all : all.slice(0, MAX_LISTED);
      context.write(options.json ? toJson(shown) : listText(shown, all.length, folder.folder));
    });
}

/** `mle-star memory show <item>`: an item with all that it rests on. */
export function showCommand(context: CommandContext) {
  return bankCommand("show", "an item with all that it rests on")
    .argument("<item>", "id of an item, or the beginning of it")
    .action(async (named, options) => {
      const { bank: folder } = await openNamed(options, context);
      const bank = await folder.read();
      const [item] = usedItems(bank, [itemNamed(bank, named).id]);
      if (item === undefined) return;
      context.write(options.json ? toJson(item) : itemText(item));
    });
}

function itemText(item: Used): string {
  const { id, version, kind, title, where, subject, worth, shown, cited, outcomes } = item;
  const lines = outcomes.map(
    ({ run, attempt, scoreBefore, scoreAfter }) =>
      `  ${run} ${attempt ?? "–"}: ${scoreBefore ?? "–"} → ${scoreAfter ?? "–"}`,
  );
  return [
    `${id}, version ${version}: ${kind}${subject === null ? "" : ` about ${subject}`}${where === null ? "" : `, at ${showText(where, 80)}`}`,
    showText(title, 200),
    ...textOf(item)
      .split("\n")
      .map((line) => showText(line, 800)),
    `worth ${worth.toFixed(2)}, shown ${shown} times, cited ${cited} times; rests on:`,
    ...lines,
    "",
  ].join("\n");
}

/** `mle-star memory search <text>`: the items nearest to a text. */
export function searchCommand(context: CommandContext) {
  return bankCommand("search", "the items nearest to a text")
    .argument("<text>", "what to search for")
    .option("--limit <n>", "how many", "10")
    .action(async (text, options) => {
      const { bank: folder, embedder } = await openNamed(options, context);
      const bank = await folder.read();
      const [vector] = await embedder.embed([text], new AbortController().signal);
      const limit = Math.max(1, Number.parseInt(options.limit, 10) || 10);
      const near = vector === undefined ? [] : bank.nearest(vector, limit, () => true);
      const items = usedItems(
        bank,
        near.map(({ id }) => id),
      );
      context.write(options.json ? toJson(items) : listText(items, items.length, folder.folder));
    });
}

/** `mle-star memory stats`: what the memory holds and how useful it was. */
export function statsCommand(context: CommandContext) {
  return bankCommand("stats", "what the memory holds and how useful it was").action(
    async (options) => {
      const { bank: folder } = await openNamed(options, context);
      const stats = statsOf(await folder.read());
      context.write(options.json ? toJson(stats) : statsText(stats));
    },
  );
}

function statsOf(bank: Bank) {
  const kinds = MemoryKind.options.map((kind) => ({
    kind,
    items: bank.filter((head) => head.kind === kind).length,
  }));
  const { embedding, dimension } = bank.manifest;
  const use = usefulness(bank.uses.flatMap(({ calls }) => calls));
  return {
    items: bank.size,
    kinds,
    embedding,
    dimension,
    runs: bank.uses.length,
    updates: bank.reranker.updates,
    ...use,
    citedShare: use.shown === 0 ? null : use.cited / use.shown,
    usefulShare: use.shown === 0 ? null : use.useful / use.shown,
    history: historyOf(bank.uses),
  };
}

function statsText(stats: ReturnType<typeof statsOf>): string {
  const { items, kinds, runs, shown, cited, useful, gain, updates, history } = stats;
  const share = (value: number | null) => (value === null ? "–" : showPercent(value));
  const rows = history
    .slice(-20)
    .map((each) => [
      showText(each.run, 60),
      String(each.shown),
      String(each.cited),
      String(each.useful),
      each.gain === null ? "–" : each.gain.toFixed(2),
    ]);
  return [
    `${showPlural(items, "item")}: ${kinds.map((each) => `${each.items} ${each.kind}`).join(", ")}`,
    `embedding ${stats.embedding}, ${stats.dimension} numbers; ${showPlural(updates, "update")} of the ranking`,
    `${showPlural(runs, "run")}; of ${showPlural(shown, "item")} shown ${cited} were cited (${share(stats.citedShare)}), ${useful} by a change that gained (${share(stats.usefulShare)})`,
    `mean gain of changes that cited an item: ${gain === null ? "–" : `${gain.toFixed(2)} standard errors`}`,
    ...(rows.length === 0 ? [] : table([["run", "shown", "cited", "useful", "gain"], ...rows])),
    "",
  ].join("\n");
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
