// Batches and their matrix, kept up to date. What the server sends has been escaped there.
const table = document.querySelector("table[data-live]");
const source = new EventSource(table.dataset.live);
source.addEventListener("rows", (event) => {
  const focused = table.contains(document.activeElement) ? document.activeElement.href : null;
  table.innerHTML = JSON.parse(event.data);
  for (const link of table.querySelectorAll("a")) if (link.href === focused) link.focus();
});
