// Keeps the number on the button in step with what is left out.
const form = document.querySelector("#samlet");
const button = form?.querySelector("[data-taken]");

form?.addEventListener("change", () => {
  if (!button) return;
  const here = form.querySelectorAll("input[type=checkbox]:checked").length;
  const number = Number(button.dataset.taken) - Number(button.dataset.elsewhere) - here;
  button.textContent = button.textContent.replace(/\d+/, String(number));
  button.disabled = number === 0;
});
