import { groupKind, groupResource, type GroupKind, type GroupResource } from './group-version.ts'
import { quote } from './go-format.ts'
import { aggregate, type FieldError } from './field-error.ts'

/** One of the things that are wrong: which field (as `spec.size`), why, in words. */
export interface StatusCause {
  reason?: string
  message?: string
  field?: string
}
/** What a {@link Status} is about, its causes, and after how many seconds to try again. */
export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

/** metav1.Status */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: { resourceVersion?: string; continue?: string }
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: StatusDetails
  code?: number
}

export interface StatusFields {
  code: number
  reason?: string
  message: string
  details?: StatusDetails
  /** Only 410 with a recovery token uses it. */
  continue?: string
}

/** `details` of an error about one object of a resource. */
const about = (resource: GroupResource, name: string, more: StatusDetails = {}): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(resource.group ? { group: resource.group } : {}),
  ...(resource.resource ? { kind: resource.resource } : {}),
  ...more,
})

/**
 * A failure that is answered as a metav1.Status. The constructors follow apimachinery api/errors/errors.go
 * and give the same code, reason, message and details.
 */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: Status

  constructor(fields: StatusFields, options?: ErrorOptions) {
    super(fields.message, options)
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: fields.continue === undefined ? {} : { continue: fields.continue },
      status: 'Failure',
      ...(fields.message ? { message: fields.message } : {}),
      ...(fields.reason ? { reason: fields.reason } : {}),
      ...(fields.details ? { details: fields.details } : {}),
      code: fields.code,
    }
  }

  get code(): number {
    return this.status.code ?? 500
  }

  get reason(): string {
    return this.status.reason ?? ''
  }

  static notFound(resource: GroupResource, name: string): StatusError {
    return new StatusError({
      code: 404,
      reason: 'NotFound',
      message: `${groupResource(resource)} ${quote(name)} not found`,
      details: about(resource, name),
    })
  }

  static alreadyExists(resource: GroupResource, name: string, prefix = ''): StatusError {
    return new StatusError({
      code: 409,
      reason: 'AlreadyExists',
      message: `${prefix}${groupResource(resource)} ${quote(name)} already exists`,
      details: about(resource, name),
    })
  }

  static generateNameConflict(resource: GroupResource, name: string, retryAfterSeconds = 1): StatusError {
    return new StatusError({
      code: 409,
      reason: 'AlreadyExists',
      message: `${groupResource(resource)} ${quote(name)} already exists, the server was not able to generate a unique name for the object`,
      details: about(resource, name, { retryAfterSeconds }),
    })
  }

  static unauthorized(message = 'Unauthorized'): StatusError {
    return new StatusError({ code: 401, reason: 'Unauthorized', message })
  }

  /** `message` is the text after `is forbidden: `. */
  static forbidden(resource: GroupResource, name: string, message: string, causes?: StatusCause[]): StatusError {
    const gr = groupResource(resource)
    const text = gr ? `${gr}${name ? ` ${quote(name)}` : ''} is forbidden: ${message}` : `forbidden: ${message}`
    return new StatusError({
      code: 403,
      reason: 'Forbidden',
      message: text,
      details: about(resource, name, causes ? { causes } : {}),
    })
  }

  static conflict(resource: GroupResource, name: string, message: string, options?: ErrorOptions): StatusError {
    return new StatusError(
      {
        code: 409,
        reason: 'Conflict',
        message: `Operation cannot be fulfilled on ${groupResource(resource)} ${quote(name)}: ${message}`,
        details: about(resource, name),
      },
      options,
    )
  }

  static applyConflict(message: string, causes: StatusCause[]): StatusError {
    return new StatusError({ code: 409, reason: 'Conflict', message, details: { causes } })
  }

  static expired(message: string, continueToken?: string): StatusError {
    return new StatusError({ code: 410, reason: 'Expired', message, continue: continueToken })
  }

  static invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
    const text = `${groupKind(kind)} ${quote(name)} is invalid`
    return new StatusError({
      code: 422,
      reason: 'Invalid',
      message: errors.length ? `${text}: ${aggregate(errors)}` : text,
      details: {
        ...(name ? { name } : {}),
        ...(kind.group ? { group: kind.group } : {}),
        ...(kind.kind ? { kind: kind.kind } : {}),
        causes: errors.map((e) => ({ reason: e.type, message: e.body, field: e.path === '' ? '<nil>' : e.path })),
      },
    })
  }

  static badRequest(message: string, options?: ErrorOptions): StatusError {
    return new StatusError({ code: 400, reason: 'BadRequest', message }, options)
  }

  static tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
    return new StatusError({ code: 429, reason: 'TooManyRequests', message, details: { retryAfterSeconds } })
  }

  static serviceUnavailable(message: string, retryAfterSeconds?: number): StatusError {
    const details = retryAfterSeconds ? { retryAfterSeconds } : undefined
    return new StatusError({ code: 503, reason: 'ServiceUnavailable', message, details })
  }

  static methodNotSupported(resource: GroupResource, action: string): StatusError {
    return new StatusError({
      code: 405,
      reason: 'MethodNotAllowed',
      message: `${action} is not supported on resources of kind ${quote(groupResource(resource))}`,
      details: about(resource, ''),
    })
  }

  static serverTimeout(resource: GroupResource, operation: string, retryAfterSeconds: number): StatusError {
    return new StatusError({
      code: 500,
      reason: 'ServerTimeout',
      message: `The ${operation} operation against ${groupResource(resource)} could not be completed at this time, please try again.`,
      details: about(resource, operation, retryAfterSeconds ? { retryAfterSeconds } : {}),
    })
  }

  static internal(cause: unknown): StatusError {
    const text = cause instanceof Error ? cause.message : String(cause)
    return new StatusError(
      {
        code: 500,
        reason: 'InternalError',
        message: `Internal error occurred: ${text}`,
        details: { causes: [{ message: text }] },
      },
      { cause },
    )
  }

  static timeout(message: string, retryAfterSeconds = 0, causes?: StatusCause[]): StatusError {
    return new StatusError({
      code: 504,
      reason: 'Timeout',
      message: `Timeout: ${message}`,
      details: { ...(causes ? { causes } : {}), ...(retryAfterSeconds ? { retryAfterSeconds } : {}) },
    })
  }

  static tooLargeResourceVersion(requested: string, current: string, retryAfterSeconds = 0): StatusError {
    return StatusError.timeout(`Too large resource version: ${requested}, current: ${current}`, retryAfterSeconds, [
      { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' },
    ])
  }

  static requestEntityTooLarge(message: string): StatusError {
    return new StatusError({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: `Request entity too large: ${message}`,
    })
  }

  static notAcceptable(message: string): StatusError {
    return new StatusError({ code: 406, reason: 'NotAcceptable', message })
  }

  static unsupportedMediaType(message: string): StatusError {
    return new StatusError({ code: 415, reason: 'UnsupportedMediaType', message })
  }

  /** A failing patch operation and other refusals that Go words generically; 422 with empty details. */
  static genericInvalid(): StatusError {
    return new StatusError({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    })
  }

  /** A route that does not exist below a served group. */
  static routeNotFound(): StatusError {
    return new StatusError({
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
      details: {},
    })
  }

  /** A method that a known route does not have. */
  static routeMethodNotAllowed(): StatusError {
    return new StatusError({
      code: 405,
      reason: 'MethodNotAllowed',
      message: 'the server does not allow this method on the requested resource',
      details: {},
    })
  }

  /** A 500 with a text and no reason: what Go answers for errors that are not Statuses. */
  static unknown(message: string, options?: ErrorOptions): StatusError {
    return new StatusError({ code: 500, message }, options)
  }
}
