// Batches and their matrix, kept up to date. What the server sends has been escaped there.
const table = document.querySelector("table[data-live]");
/** What names a link or a mark, before and after the rows are sent anew. */
const nameOf = ({ href, value }) => href ?? value;
const source = new EventSource(table.dataset.live);
source.addEventListener("rows", (event) => {
  const active = document.activeElement;
  const focused = table.contains(active) ? nameOf(active) : null;
  const marked = new Set([...table.querySelectorAll("input:checked")].map(nameOf));
  table.innerHTML = JSON.parse(event.data);
  for (const box of table.querySelectorAll("input")) box.checked = marked.has(box.value);
  for (const each of table.querySelectorAll("a, input")) if (nameOf(each) === focused) each.focus();
});
