import { rfc3339 } from '../meta/time.ts'

/** metav1.Condition: one thing that is so, is not so, or is not known. */
export interface Condition {
  /** In CamelCase, such as `Ready`; one of a type. */
  type: string
  status: 'True' | 'False' | 'Unknown'
  /** The generation of the object that this was found out about. */
  observedGeneration?: number
  /** When the status changed last. */
  lastTransitionTime: string
  /** One word, in CamelCase; never empty. */
  reason: string
  /** For people; may be empty. */
  message: string
}

/** A condition as it is now; when its status last changed is worked out. */
export type ConditionUpdate = Omit<Condition, 'lastTransitionTime' | 'message'> &
  Partial<Pick<Condition, 'lastTransitionTime' | 'message'>>

/**
 * Puts a condition in the place of the one of its type. Changes the list given, and says whether it did; the time stays
 * where the status does. Source: apimachinery meta.SetStatusCondition.
 */
export function setStatusCondition(conditions: Condition[], update: ConditionUpdate): boolean {
  const old = findStatusCondition(conditions, update.type)
  const { type, status, reason, observedGeneration, message = '' } = update
  const now = update.lastTransitionTime ?? rfc3339()
  if (!old) {
    const generation = observedGeneration === undefined ? {} : { observedGeneration }
    conditions.push({ type, status, ...generation, lastTransitionTime: now, reason, message })
    return true
  }
  const changed =
    old.status !== status ||
    old.reason !== reason ||
    old.message !== message ||
    old.observedGeneration !== observedGeneration
  if (old.status !== status) old.lastTransitionTime = now
  old.status = status
  old.reason = reason
  old.message = message
  if (observedGeneration === undefined) delete old.observedGeneration
  else old.observedGeneration = observedGeneration
  return changed
}

/** Changes the list given; false when there was none of the type. */
export function removeStatusCondition(conditions: Condition[], type: string): boolean {
  const at = conditions.findIndex((each) => each.type === type)
  if (at >= 0) conditions.splice(at, 1)
  return at >= 0
}

/** The condition of a type; undefined where there is none. */
export const findStatusCondition = (
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined => conditions?.find((each) => each.type === type)

/** Whether the condition is known and `True`; with `status`, that one. */
export const isStatusCondition = (
  conditions: readonly Condition[] | undefined,
  type: string,
  status: Condition['status'] = 'True',
): boolean => findStatusCondition(conditions, type)?.status === status
