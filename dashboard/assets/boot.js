// Runs in the head, before the first paint: the reader's theme, or the system's.
(function () {
  let theme = null;
  try {
    theme = JSON.parse(localStorage.getItem("shell-theme"));
  } catch (error) {
    theme = null;
  }
  if (theme !== "light" && theme !== "dark") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.setAttribute("data-bs-theme", theme);
})();
