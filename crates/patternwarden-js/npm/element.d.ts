import type { Report, Settings } from "./index.js";

/** A manifest in a page, with what Patternwarden says about it. */
export class PatternWarden extends HTMLElement {
  /** The manifest text. */
  value: string;
  /** Settings; over the attribute of the same name, which is JSON. */
  settings: Settings | undefined;
  /** The last report, or null. */
  readonly report: Report | null;
  /** Resolves when the first report is there. */
  readonly ready: Promise<void>;
  /** Loads the engine and checks the text; called by itself unless `loading="manual"`. */
  start(): Promise<void>;
  /** Checks the text again and returns the report. */
  check(): Promise<Report | null>;
  /** Goes back to the text of the page. */
  reset(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "pattern-warden": PatternWarden;
  }
  interface HTMLElementEventMap {
    "pw-ready": CustomEvent<Record<string, never>>;
    "pw-change": CustomEvent<{ value: string; isUserEdit: boolean }>;
    "pw-report": CustomEvent<{ report: Report; previous: Report | null; durationMs: number }>;
    "pw-error": CustomEvent<{ code: "load" | "csp" | "settings" | "panic" | "too-large"; message: string }>;
  }
}
