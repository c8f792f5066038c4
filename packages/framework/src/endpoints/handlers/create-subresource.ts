import type { KubeObject } from '../../meta/object.ts'
import { StatusError, type Status } from '../../meta/status.ts'
import { settleNamespace, wipeSystemMetadata } from '../../registry/metadata-rules.ts'
import type { NamedCreater } from '../../registry/rest.ts'
import { decodeWriteQuery } from '../options/write-options.ts'
import { writeOptions } from '../options/operation-options.ts'
import { renderObject, renderStatus } from '../render.ts'
import { respond } from '../respond.ts'
import { admissionAttributes } from './admission.ts'
import { decodedBody } from './decoded-body.ts'
import type { Handler } from './handler.ts'
import { plain, renderingOf } from './negotiation.ts'

/** POST to a subresource: evictions, bindings, actions. Source: endpoints/handlers/create.go namedCreaterAdapter. */
export const createSubresource: Handler = async (scope, exchange) => {
  const { context, query } = exchange
  const rendering = renderingOf(exchange, { object: scope })
  const options = decodeWriteQuery(query, 'CreateOptions')
  const { object, warnings } = await decodedBody(scope, exchange, options.fieldValidation)
  for (const warning of warnings) context.warnings.add(warning)
  wipeSystemMetadata(object)
  settleNamespace(scope.installed.kind, object, context.namespace)
  const attributes = admissionAttributes(
    scope,
    exchange,
    'CREATE',
    object,
    undefined,
    options.dryRun,
    writeOptions('CREATE', query),
  )
  await scope.admission.admit(attributes, context)
  const { errors } = scope.compiled.validate(object)
  if (errors.length) throw StatusError.invalid(scope.groupKind, object.metadata.name ?? '', errors)
  await scope.admission.validate(attributes, context)
  const answer = await (scope.target as NamedCreater<KubeObject>).create(context.info.name, object, context, {
    dryRun: options.dryRun,
  })
  const bytes = isStatus(answer) ? renderStatus(answer, plain(rendering)) : renderObject(scope, answer, rendering)
  respond(exchange, 201, rendering.negotiated.contentType, bytes)
}

const isStatus = (answer: KubeObject | Status): answer is Status =>
  answer.kind === 'Status' && answer.apiVersion === 'v1'
