// A picture dropped on the page is asked about as one that was chosen.

const form = document.getElementById("by-picture");
const input = form.querySelector("input[type=file]");

for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
addEventListener("dragover", () => form.classList.add("over"));
addEventListener("dragleave", () => form.classList.remove("over"));
addEventListener("drop", (event) => {
  form.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  form.requestSubmit();
});
