import type { ReadFlag } from '../flag-values.ts'
import type { ServerFlags } from '../options.ts'

/** Flags with the folder of the embedded store. */
export interface ParsedFlags extends ServerFlags {
  readonly dataDir: string
}

export interface Flag {
  /** Absent: `read` only says whether the value can be had. */
  readonly member?: keyof ParsedFlags
  /** `FILE`, `DIR`, … in the help; '' for those that are true by being there. */
  readonly value: string
  readonly help: string
  /** Gets every value that was given, one after the other. Default: the last one counts, as it stands. */
  readonly read?: ReadFlag
}

/** By their names, without the dashes before them. */
export type FlagTable = Readonly<Record<string, Flag>>
