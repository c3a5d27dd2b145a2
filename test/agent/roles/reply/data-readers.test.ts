import { describe, expect, test } from "vitest";
import { z } from "zod";
import { allRoles } from "../../../../agent/roles/all.ts";
import { data, list } from "../../../../agent/roles/reply/readers.ts";
import { Unreadable } from "../../../../agent/roles/role.ts";

const tick = "```";

describe("data", () => {
  const reader = data(
    z.object({ block: z.string(), sure: z.boolean(), note: z.string().nullable() }),
  );
  const value = { block: "block-2", sure: true, note: null };
  const json = JSON.stringify(value);

  test.each([
    ["bare", json],
    ["fenced", `Answer:\n${tick}json\n${json}\n${tick}`],
    ["with prose around it", `The answer is ${json} as I said.`],
    ["with prose that has brackets of its own", `See [1] and {this}: ${json}`],
    ["with unknown fields", JSON.stringify({ ...value, extra: [1, 2] })],
    ["in a list of one", `[${json}]`],
    ["first of a list", `[${json}, ${json}]`],
    ["in a wrapper", `{"result": ${json}}`],
    ["with trailing commas", '{"block": "block-2", "sure": true, "note": null,}'],
    ["as a Python literal", "{'block': 'block-2', 'sure': True, 'note': None}"],
    [
      "with a byte order mark and CRLF",
      `\uFEFF{\r\n"block": "block-2",\r\n"sure": true, "note": null}\r\n`,
    ],
  ])("reads an object %s", (_, reply) => {
    expect(reader.read(reply)).toEqual(value);
  });

  test.each([
    ['{"block": "x = 1\n  y = \'a\'\t", "sure": true, "note": null}', "x = 1\n  y = 'a'\t"],
    [
      '{"block": "re.sub(r\'\\d\', \\"$1\\")", "sure": true, "note": null,}',
      "re.sub(r'\\d', \"$1\")",
    ],
    ['{"block": """x = "1"\ny = 2""", "sure": true, "note": null}', 'x = "1"\ny = 2'],
  ])("mends a string whose meaning is plain: %j", (reply, block) => {
    expect(reader.read(reply)).toEqual({ block, sure: true, note: null });
  });

  test.each([
    ["", "the reply was empty"],
    ["No JSON here.", "the reply holds no JSON; answer with JSON only"],
    [
      '{"block": "block-2", "note": null}',
      "sure: Invalid input: expected boolean, received undefined",
    ],
    ['{"block": "block-2", "sure": tru', "the reply holds no JSON; answer with JSON only"],
  ])("tells why it cannot read %j", (reply, why) => {
    expect(reader.read(reply)).toEqual(new Unreadable(why));
  });

  test("gives the JSON schema of what it reads", () => {
    expect(reader.schema).toMatchObject({ type: "object", required: ["block", "sure", "note"] });
  });
});

describe("list", () => {
  const reader = list("cards", z.object({ name: z.string() }));

  test.each([
    ['{"cards": [{"name": "a"}, {"name": "b"}]}', ["a", "b"]],
    ['[{"name": "a"}]', ["a"]],
    ['{"name": "a"}', ["a"]],
    ['{"cards": [{"name": "a"}, {"title": "b"}]}', ["a"]],
  ])("reads %j", (reply, names) => {
    expect(reader.read(reply)).toEqual(names.map((name) => ({ name })));
  });

  test.each([["[]"], ['{"cards": []}'], ['{"cards": [{"title": "b"}]}'], ["3"]])(
    "refuses %j",
    (reply) => {
      expect(reader.read(reply)).toBeInstanceOf(Unreadable);
    },
  );

  test("defect 10: a list with JSON's null and true, or Python's None and True, is a list", () => {
    const cards = allRoles.retriever.reply;
    const card = {
      modelName: "LightGBM",
      exampleCode: "import lightgbm",
      family: "lightgbm",
      why: "",
      sources: [],
    };
    expect(
      cards.read(
        '[{"modelName": "LightGBM", "exampleCode": "import lightgbm", "family": "lightgbm", "why": null, "new": true}]',
      ),
    ).toEqual([card]);
    expect(
      cards.read(
        "[{'modelName': 'LightGBM', 'exampleCode': 'import lightgbm', 'family': 'lightgbm', 'why': None, 'new': True}]",
      ),
    ).toEqual([card]);
  });
});
