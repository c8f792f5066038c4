import type { KubeObject, ObjectMeta } from '../../meta/object.ts'
import type { JsonObject } from '../../util/json.ts'
import { builtInKind, type KindCondition, type LabelSelectorSpec } from './built-in-kind.ts'
import type { ObjectReference } from './core.ts'
import type { PodTemplateSpec } from './pod.ts'

/** batch/v1 JobSpec */
export interface JobSpec {
  template: PodTemplateSpec
  parallelism?: number
  completions?: number
  completionMode?: 'NonIndexed' | 'Indexed'
  backoffLimit?: number
  backoffLimitPerIndex?: number
  maxFailedIndexes?: number
  activeDeadlineSeconds?: number
  ttlSecondsAfterFinished?: number
  suspend?: boolean
  selector?: LabelSelectorSpec
  manualSelector?: boolean
  podFailurePolicy?: JsonObject
  podReplacementPolicy?: string
  successPolicy?: JsonObject
  managedBy?: string
}

/** batch/v1 Job */
export interface Job extends KubeObject {
  spec?: JobSpec
  status?: {
    active?: number
    ready?: number
    succeeded?: number
    failed?: number
    terminating?: number
    startTime?: string
    completionTime?: string
    completedIndexes?: string
    failedIndexes?: string
    conditions?: KindCondition[]
    uncountedTerminatedPods?: JsonObject
  }
}
export const Job = builtInKind<Job>('batch/v1', 'Job', 'jobs')

/** batch/v1 CronJob */
export interface CronJob extends KubeObject {
  spec?: {
    schedule: string
    timeZone?: string
    jobTemplate: { metadata?: ObjectMeta; spec?: JobSpec }
    concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace'
    startingDeadlineSeconds?: number
    suspend?: boolean
    successfulJobsHistoryLimit?: number
    failedJobsHistoryLimit?: number
  }
  status?: { active?: ObjectReference[]; lastScheduleTime?: string; lastSuccessfulTime?: string }
}
export const CronJob = builtInKind<CronJob>('batch/v1', 'CronJob', 'cronjobs')
