export type { NamespacedName } from '../client/resource-kind.ts'
export {
  findStatusCondition,
  isStatusCondition,
  removeStatusCondition,
  setStatusCondition,
  type Condition,
  type ConditionUpdate,
} from './conditions.ts'
export {
  Controller,
  type ControllerContext,
  type ControllerOptions,
  type OwnsOptions,
  type RequestFeed,
} from './controller.ts'
export { ControllerError, type ControllerErrorCode } from './controller-error.ts'
export { ControllerMetrics } from './controller-metrics.ts'
export {
  createOrPatch,
  createOrUpdate,
  retryOnConflict,
  type CreatedOrUpdated,
  type CreateOrUpdateOptions,
  type Mutate,
  type OperationResult,
} from './create-or-update.ts'
export { EventRecorder, type EventRecorderOptions, type RecordedEvent } from './event-recorder.ts'
export {
  addFinalizer,
  containsFinalizer,
  Finalizers,
  removeFinalizer,
  type Finalizer,
  type FinalizerResult,
} from './finalizers.ts'
export type { HealthCheck } from './health-checks.ts'
export { LeaderElector, type LeaderElectionObserver, type LeaderElectionOptions } from './leader-elector.ts'
export type { Logger } from './logger.ts'
export type { ManagerEndpointOptions } from './manager-endpoints.ts'
export { Manager, type ManagerOptions } from './manager.ts'
export {
  AlreadyOwnedError,
  controllerOf,
  hasOwnerReference,
  isReferenceTo,
  removeControllerReference,
  removeOwnerReference,
  setControllerReference,
  setOwnerReference,
  type OwnerReferenceOptions,
} from './owner-reference.ts'
export {
  and,
  annotationChanged,
  generationChanged,
  labelChanged,
  labelSelector,
  not,
  objectPredicate,
  or,
  resourceVersionChanged,
  type Predicate,
} from './predicate.ts'
export {
  BucketRateLimiter,
  ExponentialFailureRateLimiter,
  FastSlowRateLimiter,
  MaxOfRateLimiter,
  MaxWaitRateLimiter,
  type RateLimiter,
} from './rate-limiter.ts'
export { Reconciler, TerminalError, type ReconcileContext, type ReconcileResult } from './reconciler.ts'
export type { RequestMapping } from './request-mapping.ts'
export type { Runnable } from './runnable-group.ts'
export { lowPriority, WorkQueue, type AddOptions, type WorkQueueOptions } from './work-queue.ts'
