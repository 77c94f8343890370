// Questions for the next interview: how many are ticked, all or none of them, and the printer.
const ticks = [...document.querySelectorAll(".questions [name=med]")];
const told = document.querySelector("#avkrysset");
const print = document.querySelector("#skriv-ut");

for (const button of document.querySelectorAll("[data-tick]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const tick of ticks) tick.checked = Boolean(button.dataset.tick);
    tell();
  });
}
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  document.addEventListener("change", tell);
  tell();
}

function tell() {
  const count = ticks.filter((tick) => tick.checked).length;
  told.textContent = told.dataset.text.replace("COUNT", count).replace("TOTAL", ticks.length);
}
