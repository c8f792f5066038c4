import { admissionFlags } from './flags/admission-flags.ts'
import { auditFlags } from './flags/audit-flags.ts'
import type { FlagTable } from './flags/flag.ts'
import { fixedFlags } from './flags/fixed-flags.ts'
import { identityFlags } from './flags/identity-flags.ts'
import { limitFlags } from './flags/limit-flags.ts'
import { servingFlags } from './flags/serving-flags.ts'
import { storageFlags } from './flags/storage-flags.ts'

/** The flags, in the order of the help. */
export const flags: FlagTable = {
  ...servingFlags,
  ...identityFlags,
  ...admissionFlags,
  ...limitFlags,
  ...auditFlags,
  ...storageFlags,
  ...fixedFlags,
}
