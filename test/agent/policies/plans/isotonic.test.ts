import { expect, test } from "vitest";
import {
  calibrate,
  calibrationText,
  MIN_PLANS,
} from "../../../../agent/policies/plans/isotonic.ts";

const plans = (score: number, gained: number, of: number) =>
  Array.from({ length: of }, (_, index) => ({ score, gained: index < gained }));

test("pools what falls with the score, and puts the threshold where plans gain more often than on average", () => {
  // At 20 one of ten gained, at 50 six of ten, at 70 four of ten, at 90 nine of ten: 50 and 70 are pooled.
  const found = calibrate([
    ...plans(90, 9, 10),
    ...plans(20, 1, 10),
    ...plans(70, 4, 10),
    ...plans(50, 6, 10),
  ]);
  expect(found?.steps).toEqual([
    { from: 20, plans: 10, rate: 0.1 },
    { from: 50, plans: 20, rate: 0.5 },
    { from: 90, plans: 10, rate: 0.9 },
  ]);
  expect(found).toMatchObject({ plans: 40, rate: 0.5, threshold: 50 });
  expect(calibrationText(found, 50)).toContain(
    "of 40 executed plans 50 % gained; from 20: 10 % of 10",
  );
});

test("says nothing with fewer plans than can tell anything", () => {
  expect(calibrate(plans(80, 3, MIN_PLANS - 1))).toBeNull();
  expect(calibrationText(null, 95)).toContain("not calibrated");
});
