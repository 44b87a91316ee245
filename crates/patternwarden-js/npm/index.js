// The functions, for Node, Deno, Bun and browsers. One engine serves the whole page.
import load, {
  check as checkNow, explain as explainNow, fix as fixNow, initSync, rules as rulesNow, version as versionNow,
} from "./pkg/patternwarden_js.js";

let loading;
let ready = false;

/**
 * Loads the engine once; later calls wait for the same load. A failed load can be tried again.
 * In Node the module is read from the package; elsewhere it is fetched from beside this file,
 * unless `source` says otherwise.
 */
export function init(source) {
  loading ??= start(source).then(() => { ready = true; }, (error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function start(source) {
  const url = new URL("./pkg/patternwarden_js_bg.wasm", import.meta.url);
  if (source === undefined && url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    initSync({ module: await readFile(url) });
  } else if (source instanceof WebAssembly.Module) {
    initSync({ module: source });
  } else {
    await load({ module_or_path: source ?? url });
  }
}

/** Judges a manifest text; loads the engine if need be. */
export async function check(text, settings, options) {
  await init();
  return checkNow(text, settings, options);
}

/** Judges a manifest text at once; the engine must have been loaded. */
export function checkSync(text, settings, options) {
  atOnce("checkSync");
  return checkNow(text, settings, options);
}

/** Repairs a manifest text; loads the engine if need be. */
export async function fix(text, settings, options) {
  await init();
  return fixNow(text, settings, options);
}

/** Repairs a manifest text at once; the engine must have been loaded. */
export function fixSync(text, settings, options) {
  atOnce("fixSync");
  return fixNow(text, settings, options);
}

function atOnce(name) {
  if (!ready) {
    throw new Error(`patternwarden: call init() and wait for it before ${name}()`);
  }
}

/** Every rule, sorted by id. */
export async function rules() {
  await init();
  return rulesNow();
}

/** The documentation of a rule or a pattern. */
export async function explain(id) {
  await init();
  return explainNow(id);
}

/** Version of the engine. */
export async function version() {
  await init();
  return versionNow();
}
