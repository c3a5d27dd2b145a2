import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPython } from "../../../../agent/python-source/python-source.ts";
import { readCatalogue, shippedCatalogue } from "../../../../agent/search/catalogue-entries.ts";
import { anyScript, honestScripts } from "../scripts.ts";

const python = await openPython();
const MARKS = { refused: "!", suspected: "?", hint: "" } as const;
const vocabulary: ReadonlySet<string> = new Set();
const task = { targets: ["price"], id: "id", mode: "referee", vocabulary } as const;

function rules(code: string): string[] {
  return python
    .staticFindings(code, task)
    .map((finding) => `${finding.line} ${finding.rule}${MARKS[finding.weight]}`);
}

describe("staticFindings", () => {
  test("raise no alarm on honest scripts", () => {
    const scripts = honestScripts();
    expect(scripts.length).toBeGreaterThanOrEqual(15);
    for (const { name, code } of scripts)
      expect(python.staticFindings(code, task), name).toEqual([]);
  });

  test.each([
    ["x = pd.read_csv('/kaggle/input/train.csv')", "1 outside-path"],
    ["x = pd.read_csv('../input/train.csv')", "1 outside-path"],
    ["x = pd.read_csv('/home/me/train.csv')", "1 outside-path"],
    ["x = open('../answers.txt')", "1 answers"],
    ["x = open('../other/train.csv')", "1 outside-path"],
    ["x = os.listdir('..')", "1 outside-path"],
    ["x = os.listdir('/')", "1 outside-path"],
    ["x = os.path.join('~/data', 'a.csv')", "1 outside-path"],
    ["x = os.path.expanduser('~')", "1 outside-path"],
    ["x = Path.home() / 'a'", "1 outside-path"],
    ["x = list(Path.cwd().parent.glob('*'))", "1 outside-path"],
    ["x = list(Path(__file__).resolve().parents[1].glob('*'))", "1 outside-path"],
    ["x = open('/proc/self/environ').read()", "1 outside-path"],
    ["x = pd.read_csv('./input/answers.csv')", "1 answers"],
    ["x = pd.read_csv('private/test.csv')", "1 answers"],
    ["import requests", "1 network"],
    ["import urllib.request as r", "1 network"],
    ["from urllib import request", "1 network"],
    ["x = 1\nfrom http.client import HTTPSConnection", "2 network"],
    ["import numpy, socket", "1 network"],
    ["x = pd.read_csv('https://example.org/train.csv')", "1 network"],
    ["import subprocess", "1 process"],
    ["os.system('ls')", "1 process"],
    ["os.system('pip install x')", "1 pip-install"],
    ["import ctypes", "1 process"],
    ["exec(''.join(parts))", "1 built-code"],
    ["eval('1' + x)", "1 built-code"],
    ["eval(f'{x}')", "1 built-code"],
    ["m = __import__('sub' + 'process')", "1 built-code"],
    ["m = importlib.import_module(name)", "1 built-code"],
    ["os._exit(0)", "1 exit"],
    ["if bad:\n    exit()", "2 exit"],
    ["sys.addaudithook(f)", "1 tampering"],
    ["X, y = load_breast_cancer(return_X_y=True)", "1 foreign-data"],
    ["x = fetch_openml('titanic')", "1 network"],
    ["x = train['genres'].map(lambda s: eval(s))", "1 built-code"],
    ["scaler.fit(pd.concat([train, test])[cols])", "1 fit-on-test"],
    ["both = pd.concat([train, test])\nx = scaler.fit_transform(both[cols])", "2 fit-on-test"],
    ["scaler.fit(X_test)", "1 fit-on-test"],
    ["features = ['rooms', 'price']", "1 target-in-features"],
  ])("see %j", (code, expected) => {
    expect(rules(`${code}\n`)).toEqual([expected]);
  });

  test.each([
    ["x = 'see https://example.org/a.csv'"],
    ["# import requests"],
    ["'''reads /etc/passwd'''"],
    ["x = text.replace('../', '')"],
    ["ratio = 'a/b'"],
    ["x = date.strftime('%d/%m')"],
    ["x = df.eval('a + b')"],
    ["model.eval()"],
    ["sys.exit(main())"],
    ["job = {'private': 1, 'answer': 2}"],
    ["x = pd.read_csv('./input/question_answers.csv')"],
    ["joblib.dump(model, '/tmp/model.joblib')"],
    ["from urllib.parse import quote"],
    ["from http import HTTPStatus"],
    ["features = [c for c in train.columns if c != 'price']"],
    ["drop_cols = ['id', 'price']"],
    ["counts = pd.concat([train, test])['a'].value_counts()"],
    ["scaler.fit(X_train)"],
  ])("are silent on %j", (code) => {
    expect(rules(`${code}\n`)).toEqual([]);
  });

  test("are had from any script", () => {
    fc.assert(
      fc.property(fc.oneof(anyScript, fc.string({ unit: "grapheme" })), (code) => {
        expect(Array.isArray(python.staticFindings(code, task))).toBe(true);
      }),
    );
  });
});

describe("honest scripts", () => {
  test("of the playbook raise no alarm, not a hint", () => {
    const folder = new URL("../../../../agent/models/playbook/python/", import.meta.url);
    const fragments = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith(".py"));
    expect(fragments.length).toBeGreaterThan(50);
    for (const name of fragments) {
      const code = readFileSync(new URL(name, folder), "utf8");
      expect(python.staticFindings(code, task), name).toEqual([]);
    }
  });

  test("of the catalogue raise no alarm", async () => {
    const entries = await readCatalogue(shippedCatalogue());
    expect(entries.length).toBeGreaterThan(15);
    for (const { id, example } of entries) {
      const found = python.staticFindings(example, task);
      expect(
        found.filter(({ weight }) => weight !== "hint"),
        id,
      ).toEqual([]);
    }
  });
});
