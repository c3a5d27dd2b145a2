import { expect, test } from "vitest";
import { boundedHtml } from "../../../../agent/search/web/bounded-html.ts";
import { htmlText } from "../../../../agent/search/web/html-text.ts";

const same = "<ul><li>a <b>b</b></li></ul><p>c<br>d<img src=x/></p>";

const pages: [string, string][] = [
  [same, same],
  ["<p>a<p>b", "<p>a</p><p>b"],
  ["<ul><li>a<li><p>b<li>c</ul>", "<ul><li>a</li><li><p>b</p></li><li>c</li></ul>"],
  ["<tr><td>a<td>b<tr><th>c", "<tr><td>a</td><td>b</td></tr><tr><th>c"],
  ["<b><i>a</b>c</i>", "<b><i>a</i></b>c "],
  ["a</b>c", "a c"],
  ["<!-- <div> -->a<!-- b", " a "],
  ["İ<SCRIPT>'<div>'</Script>a</div>", "İ<SCRIPT>'<div>'</Script>a "],
  ["1 < 2 <3 a<b", "1 < 2 <3 a<b"],
];

test.each(pages)("of %j what is open is ended where it ends", (page, expected) => {
  expect(boundedHtml(page)).toBe(expected);
});

/** Parts that a parser of HTML takes the longer for, the more of them stand there. */
const parts = [
  "<p>",
  "<b><p>",
  "<b></p>",
  "<dd><dl>",
  "<p><li>",
  "<a href='x'>",
  "</b>",
  "<!--",
  "<",
  "x<nobr>",
];

test.each(parts)("a megabyte of %s ends, and what stands in it is read", (part) => {
  const half = part.repeat(500_000 / part.length);
  const { title, text } = htmlText(`<title>t</title><p>before</p>${half}${half}`);
  expect(title).toBe("t");
  expect(text.slice(0, 6)).toBe("before");
});

test("the text of a page of a million tags is read to its end", () => {
  const { text } = htmlText(`${"<div><p>word".repeat(300_000)}<h1>the end</h1>`);
  expect(text.match(/word/gu)?.length).toBe(300_000);
  expect(text.slice(-7)).toBe("the end");
});
