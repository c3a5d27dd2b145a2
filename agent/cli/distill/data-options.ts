import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { Manifest } from "../../distill/data-set.ts";

type Made<Shown> = Pick<Manifest, "rows" | "dropped" | "runsLeftOut"> & {
  folder: string;
  passedOver: string[];
  shown: readonly Shown[];
};

/** What was made, for people: how many rows, what was dropped and why, and the rows that were asked for. */
export function madeText<Shown>(
  { folder, rows, dropped, runsLeftOut, passedOver, shown }: Made<Shown>,
  rowText: (row: Shown) => string,
): string {
  const reasons = Object.entries(dropped).map(([reason, times]) => `  ${times} dropped: ${reason}`);
  const left = runsLeftOut === 0 ? [] : [`  ${runsLeftOut} runs left out: competitions of test`];
  const lines = [
    ...passedOver,
    `${folder}: ${rows.train} rows to train on, ${rows.dev} for dev`,
    ...reasons,
    ...left,
    ...shown.map(rowText),
  ];
  return `${lines.join("\n")}\n`;
}

export function share(text: string): number {
  return within(text, 0, 1);
}

export function within(text: string, least: number, most: number): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number >= least && number <= most) return number;
  throw new InvalidArgumentError(`expected a number from ${least} to ${most}.`);
}

export function count(text: string): number {
  if (/^[1-9]\d{0,5}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number, 1 or more.");
}

export function licenses(text: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const [, model, terms] = /^([^=]+)=(.+)$/u.exec(text) ?? [];
  if (model === undefined || terms === undefined)
    throw new InvalidArgumentError("expected <model>=<terms>.");
  return new Map([...before, [model, terms]]);
}
