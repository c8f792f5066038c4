/** Collects the texts of a response's Warning headers. Source: endpoints/filters/warning.go. */
export interface WarningRecorder {
  add(text: string): void
  /** The header lines so far: `299 - "text"`. */
  headers(): string[]
}
