import { Command } from "@commander-js/extra-typings";
import { UserError } from "../../../runs/errors.ts";
import type { Bank } from "../../memory/bank/bank.ts";
import type { Item } from "../../memory/item.ts";
import { readEnvironment } from "../environment.ts";
import { type OpenedBank, openBankIn } from "../open/memory.ts";
import type { CommandContext } from "../runs/context.ts";
import { resolveSettings } from "../settings.ts";

/** A sub-command of `memory` on a bank, with the options that all of these have. */
export function bankCommand(name: string, description: string) {
  return new Command(name)
    .description(description)
    .option("--memory <folder>", "folder of the memory; or MLE_STAR_MEMORY in the environment")
    .option("--memory-embedding <name>", "hashed or openai:<model>, as the memory was made with")
    .option("--json", "print data instead of text", false);
}

export type BankOptions = { memory?: string | undefined; memoryEmbedding?: string | undefined };

/** The settings of a command on a memory, as those of a run. */
export function settingsOf({ memory, memoryEmbedding }: BankOptions, { env }: CommandContext) {
  return resolveSettings({ memory, memoryEmbedding }, env);
}

/** Opens the bank that a command is about. Throws `UserError` where none is named. */
export async function openNamed(
  options: BankOptions,
  context: CommandContext,
): Promise<OpenedBank> {
  const config = settingsOf(options, context);
  if (config.memory === null)
    throw new UserError("which memory? name its folder: --memory <folder>, or MLE_STAR_MEMORY");
  return openBankIn(config.memory, config, readEnvironment(), () => undefined);
}

/** The item that a text names by its id, or by the beginning of it. */
export function itemNamed(bank: Bank, text: string): Item {
  const found = bank.ids.filter((id) => id === text || id.startsWith(text));
  const exact = found.find((id) => id === text);
  const id = exact ?? (found.length === 1 ? found[0] : undefined);
  const item = id === undefined ? null : bank.get(id);
  if (item !== null) return item;
  const why = found.length > 1 ? `fits ${found.length} items` : "is no item of this memory";
  throw new UserError(`"${text}" ${why}; \`mle-star memory list\` shows them`);
}
