import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanCsv } from "../../../tasks/tables/csv.ts";
import { madeFolder } from "../made-folder.ts";

async function read(content: string | Uint8Array, maxBytes?: number) {
  await using folder = await madeFolder({ "table.csv": content });
  const rows: (readonly string[])[] = [];
  const lines: number[] = [];
  const scan = await scanCsv(
    `${folder.path}/table.csv`,
    (values, line) => {
      rows.push(values);
      lines.push(line);
    },
    maxBytes,
  );
  return { ...scan, values: rows, lines };
}

function quoted(cell: string): string {
  return /[",\n\r]/u.test(cell) || cell === "" ? `"${cell.replaceAll('"', '""')}"` : cell;
}

describe("reading tables", () => {
  test("a byte order mark and Windows line ends change nothing", async () => {
    const plain = await read("a,b\n1,é\n2,x\n");
    const windows = await read("\uFEFFa,b\r\n1,é\r\n2,x\r\n");
    expect(windows).toEqual(plain);
    expect(plain.header).toEqual(["a", "b"]);
  });

  test("a quoted field may hold commas, quotes and line ends; lines are still counted right", async () => {
    const scan = await read('a,b\n"1,5","he said ""no""\nand left"\n2,x');
    expect(scan.values).toEqual([
      ["1,5", 'he said "no"\nand left'],
      ["2", "x"],
    ]);
    expect(scan.lines).toEqual([2, 4]);
  });

  test("a carriage return within a field is a part of it, at the end of a line none", async () => {
    const scan = await read('"a\r\nb",c\r\n"1\r\n\r\n2",3\r\n');
    expect([scan.header, scan.values]).toEqual([["a\r\nb", "c"], [["1\r\n\r\n2", "3"]]]);
  });

  test("blank lines are no rows and a missing last line end is no matter", async () => {
    expect((await read("a,b\n\n1,2\n\n3,4")).rows).toBe(2);
  });

  test("a character that two chunks share is read whole", async () => {
    const cell = "ü".repeat(300_001);
    const scan = await read(`a\n${cell}\n`);
    expect(scan.values[0]?.[0] === cell).toBe(true);
  });

  test("a table larger than the limit is read up to it and says so", async () => {
    const scan = await read(`a,b\n${"1,ü\n".repeat(1000)}`, 500);
    expect(scan.complete).toBe(false);
    expect(scan.rows).toBeGreaterThan(50);
    expect(scan.rows).toBeLessThan(1000);
  });

  test("whatever is written by the rules of CSV is read back", async () => {
    const cell = fc.string({
      unit: fc.constantFrom("a", '"', ",", "\n", " ", "ä", "0"),
      maxLength: 6,
    });
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const text = ["x,y,z", ...rows.map((row) => row.map(quoted).join(","))].join("\n");
        expect((await read(text)).values).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });
});
