// The list of runs: filtered by a word, sorted by a column, kept up to date. What the server sends has been escaped there.
const form = document.querySelector("[data-live]");
const body = form.querySelector("tbody");
const count = form.querySelector("[data-count]");
const heads = [...form.querySelectorAll("th")];
let sorted = null;

function filter() {
  const word = form.elements.filter.value.trim().toLowerCase();
  let shown = 0;
  for (const row of body.rows) {
    row.hidden = !row.textContent.toLowerCase().includes(word);
    if (!row.hidden) shown += 1;
  }
  count.textContent = `${shown} of ${body.rows.length}`;
}

function compare(a, b) {
  if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
  const [x, y] = [Number(a), Number(b)];
  const order = Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
  return sorted.isDown ? -order : order;
}

function sort() {
  if (sorted === null) return;
  const keyOf = (row) => row.cells[sorted.column]?.dataset.by ?? "";
  const rows = [...body.rows].sort((a, b) => compare(keyOf(a), keyOf(b)));
  body.append(...rows);
  for (const [column, head] of heads.entries())
    if (head.hasAttribute("aria-sort"))
      head.setAttribute(
        "aria-sort",
        column === sorted.column ? (sorted.isDown ? "descending" : "ascending") : "none",
      );
}

for (const [column, head] of heads.entries())
  head.querySelector("button")?.addEventListener("click", () => {
    sorted = { column, isDown: sorted?.column === column && !sorted.isDown };
    sort();
  });
form.elements.filter.addEventListener("input", filter);
form.elements.filter.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});

filter();
const source = new EventSource(form.dataset.live);
source.addEventListener("rows", (event) => {
  const marked = new Set([...body.querySelectorAll("input:checked")].map(({ value }) => value));
  const focused = document.activeElement?.closest("tr")?.querySelector("input")?.value;
  body.innerHTML = JSON.parse(event.data);
  for (const input of body.querySelectorAll("input")) {
    input.checked = marked.has(input.value);
    if (input.value === focused) input.focus();
  }
  sort();
  filter();
});
