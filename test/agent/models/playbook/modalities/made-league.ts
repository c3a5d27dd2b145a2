import { draws, holdOut, type Made, type Row } from "./modalities-data.ts";

/** What a game may end in. */
export const results = ["away", "draw", "home"];

function dateOf(week: number): string {
  return new Date(Date.UTC(2020, 0, 1 + week * 7)).toISOString().slice(0, 10);
}

function teamOf(place: number): string {
  return `FC ${String.fromCharCode(65 + place)}`;
}

/** One game: the higher its letter and the home ground, the more goals a team shoots. */
function game(week: number, slot: number, draw: () => number): Row {
  const [home, away] = [(slot + week) % 12, (11 - slot + week * 5) % 12];
  const shoot = (edge: number): number =>
    Math.max(0, Math.round(1.4 + edge * 0.3 + 2.4 * (draw() - 0.5)));
  const [own, other] = [shoot((home - away) / 2 + 1), shoot((away - home) / 2)];
  const result = results[Math.sign(own - other) + 1] ?? "";
  const teams = { home_team: teamOf(home), away_team: teamOf(away) };
  return { date: dateOf(week), ...teams, home_score: own, away_score: other, result };
}

/** A league whose teams differ in strength; the last week has a team nobody has seen. */
export function league(weeks: number, lastWeeks: number): Made {
  const draw = draws(11);
  const rows = Array.from({ length: weeks * 6 }, (_, cell) =>
    game(Math.floor(cell / 6), cell % 6, draw),
  )
    .filter((row) => row["home_team"] !== row["away_team"])
    .map((row, id): Row => ({ id, ...row }));
  const last = rows.at(-1);
  if (last !== undefined) last["away_team"] = "Newcomers";
  const cut = rows.findIndex((row) => row["date"] === dateOf(weeks - lastWeeks));
  const goal = {
    type: "multiclass",
    metric: "log_loss",
    direction: "minimize",
    target: "result",
    sample: { away: 0.3, draw: 0.3, home: 0.4 },
    hidden: ["home_score", "away_score"],
    extra: ["time_column: date"],
  } as const;
  return holdOut(rows, cut, goal, {});
}
