import { expect, test } from "vitest";
import { errorOf, fitOf } from "../../../agent/memory/error-key.ts";

const inLibrary =
  'Traceback (most recent call last):\n  File "s.py", line 3, in <module>\n  File "/v/site-packages/sklearn/base.py", line 9, in fit\nsklearn.exceptions.NotFittedError: call fit';

test.each([
  [inLibrary, { exception: "NotFittedError", library: "sklearn", version: "1.5.2" }],
  [
    '  File "s.py", line 3\nValueError: no column',
    { exception: "ValueError", library: null, version: null },
  ],
  ["killed", { exception: "", library: null, version: null }],
])("an error is known by its class and the library that raised it: %j", (log, expected) => {
  expect(errorOf(log, ["scikit-learn==1.5.2"])).toEqual(expected);
});

test("an error fits best in the same major version, and not at all in another library", () => {
  const now = { exception: "ValueError", library: "lightgbm", version: "4.7.0" };
  expect(fitOf({ ...now, version: "4.0.0" }, now)).toBeGreaterThan(
    fitOf({ ...now, version: "3.0.0" }, now) ?? 9,
  );
  expect(fitOf({ ...now, library: "sklearn" }, now)).toBeNull();
  expect(fitOf({ ...now, exception: "KeyError" }, now)).toBeNull();
  expect(
    fitOf({ exception: "", library: null, version: null }, { ...now, exception: "" }),
  ).toBeNull();
});
