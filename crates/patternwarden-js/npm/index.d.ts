import type { CheckOptions, Explanation, Fixed, FixOptions, Report, RuleInfo, Settings } from "./pkg/patternwarden_js.js";

export type * from "./pkg/patternwarden_js.js";

/** What the engine can be loaded from. */
export type Source = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

/** Loads the engine once; later calls wait for the same load. */
export function init(source?: Source): Promise<void>;

/**
 * Judges a manifest text; loads the engine if need be.
 * Rejects with a `SettingsProblem` for settings that cannot be understood.
 */
export function check(text: string, settings?: Settings | null, options?: CheckOptions | null): Promise<Report>;

/** Judges a manifest text at once; the engine must have been loaded. */
export function checkSync(text: string, settings?: Settings | null, options?: CheckOptions | null): Report;

/**
 * Repairs a manifest text, all that is safe unless `options` say otherwise; loads the engine if need be.
 * Comments and layout stay. Rejects with a `SettingsProblem`, or with a `TypeError` for options that name
 * what the text does not have.
 */
export function fix(text: string, settings?: Settings | null, options?: FixOptions | null): Promise<Fixed>;

/** Repairs a manifest text at once; the engine must have been loaded. */
export function fixSync(text: string, settings?: Settings | null, options?: FixOptions | null): Fixed;

/** Every rule, sorted by id. */
export function rules(): Promise<RuleInfo[]>;

/** The documentation of a rule or a pattern; `undefined` when there is none of this id. */
export function explain(id: string): Promise<Explanation | undefined>;

/** Version of the engine. */
export function version(): Promise<string>;
