import { expect, test } from "vitest";
import { around, patchOf, patchText, replaced } from "../../../../agent/distill/reverse/patch.ts";

const code = "import pandas as pd\nx = 1\nprint(x)\n";

test.for([
  {
    what: "a changed line",
    after: "import pandas as pd\nx = 2\nprint(x)\n",
    removed: ["x = 1"],
    added: ["x = 2"],
  },
  {
    what: "a line that goes, with the one before it",
    after: "import pandas as pd\nprint(x)\n",
    removed: ["import pandas as pd", "x = 1"],
    added: ["import pandas as pd"],
  },
  {
    what: "a line that comes",
    after: "import pandas as pd\nx = 1\ny = 2\nprint(x)\n",
    removed: ["x = 1"],
    added: ["x = 1", "y = 2"],
  },
])("a patch is the lines that differ: $what", ({ after, removed, added }) => {
  const patch = patchOf(code, after);
  expect(patch).toEqual({ removed, added });
  expect(replaced(code, removed, added)).toBe(after.trimEnd());
  expect(replaced(after, added, removed)).toBe(code.trimEnd());
});

test("the same script has no patch; lines that stand twice are told apart by those before them", () => {
  expect(patchOf(code, code)).toBeNull();
  const twice = "a = f()\nfit()\nb = g()\nfit()\nend()\n";
  const patch = patchOf(twice, "a = f()\nfit()\nb = g()\nfit(1)\nend()\n");
  expect(patch).toEqual({ removed: ["b = g()", "fit()"], added: ["b = g()", "fit(1)"] });
  expect(replaced(twice, ["fit()"], ["fit(1)"])).toBeNull();
  expect(replaced(twice, ["nowhere"], [])).toBeNull();
});

test("a patch is written as two lists of lines, and shown with the lines around it", () => {
  expect(patchText({ removed: ["x = 1"], added: ["x = 2"] })).toBe("Replace:\nx = 1\nWith:\nx = 2");
  expect(around(code, ["x = 1"], 1)).toBe(code.trimEnd());
});
