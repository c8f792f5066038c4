import type { Rule } from '../rule.ts'
import { applyRules } from './apply.ts'
import { createRules } from './create.ts'
import { deleteRules } from './delete.ts'
import { discoveryRules } from './discovery.ts'
import { listRules } from './list.ts'
import { negotiationRules } from './negotiation.ts'
import { openApiRules } from './openapi.ts'
import { patchRules } from './patch.ts'
import { updateRules } from './update.ts'
import { watchRules } from './watch.ts'

/** All of them, in the order in which they are tried. */
export const rules: readonly Rule[] = [
  ...discoveryRules,
  ...openApiRules,
  ...createRules,
  ...listRules,
  ...watchRules,
  ...updateRules,
  ...patchRules,
  ...applyRules,
  ...deleteRules,
  ...negotiationRules,
]
