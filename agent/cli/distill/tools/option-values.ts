import { InvalidArgumentError } from "@commander-js/extra-typings";

export function whole(text: string): number {
  if (/^[1-9]\d{0,5}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number, 1 or more.");
}

export function count(text: string): number {
  if (/^\d{1,6}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number, 0 or more.");
}

export function share(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError("expected a number from 0 to 1.");
}

export function licenses(text: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const [, model, terms] = /^([^=]+)=(.+)$/u.exec(text) ?? [];
  if (model === undefined || terms === undefined)
    throw new InvalidArgumentError("expected <model>=<terms>.");
  return new Map([...before, [model, terms]]);
}
