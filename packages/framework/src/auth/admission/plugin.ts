import { StatusError, type StatusCause } from '../../meta/status.ts'
import type { RequestContext } from '../../request/context.ts'
import type { AdmissionAttributes, AdmissionOperation } from './attributes.ts'
import type { Reinvocation } from './reinvocation.ts'

/**
 * Looks at writes before they are stored. `admit` may change the object, `validate` only refuse it; both refuse by throwing, best with
 * {@link admissionForbidden}. Source: admission/interfaces.go.
 */
export interface AdmissionPlugin {
  readonly name: string
  /** True: there is nothing that it could have to say now, and it is not asked. */
  readonly idle?: boolean
  handles(operation: AdmissionOperation): boolean
  /** `reinvocation` is for who wants to see what later plugins change: the whole round is run once more when somebody asks for it. */
  admit?(attributes: AdmissionAttributes, ctx: RequestContext, reinvocation: Reinvocation): Promise<void>
  validate?(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void>
}

/** The 403 of a plugin: names the object, or the base of the name it is going to get. Source: admission/errors.go NewForbidden. */
export function admissionForbidden(
  attributes: AdmissionAttributes,
  message: string,
  causes?: StatusCause[],
): StatusError {
  const { name, object, resource } = attributes
  const known = name || object?.metadata.name || object?.metadata.generateName || 'Unknown'
  return StatusError.forbidden(resource, known, message, causes)
}
