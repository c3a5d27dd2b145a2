import { draws, holdOut, type Made, type Row } from "./modalities-data.ts";

const day = 86_400_000;

function dateOf(index: number): string {
  return new Date(Date.UTC(2018, 0, 1) + index * day).toISOString().slice(0, 10);
}

/** A daily series with a trend, a week and a year in it; the last part is to be forecast. */
export function dailySeries(): Made {
  const draw = draws(3);
  const rows = Array.from({ length: 1300 }, (_, index): Row => {
    const weekday = new Date(Date.UTC(2018, 0, 1) + index * day).getUTCDay();
    const season = 60 * Math.sin((2 * Math.PI * index) / 365.25);
    const weekend = weekday === 0 || weekday === 6 ? -150 : 0;
    const sold = 800 + 0.2 * index + season + weekend + 20 * (draw() - 0.5);
    return { id: index, date: dateOf(index), sold: Math.round(sold * 10) / 10 };
  });
  return forecast(rows, 1150);
}

/** A forecast of what is sold after a position, judged by the mean absolute error. */
function forecast(rows: readonly Row[], cut: number, time = "date"): Made {
  const goal = {
    type: "regression",
    metric: "mae",
    direction: "minimize",
    target: "sold",
    sample: { sold: 800 },
    hidden: [],
    extra: [`time_column: ${time}`],
  } as const;
  return holdOut(rows, cut, goal, {});
}

/** What one shop sold on one day: more in later shops and on one weekday, now and then nothing. */
function sale(index: number, place: number, noise: number): number {
  if (index % 50 === 3) return 0;
  return 50 * (place + 1) + (index % 7 === 5 ? 30 : 0) + 5 * noise;
}

/** Series of four shops with gaps, empty and unreadable dates, and a shop that only the test rows have. */
export function oddPanel(): Made {
  const draw = draws(5);
  const shops = ["north", "süd", "old town", "pier"];
  const cells = Array.from({ length: 300 * shops.length }, (_, cell) => {
    const [index, place] = [Math.floor(cell / shops.length), cell % shops.length];
    return { index, place, gap: draw() < 0.1, noise: draw() };
  });
  const rows = cells
    .filter(({ index, place, gap }) => !gap && (place < 3 || index >= 240))
    .map(({ index, place, noise }, id): Row => {
      const date = id % 97 === 5 ? null : dateOf(index);
      return {
        id,
        date: id === 12 ? "soon" : date,
        shop: shops[place] ?? "",
        sold: sale(index, place, noise),
      };
    });
  return forecast(
    rows,
    rows.findIndex((row) => row["shop"] === "pier"),
  );
}

/**
 * What shops sell of each ware a day: level, week and trend are those of shop and ware together, they multiply,
 * and now and then nothing is sold. The last `ahead` days are to be forecast.
 */
export function shopsAndWares(days: number, ahead: number): Made {
  const draw = draws(61);
  const pairs = Array.from({ length: 12 }, (_, cell) => ({
    shop: `shop ${cell % 3}`,
    ware: `ware ${Math.floor(cell / 3)}`,
    level: 10 + 90 * draw() ** 2,
    busy: Math.floor(7 * draw()),
    growth: 0.6 * (draw() - 0.5),
  }));
  const rows = Array.from({ length: days * pairs.length }, (_, id): Row => {
    const index = Math.floor(id / pairs.length);
    const pair = pairs[id % pairs.length];
    if (pair === undefined) return {};
    const week = index % 7 === pair.busy ? 2 : 1;
    const usual = pair.level * week * Math.exp((pair.growth * index) / days);
    const sold = draw() < 0.005 ? 0 : Math.round(usual * (0.9 + 0.2 * draw()));
    return { id, date: dateOf(index), shop: pair.shop, ware: pair.ware, sold };
  });
  return forecast(rows, (days - ahead) * pairs.length);
}

/** Sixty shops over a month, whose sales fell at once a week before the forecast and have stood still since. */
export function fallenSales(): Made {
  const draw = draws(67);
  const rows = Array.from({ length: 30 * 60 }, (_, id): Row => {
    const day = Math.floor(id / 60);
    const warmth = 4 * (draw() + draw() + draw());
    const level = (day < 17 ? 118 : 110) + (day % 7 > 4 ? 3 : 0);
    const sold = level + (id % 60) / 3 + 1.2 * warmth + 2.5 * (draw() + draw() + draw());
    const date = dateOf(59 + day);
    const told = { id, date, shop: `shop ${id % 60}`, warmth: Number(warmth.toFixed(1)) };
    return { ...told, sold: Number(sold.toFixed(2)) };
  });
  return forecast(rows, 24 * 60);
}

/**
 * What shops sell of each ware a week, counted in weeks: it falls with the ware's price by a power of its own, and the
 * levels of shop and ware multiply. The last eight weeks are to be forecast, with their prices.
 */
export function pricedWares(): Made {
  const draw = draws(71);
  const wares = Array.from({ length: 5 }, () => ({ power: 1 + 2 * draw(), usual: 2 + 6 * draw() }));
  const rows = Array.from({ length: 110 * 20 }, (_, id): Row => {
    const [week, place] = [Math.floor(id / 20), id % 20];
    const [shop, kind] = [place % 4, Math.floor(place / 4)];
    const ware = wares[kind];
    if (ware === undefined) return {};
    const cut = draw() < 0.2 ? 0.6 + 0.3 * draw() : 1;
    const level = 20 * (shop + 1) * (1 + kind / 4) * cut ** -ware.power;
    const sold = Math.round(level * (0.95 + 0.1 * draw()));
    const told = { id, week, shop: `shop ${shop}`, ware: `ware ${kind}` };
    return { ...told, price: Number((cut * ware.usual).toFixed(2)), sold };
  });
  return forecast(rows, 102 * 20, "week");
}
