import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AddressPolicy,
  publicAddresses,
} from "../../../../agent/search/web/address-policy.ts";
import { openPageReader, type Page } from "../../../../agent/search/web/read-page.ts";
import { type Handler, openWeb, type Web } from "../../../fakes/web.ts";

const ARTICLE = `<html><head><title>Boosting &amp; friends</title><style>p{}</style></head><body>
<nav>Home | About</nav><main><h1>Gradient boosting</h1><p>Works well on <b>tables</b> of mixed columns, as many have found.</p>
<pre><code>import lightgbm as lgb
model = lgb.LGBMClassifier(
    n_estimators=500,
)</code></pre><table><tr><th>model</th><th>score</th></tr><tr><td>lgbm</td><td>0.9</td></tr></table>
<ul><li>few rows: linear</li></ul><script>alert("no")</script></main><footer>cookies</footer></body></html>`;

const html = (body: Buffer | string, headers: Record<string, string> = {}): Handler => {
  return (_, response) => {
    response.writeHead(200, { "content-type": "text/html", ...headers }).end(body);
  };
};
const redirect = (to: (web: Web) => string): Handler => {
  return (_, response) => response.writeHead(302, { location: to(web) }).end();
};

let web: Web;
beforeAll(async () => {
  web = await openWeb({
    "/article": ARTICLE,
    "/robots.txt": (_, response) =>
      response.end("User-agent: *\nDisallow: /secret\n\nUser-agent: other\nDisallow: /"),
    "/secret/page": ARTICLE,
    "broken.test/robots.txt": (_, response) => response.writeHead(503).end(),
    "/huge": (_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      const block = "x".repeat(1 << 16);
      const more = (): void => {
        while (response.write(block));
        response.once("drain", more);
      };
      more();
    },
    "/bomb": html(gzipSync(Buffer.alloc(64 << 20, "<p>a</p>")), { "content-encoding": "gzip" }),
    "/brotli": html(brotliCompressSync(ARTICLE), { "content-encoding": "br" }),
    "/odd-encoding": html(ARTICLE, { "content-encoding": "zstd-x" }),
    "/torn": html(gzipSync(ARTICLE).subarray(0, 100), { "content-encoding": "gzip" }),
    "/loop": redirect(() => "/loop"),
    "/to-article": redirect(() => "/article"),
    "/to-metadata": redirect(() => "http://169.254.169.254/latest/meta-data/"),
    "/to-mapped": redirect(() => "http://[::ffff:127.0.0.1]/"),
    "/to-file": redirect(() => "file:///etc/passwd"),
    "/to-secret": redirect((each) => `${each.at("other")}/secret/page`),
    "/to-blocked": redirect((each) => `${each.at("blocked")}/article`),
    "/latin": html(Buffer.from(`<p>caf\xe9 ${"au lait ".repeat(20)}</p>`, "latin1"), {
      "content-type": "text/html; charset=iso-8859-1",
    }),
    "/says-latin": html(
      Buffer.from(`<meta charset="windows-1252"><p>caf\xe9 ${"au lait ".repeat(20)}`, "latin1"),
    ),
    "/nonsense-charset": html(`<p>${"plain ".repeat(30)}</p>`, {
      "content-type": "text/html; charset=klingon",
    }),
    "/script-only": "<html><body><div id=app></div><script>render()</script></body></html>",
    "/deep": `${"<div><b>".repeat(20_000)}${"deep text ".repeat(20)}`,
    "/long": `<p>${"word ".repeat(20_000)}</p>`,
    "/binary": html("PK\u0003\u0004", { "content-type": "application/zip" }),
    "/stall": (_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).write("<p>"),
    "/reset": (request) => request.socket.destroy(),
  });
});
afterAll(() => web.close());

async function read(
  path: string,
  options: { host?: string; addresses?: AddressPolicy; seconds?: number } = {},
): Promise<Page> {
  const reader = openPageReader({
    judgeUrl: ({ hostname }) => (hostname === "blocked.test" ? "it is blocked" : null),
    addresses: options.addresses ?? web.addresses,
    pace: async () => undefined,
    limits: { seconds: options.seconds ?? 20, maxBytes: 1 << 20, maxRedirects: 5 },
  });
  try {
    const url = path.includes("://") ? path : `${web.at(options.host ?? "site")}${path}`;
    return await reader.read(url, new AbortController().signal);
  } finally {
    await reader.close();
  }
}

async function textOf(path: string): Promise<string> {
  const page = await read(path);
  return page.status === "read" ? page.text : `${page.status}: ${page.why}`;
}

