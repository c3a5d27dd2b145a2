import { InvalidArgumentError } from "@commander-js/extra-typings";

export function share(text: string): number {
  return within(text, 0, 1);
}

export function within(text: string, least: number, most: number): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number >= least && number <= most) return number;
  throw new InvalidArgumentError(`expected a number from ${least} to ${most}.`);
}

export function count(text: string): number {
  if (/^[1-9]\d{0,6}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number, 1 or more.");
}

export function countFromZero(text: string): number {
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number, 0 or more.");
}

export function countOrNone(text: string): number | "none" {
  return text === "none" ? "none" : count(text);
}

export function licenses(text: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const [, model, terms] = /^([^=]+)=(.+)$/u.exec(text) ?? [];
  if (model === undefined || terms === undefined)
    throw new InvalidArgumentError("expected <model>=<terms>.");
  return new Map([...before, [model, terms]]);
}
