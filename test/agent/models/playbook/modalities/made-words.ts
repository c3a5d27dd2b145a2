import { csv, draws, holdOut, type Made, type Row } from "./modalities-data.ts";

/** Rows split into a training and a testing part, for a binary target judged by accuracy. */
function binary(rows: Row[], cut: number, files: Made["files"], extra: string[] = []): Made {
  const goal = {
    type: "binary",
    metric: "accuracy",
    direction: "maximize",
    target: "wanted",
    sample: { wanted: 0 },
    hidden: [],
    extra,
  } as const;
  return holdOut(rows, cut, goal, files);
}

/** Complaints and thanks in made-up words; a few texts are missing, short or not of this world. */
export function letters(count: number): Made {
  const draw = draws(23);
  const neutral = "the order came with a box on monday for my house and we put it away again".split(
    " ",
  );
  const marked = ["refund broken late awful angry", "thanks lovely great quick happy"].map((text) =>
    text.split(" "),
  );
  const pick = (words: readonly string[]): string => words[Math.floor(draw() * words.length)] ?? "";
  const rows = Array.from({ length: count }, (_, id): Row => {
    const wanted = draw() < 0.45 ? 1 : 0;
    const words = Array.from({ length: 25 }, () =>
      pick(draw() < 0.12 ? (marked[wanted] ?? []) : neutral),
    );
    return { id, letter: words.join(" "), stars: Math.round(3 * draw()), wanted };
  });
  for (const place of [3, 50, count - 2]) {
    const row = rows[place];
    if (row !== undefined) row["letter"] = place === 50 ? "¿? — 東京 😀" : null;
  }
  return binary(rows, Math.floor(count * 0.75), {});
}

const moods = ["up", "down"];

/** Trips between places; whether one is hard depends on the places' heights, which another table holds. */
export function trips(count = 900): Made {
  const draw = draws(31);
  const places = Array.from(
    { length: 60 },
    (_, place): Row => ({
      code: `P${place}`,
      height: Math.round(2000 * draw()),
      latitude: Math.round(600 * draw()) / 10,
      longitude: Math.round(600 * draw()) / 10,
      region: ["east", "west", null][place % 3] ?? null,
    }),
  );
  const visits: Row[] = [];
  const rows = Array.from({ length: count }, (_, id): Row => {
    const [from, to] = [Math.floor(draw() * 60), Math.floor(draw() * 60)];
    const climb = Number(places[to]?.["height"]) - Number(places[from]?.["height"]);
    const unknown = id === 5 || id === count - 10;
    return { id, from: unknown ? "P999" : `P${from}`, to: `P${to}`, wanted: climb > 200 ? 1 : 0 };
  });
  for (const row of rows) {
    const many = row["wanted"] === 1 ? 4 : 1;
    for (let time = 0; time < many; time += 1)
      visits.push({
        id: row["id"] ?? null,
        minutes: Math.round(90 * draw()),
        mood: moods[time % 2] ?? null,
      });
  }
  const files = { "places.csv": csv(places), "visits.csv": csv(visits) };
  return binary(rows, Math.floor(0.72 * count), files, [
    "files: { other: [places.csv, visits.csv] }",
  ]);
}

/** Departures at each line's own times of day; one off its usual times is wanted. */
export function departures(count = 1500): Made {
  const draw = draws(41);
  const rows = Array.from({ length: count }, (_, id): Row => {
    const line = Math.floor(draw() * 12);
    const wanted = draw() < 0.3 ? 1 : 0;
    const minute =
      300 +
      line * 71 +
      180 * Math.floor(draw() * 3) +
      (wanted === 1 ? 15 + Math.floor(draw() * 60) : Math.floor(draw() * 3));
    const left = new Date(Date.UTC(2022, 2, 1 + Math.floor(draw() * 60), 0, minute)).toISOString();
    return { id, left: left.slice(0, 16).replace("T", " "), line: `line ${line}`, wanted };
  });
  return binary(rows, Math.floor(0.73 * count), {});
}

/** Rows about a customer on a day; wanted where the customer's last purchase before that day was a large one. */
export function askedCustomers(count = 900): Made {
  const draw = draws(83);
  const dateOf = (at: number) =>
    new Date(Date.UTC(2021, 0, 1) + at * 86_400_000).toISOString().slice(0, 10);
  const purchases = Array.from({ length: 60 * 40 }, (_, at) => ({
    customer: at % 60,
    day: Math.floor(600 * draw()),
    amount: Math.round(100 * draw()),
  })).sort((a, b) => a.day - b.day);
  const rows = Array.from({ length: count }, (_, id): Row => {
    const [customer, day] = [Math.floor(60 * draw()), 100 + Math.floor(480 * draw())];
    const before = purchases.filter((each) => each.customer === customer && each.day < day);
    const wanted = (before.at(-1)?.amount ?? 0) > 50 ? 1 : 0;
    return { id, customer: `C${customer}`, asked: dateOf(day), wanted };
  });
  const bought = purchases.map(
    ({ customer, day, amount }): Row => ({ customer: `C${customer}`, date: dateOf(day), amount }),
  );
  return binary(rows, Math.floor(0.7 * count), { "purchases.csv": csv(bought) }, [
    "files: { other: [purchases.csv] }",
  ]);
}