test("an article keeps headings, code, tables and lists, and loses what surrounds them", async () => {
  const page = await read("/article");
  expect(page).toMatchObject({ status: "read", title: "Boosting & friends", cut: false });
  expect(await textOf("/article")).toBe(
    [
      "# Gradient boosting",
      "",
      "Works well on tables of mixed columns, as many have found.",
      "",
      "```",
      "import lightgbm as lgb",
      "model = lgb.LGBMClassifier(",
      "    n_estimators=500,",
      ")",
      "```",
      "",
      "model | score |",
      "",
      "lgbm | 0.9 |",
      "",
      "- few rows: linear",
    ].join("\n"),
  );
});

test("a redirect is followed, and what it leads to is judged as if it had been asked for", async () => {
  expect(await read("/to-article")).toMatchObject({ status: "read" });
  for (const [path, why] of [
    ["/to-secret", "robots.txt"],
    ["/to-blocked", "it is blocked"],
    ["/to-file", "file: is not read"],
    ["/secret/page", "robots.txt"],
  ] as const) {
    const page = await read(path);
    expect(page).toMatchObject({ status: "refused" });
    expect(page.status === "read" ? "" : page.why).toContain(why);
  }
  expect(web.asked.some((each) => each.startsWith("blocked.test"))).toBe(false);
});

test("no request reaches this machine, its network or the metadata of a cloud", async () => {
  const guarded: AddressPolicy = { ...web.addresses, allowsAddress: publicAddresses.allowsAddress };
  const before = web.asked.length;
  for (const url of [
    `${web.at("site")}/article`,
    "http://127.0.0.1/x",
    "http://[::1]/x",
    "http://[::ffff:10.0.0.1]/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://2130706433/x",
    "http://0x7f.1/x",
    "http://user:word@site.test/x",
    "ftp://site.test/x",
    "gopher://site.test/x",
  ]) {
    const addresses = { ...guarded, allowsPort: () => true };
    const page = await read(url, { addresses });
    expect(`${url} ${page.status}`).toBe(`${url} refused`);
  }
  expect(web.asked.length).toBe(before);
  const redirecting = {
    ...web.addresses,
    allowsAddress: (each: string) => each === "127.0.0.1",
    allowsPort: () => true,
  };
  for (const path of ["/to-metadata", "/to-mapped"])
    expect(await read(path, { addresses: redirecting })).toMatchObject({ status: "refused" });
});

test("a name that is rebound after its first answer is still refused", async () => {
  let asked = 0;
  const addresses: AddressPolicy = {
    ...web.addresses,
    lookup: async () => (asked++ === 0 ? ["127.0.0.9"] : ["127.0.0.1"]),
    allowsAddress: (address) => address === "127.0.0.9",
  };
  // Whatever the answers are, what is connected to is what was judged: 127.0.0.1 never is.
  const before = web.asked.length;
  const page = await read("/article", { addresses, seconds: 2 });
  expect(page.status).not.toBe("read");
  expect(web.asked.length).toBe(before);
});

test("bodies without end and bombs are refused at the limit", async () => {
  for (const path of ["/huge", "/bomb"]) {
    const page = await read(path);
    expect(page).toMatchObject({ status: "refused", why: "the page is larger than 1 MiB" });
  }
});

test("what cannot be read is said, each in its words", async () => {
  for (const [path, why] of [
    ["/loop", "more than 5 redirects"],
    ["/odd-encoding", "the encoding zstd-x is not read"],
    ["/torn", "unexpected end of file"],
    ["/script-only", "it has no text without scripts"],
    ["/binary", "its type is application/zip, no text"],
    ["/missing", "HTTP 404"],
    ["/reset", "other side closed"],
  ] as const) {
    const page = await read(path);
    expect(page.status).not.toBe("read");
    expect(page.status === "read" ? "" : page.why).toContain(why);
  }
  expect(await read("/stall", { seconds: 1 })).toMatchObject({ why: "not read within 1 s" });
  expect(await read("/article", { host: "broken" })).toMatchObject({ status: "refused" });
});

test("charsets are those of the header, of the page, or UTF-8", async () => {
  expect(await textOf("/latin")).toContain("café");
  expect(await textOf("/says-latin")).toContain("café");
  expect(await textOf("/nonsense-charset")).toContain("plain plain");
  expect(await textOf("/brotli")).toContain("Gradient boosting");
});

test("forty thousand nested tags are read like any page", async () => {
  expect(await textOf("/deep")).toContain("deep text");
});

test("a long page is cut, and says by how much", async () => {
  const page = await read("/long");
  expect(page).toMatchObject({ status: "read", cut: true });
  expect(page.status === "read" ? page.text : "").toMatch(/\n… 7\d{4} characters left out …$/u);
});
