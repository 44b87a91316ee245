// Starts the page. A file of its own, because the page's policy refuses inline scripts.
import init from "./patternwarden.js";

const status = document.getElementById("boot-status");
if (status) status.textContent = "Loading the checker…";

init({ module_or_path: new URL("./patternwarden_bg.wasm", import.meta.url) }).catch((error) => {
  const place = document.getElementById("boot-status");
  if (place) {
    place.setAttribute("role", "alert");
    place.textContent = `The checker could not start in this browser: ${error?.message ?? error}. `
      + "The command `patternwarden check` says the same about a file.";
  }
  throw error;
});
