import { expect, test } from "vitest";
import type { Event } from "../../../runs/events/events.ts";
import { cardsOf } from "../../../runs/report/cards.ts";

function chosen(cards: unknown[]): Event {
  const value = { track: "track-1", cards, passedOver: [] };
  const head = { v: 1, seq: 1, time: "2026-01-02T03:04:05.000Z", elapsed: 0 } as const;
  return { ...head, type: "cards-chosen", key: "retrieve/track-1", value };
}

test("a card is shown with the pages that it comes from", () => {
  const seen = [{ url: "https://example.org/a", title: "A page", sha256: null, license: "MIT" }];
  expect(
    cardsOf([
      chosen([
        { modelName: "CatBoost", family: "boosting", why: "levels", origin: "catalogue", seen },
      ]),
    ]),
  ).toEqual([
    {
      track: "track-1",
      name: "CatBoost",
      family: "boosting",
      why: "levels",
      origin: "catalogue",
      sources: [{ url: "https://example.org/a", title: "A page", license: "MIT" }],
    },
  ]);
});

test("of a card that is not as expected only what can be read is shown", () => {
  const odd = [{ modelName: "Odd", why: 7, seen: "nowhere" }, "no card", { family: "nameless" }];
  expect(cardsOf([chosen(odd)])).toEqual([
    { track: "track-1", name: "Odd", family: null, why: null, origin: null, sources: [] },
  ]);
});
