import { expect, test } from "vitest";
import { anglesOf, modalitiesOf, traitsOf } from "../../../agent/search/angles.ts";
import { someBrief } from "../../fakes/request.ts";

test.each([
  ["png", "image"],
  ["wav", "audio"],
  ["mp3", "audio"],
])("files that end in %s are of the modality %s, and searched for as such", (extension, wanted) => {
  const media = { column: "file", extension, width: null, height: null, channels: null };
  const brief = someBrief({ profile: { ...someBrief().profile, media } });
  expect(modalitiesOf(brief)).toEqual([wanted, "tabular"]);
  for (const { modality, text } of anglesOf(traitsOf(brief))) {
    expect(modality).toBe(wanted);
    if (!text.startsWith("how to")) expect(text).toContain(wanted);
  }
});
