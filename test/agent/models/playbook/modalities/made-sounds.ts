import { draws, holdOut, type Made, type Row } from "./modalities-data.ts";

/** A WAV file of 16 bits a sample; every channel holds the same wave, the later ones quieter. */
export function wav(wave: readonly number[], rate: number, channels: number): Buffer {
  const data = Buffer.alloc(wave.length * channels * 2);
  wave.forEach((value, at) => {
    for (let channel = 0; channel < channels; channel += 1) {
      const level = Math.max(-1, Math.min(1, value)) / (channel + 1);
      data.writeInt16LE(Math.round(32_000 * level), 2 * (at * channels + channel));
    }
  });
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * 2, 28);
  head.writeUInt16LE(channels * 2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

const kinds = ["hum", "rising", "falling", "hiss"] as const;

/** A steady tone, one that rises or falls, or noise; loudness, pitch and length differ within a kind. */
function sound(kind: (typeof kinds)[number], rate: number, draw: () => number): number[] {
  const length = Math.round(rate * (0.4 + 0.4 * draw()));
  const [base, loud] = [250 + 500 * draw(), 0.2 + 0.6 * draw()];
  const slope = { hum: 0, rising: 1, falling: -0.5, hiss: 0 }[kind];
  let phase = 2 * Math.PI * draw();
  return Array.from({ length }, (_, at) => {
    phase += (2 * Math.PI * base * (1 + slope * (at / length))) / rate;
    const noise = 2 * draw() - 1;
    return loud * (kind === "hiss" ? noise : 0.7 * Math.sin(phase) + 0.3 * noise);
  });
}

/** Content of a file that holds no sound, by row. */
const broken: Record<number, Uint8Array> = {
  9: Buffer.from("no sound"),
  10: Buffer.alloc(0),
  11: wav([], 16_000, 1),
  // Its header promises more than there is.
  13: wav(
    Array.from({ length: 8000 }, (_, at) => Math.sin(at / 3)),
    16_000,
    1,
  ).subarray(0, 9000),
};

/** Sounds in files of three rates, with one channel or two; three of them hold nothing that can be read. */
export function soundFiles(count = 160): Made {
  const draw = draws(61);
  const files: Record<string, Uint8Array> = {};
  const rows = Array.from({ length: count }, (_, id): Row => {
    const kind = kinds[Math.floor(4 * draw())] ?? "hum";
    const rate = [8000, 16_000, 22_050][id % 3] ?? 16_000;
    const name = `clips/${id}.wav`;
    files[name] = broken[id] ?? wav(sound(kind, rate, draw), rate, 1 + (id % 2));
    return { id, clip: name, kind };
  });
  const goal = {
    type: "multiclass",
    metric: "accuracy",
    direction: "maximize",
    target: "kind",
    sample: { kind: "hum" },
    hidden: [],
    extra: ["media_columns: [clip]", "files: { other: [clips] }"],
  } as const;
  return holdOut(rows, Math.floor(0.7 * count), goal, files);
}

/** Loudness of a tone as a number to predict, the file named by its id alone. */
export function loudTones(count = 90): Made {
  const draw = draws(62);
  const files: Record<string, Uint8Array> = {};
  const rows = Array.from({ length: count }, (_, at): Row => {
    const loud = 0.05 + 0.9 * draw();
    const wave = Array.from(
      { length: 4000 },
      (__, place) => loud * Math.sin(place * (0.2 + at / 500)),
    );
    files[`clips/tone_${at}.wav`] = wav(wave, 8000, 1);
    return { id: `tone_${at}`, level: Math.round(1000 * loud) / 10 };
  });
  const goal = {
    type: "regression",
    metric: "rmse",
    direction: "minimize",
    target: "level",
    sample: { level: 0 },
    hidden: [],
    extra: ["media_columns: [id]", "files: { other: [clips] }"],
  } as const;
  return holdOut(rows, Math.floor(0.7 * count), goal, files);
}
