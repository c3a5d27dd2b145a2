import { expect, test } from "vitest";
import {
  foldersOf,
  mixtureText,
  readLocalModel,
  rootedLocalModel,
} from "../../../../../agent/cli/distill/serve/mixture.ts";

test.for([
  ["adapters/a", ["adapters/a"], "adapters/a"],
  ["base?fuse=a,b", ["a", "b"], "the mean of the log-probabilities of a, b"],
  [
    "base?contrast=good,bad&plausible=0.2",
    ["good", "bad"],
    "log-probabilities of good less those of bad, tokens from 0.2 of the likeliest on",
  ],
  [
    "big?proxy=tuned,untuned",
    ["big", "tuned", "untuned"],
    "logits of big, plus those of tuned less those of untuned",
  ],
  ["small?switch=big", ["small", "big"], "small, and big for tokens it is less sure of than 0.4"],
] as const)("%s is read: the models, in the order of the way", ([text, folders, shown]) => {
  const model = readLocalModel(text);
  expect(foldersOf(model)).toEqual(folders);
  expect(mixtureText(model)).toBe(shown);
});

test.for([
  ["base?melt=a,b", "model local:base?melt=a,b: unknown melt"],
  ["base?fuse=a", "fuse: expected a,b or more"],
  ["base?contrast=a,b,c", "contrast: expected good,bad"],
  ["base?proxy=a,", "proxy: expected tuned,untuned"],
  ["base?fuse=a,a", "fuse: a,a names one model twice"],
  ["base?fuse=a,b&switch=c", "fuse and switch: models are combined in one way only"],
  ["base?fuse=a,b&below=0.3", "below: for switch only"],
  ["base?contrast=a,b&plausible=2", 'plausible: expected a number above 0, at most 1, got "2"'],
] as const)("%s is refused: %s", ([text, message]) => {
  expect(() => readLocalModel(text)).toThrow(message);
});

test.for([
  ["adapters/a", "/there/adapters/a"],
  ["/elsewhere/a", "/elsewhere/a"],
  ["base?fuse=a,/b", "/there/base?fuse=/there/a,/b"],
  ["base?contrast=a,b&plausible=0.2", "/there/base?contrast=/there/a,/there/b&plausible=0.2"],
] as const)("%s is named from the root as %s, and read as the same", ([text, rooted]) => {
  expect(rootedLocalModel(text, "/there")).toBe(rooted);
  expect(rootedLocalModel(rooted, "/elsewhere")).toBe(rooted);
});

test("names with signs of their own are still read as they were", () => {
  const rooted = rootedLocalModel("base?fuse=a%26b,c%2Bd", "/50%");
  expect(foldersOf(readLocalModel(rooted))).toEqual(["/50%/a&b", "/50%/c+d"]);
});
