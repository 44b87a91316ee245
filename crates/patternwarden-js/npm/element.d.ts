import type { Finding, Fix, Report, Settings } from "./index.js";

/** A manifest in a page, with what Patternwarden says about it. */
export class PatternWarden extends HTMLElement {
  /** The manifest text, whose lines end with a line feed. */
  value: string;
  /** Settings; over those of the attributes. */
  settings: Settings | undefined;
  /** The last report, or null. */
  readonly report: Report | null;
  /** Resolves when the first report is there. */
  readonly ready: Promise<void>;
  /** Loads the engine and checks the text; called by itself unless `loading="manual"`. */
  start(): Promise<void>;
  /** Checks the text again and returns the report. */
  check(): Promise<Report | null>;
  /**
   * Makes one fix of a finding of the last report, whatever its grade. False when there is none,
   * when it would need a guess, or when a listener of `pw-fix` prevented it.
   *
   * @param key `key` of the finding.
   * @param fix Which of its fixes, from 0, which is the default.
   */
  applyFix(key: string, fix?: number): boolean;
  /** Goes back to the text of the page. */
  reset(): void;
  /** Into the editor where it is open, else to what opens it, else to the manifest. */
  focus(options?: FocusOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "pattern-warden": PatternWarden;
  }
  interface HTMLElementEventMap {
    "pw-ready": CustomEvent<Record<string, never>>;
    "pw-change": CustomEvent<{ value: string; isUserEdit: boolean }>;
    "pw-report": CustomEvent<{ report: Report; previous: Report | null; durationMs: number; expected?: boolean }>;
    /** Before a fix is made; `preventDefault()` keeps the text as it is. */
    "pw-fix": CustomEvent<{ finding: Finding; fix: Fix; before: string; after: string }>;
    "pw-error": CustomEvent<{ code: "load" | "csp" | "settings" | "panic" | "too-large"; message: string }>;
  }
}
